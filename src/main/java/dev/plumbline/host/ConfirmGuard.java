package dev.plumbline.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
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

    private static final Path SYSTEMD = Path.of("/run/systemd/system");
    private static final Duration START = Duration.ofSeconds(30);

    private ConfirmGuard() {
    }

    /**
     * Starts it.
     *
     * @throws IOException if it cannot be started: nothing may be written then
     */
    public static void start(Path stateDirectory) throws IOException {
        var guard = new ArrayList<>(Program.command());
        guard.addAll(List.of("guard", "--state-dir", stateDirectory.toAbsolutePath().toString()));
        boolean taken = Files.isDirectory(SYSTEMD) && isInNamespaceOfInit() && isTakenBySystemd(guard);
        if (!taken) {
            start(List.of("setsid"), guard);
        }
    }

    /** Services do not inherit the environment, and with it where Java is. */
    private static boolean isTakenBySystemd(List<String> guard) throws IOException {
        var run = start(List.of("systemd-run", "--quiet", "--collect", "--unit=plumbline-confirm-"
                + ProcessHandle.current().pid() + "-" + System.nanoTime(), "--property=Restart=on-failure",
                "--property=RestartSec=1s", "--setenv=PLUMBLINE_JAVA=" + System.getProperty("java.home")), guard);
        try {
            return run.waitFor(START.toSeconds(), TimeUnit.SECONDS) && run.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Process start(List<String> by, List<String> guard) throws IOException {
        var command = new ArrayList<>(by);
        command.addAll(guard);
        return new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectOutput(new File("/dev/null"))
                .redirectError(new File("/dev/null")).start();
    }

    private static boolean isInNamespaceOfInit() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/1/ns/net")).equals(
                Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
    }
}
