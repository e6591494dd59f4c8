package dev.plumbline.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts the process that reverts what is not confirmed. It outlives the terminal, the session and the apply itself:
 * a transient service of systemd where plumbline runs in the machine's own network namespace, else a process in a
 * session of its own. The deadline is in the store, so a boot unit and every later start keep it as well.
 */
public final class ConfirmGuard {

    private ConfirmGuard() {
    }

    /**
     * Starts it.
     *
     * @throws IOException if it cannot be started: nothing may be written then
     */
    public static void start(Path stateDirectory) throws IOException {
        var command = Program.detached("plumbline-confirm", false);
        command.addAll(List.of("guard", "--state-dir", stateDirectory.toAbsolutePath().toString()));
        new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectOutput(new File("/dev/null"))
                .redirectError(new File("/dev/null")).start();
    }
}
