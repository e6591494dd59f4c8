package dev.plumbline.kernel.sysctl;

import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.Link;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Sysctl;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Reads sysctls. Needs no privilege in the namespace that the program runs in. */
public final class SysctlReader {

    private SysctlReader() {
    }

    /**
     * Reads what a scope asks for.
     *
     * @param links the namespace's
     * @throws java.io.UncheckedIOException if the namespace cannot be entered, or a file not be read
     */
    public static Map<String, String> read(NetworkNamespace namespace, ReadScope scope, List<Link> links) {
        if (scope.sysctls().isEmpty() && !scope.everything()) {
            return Map.of();
        }
        var paths = new TreeSet<>(scope.sysctls());
        if (scope.everything()) {
            paths.addAll(Sysctl.known(links));
        }
        return SysctlFiles.read(namespace, paths);
    }
}
