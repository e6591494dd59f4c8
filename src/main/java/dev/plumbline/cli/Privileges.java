package dev.plumbline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process may do. */
final class Privileges {

    private static final int CAP_NET_ADMIN = 12;

    private Privileges() {
    }

    /**
     * Fails unless the process may change the network.
     *
     * @throws CommandException with what to do about it
     */
    static void requireNetAdmin(String command) {
        if (!hasNetAdmin()) {
            throw new CommandException("`" + command + "` changes the network and needs root (CAP_NET_ADMIN); run it"
                    + " with sudo. `plan`, `show` and `validate` work without");
        }
    }

    private static boolean hasNetAdmin() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("CapEff:"))
                    .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .anyMatch(capabilities -> (capabilities >>> CAP_NET_ADMIN & 1) == 1);
        } catch (IOException e) {
            return false;
        }
    }
}
