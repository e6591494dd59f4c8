package dev.plumbline.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts the process that reverts what is not confirmed. It outlives the terminal, the session and the apply itself:
 * a transient service of systemd where plumbline runs in the machine's own network namespace and systemd takes it, else
 * a process in a session of its own. The deadline is in the store, so a boot unit and every later start keep it as well.
 */
public final class ConfirmGuard {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ConfirmGuard() {
    }

    /**
     * Starts it.
     *
     * @throws IOException if it cannot be started: nothing may be written then
     */
    public static void start(Path stateDirectory) throws IOException {
        var guard = List.of("guard", "--state-dir", stateDirectory.toAbsolutePath().toString());
        var detached = Program.detached("plumbline-confirm", "--property=Restart=on-failure",
                "--property=RestartSec=1s");
        boolean bySystemd = detached.getFirst().equals(Program.SYSTEMD_RUN);
        var process = start(detached, guard);
        if (bySystemd && !hasSucceeded(process)) {
            start(Program.inOwnSession(), guard);
        }
    }

    private static Process start(List<String> program, List<String> guard) throws IOException {
        var command = new ArrayList<>(program);
        command.addAll(guard);
        return new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectOutput(new File("/dev/null"))
                .redirectError(new File("/dev/null")).start();
    }

    /** systemd-run ends once systemd has started the service, or refuses to. */
    private static boolean hasSucceeded(Process systemdRun) throws IOException {
        try {
            return systemdRun.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) && systemdRun.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
