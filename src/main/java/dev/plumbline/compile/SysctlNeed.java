package dev.plumbline.compile;

import dev.plumbline.state.Origin;
import dev.plumbline.state.Sysctl;
import java.util.Set;

/**
 * A sysctl that a document depends on.
 *
 * @param path below {@code /proc/sys}
 * @param unfit values with which the document does not work; all others do
 * @param wanted what it is set to
 * @param origin the line that needs it
 * @param why in words, such as {@code packets that come in by tun0 are not forwarded}
 */
record SysctlNeed(String path, Set<String> unfit, String wanted, Origin origin, String why) {

    SysctlNeed {
        unfit = Set.copyOf(unfit);
    }

    /** For whom the document leaves it to others. */
    String warning(String value) {
        return why + ": " + Sysctl.name(path) + " is " + value + "; say `sysctls: manage`, or `sysctl -w "
                + Sysctl.name(path) + "=" + wanted + "`";
    }
}
