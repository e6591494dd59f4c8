package dev.plumbline.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a kernel is built with for something.
 *
 * @param name {@code CONFIG_…}
 * @param module that it makes where it is built as one
 */
record KernelOption(String name, String module) {

    private static final Path MODULES = Path.of("/lib/modules", System.getProperty("os.version"));

    /** What to do about its absence on the running kernel. */
    List<String> remedy() {
        return remedy(MODULES);
    }

    /** The same for a kernel with its modules in this folder. */
    List<String> remedy(Path modules) {
        if (isInstalled(modules)) {
            return List.of("modprobe " + module, "where that is refused: grep -rw " + module
                    + " /etc/modprobe.d /lib/modprobe.d, and take out the line that blocks it");
        }
        return List.of("run a kernel with " + name + " (module " + module + "): on Debian the package linux-image-amd64"
                + " (not -cloud-), on Ubuntu linux-modules-extra-$(uname -r)");
    }

    private boolean isInstalled(Path modules) {
        try (var lines = Files.lines(modules.resolve("modules.dep"))) {
            // A line is PATH/NAME.ko[.xz|.zst|.gz]: DEPENDENCIES, and names may have either dash.
            return lines.map(line -> line.substring(line.lastIndexOf('/', line.indexOf(':')) + 1).replace('-', '_'))
                    .anyMatch(line -> line.startsWith(module + ".ko"));
        } catch (IOException e) {
            return false;
        }
    }
}
