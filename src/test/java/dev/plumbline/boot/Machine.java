package dev.plumbline.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A machine with a real systemd as its first process, by {@code systemd-nspawn}: this machine's file system with
 * changes kept in memory only, and a network of its own. The packaged plumbline is installed in it with its units, none
 * of them enabled; {@code /var/lib/plumbline} and {@code /etc} of plumbline and systemd last from one boot to the next.
 */
final class Machine {

    private static final Path DISTRIBUTION = Path.of("target/plumbline").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final List<String> binds = new ArrayList<>();
    private final Thread stop = new Thread(this::kill);
    private @Nullable Process container;
    private long init;

    /**
     * A machine that is not booted yet.
     *
     * @param folder an empty one of the test's
     */
    Machine(Path folder) throws IOException {
        this.folder = folder;
        for (var name : List.of("root", "units", "configuration/intents", "state")) {
            Files.createDirectories(folder.resolve(name), PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        try (var units = Files.list(DISTRIBUTION.resolve("lib/systemd/system"))) {
            for (var unit : units.toList()) {
                Files.copy(unit, folder.resolve("units").resolve(unit.getFileName()));
            }
        }
        var launcher = Files.writeString(folder.resolve("plumbline"),
                "#!/bin/sh\nexec /opt/plumbline/bin/plumbline \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        var java = System.getProperty("java.home");
        binds.addAll(List.of("--bind=" + folder.resolve("units") + ":/etc/systemd/system",
                "--bind=" + folder.resolve("configuration") + ":/etc/plumbline",
                "--bind=" + folder.resolve("state") + ":/var/lib/plumbline",
                "--bind-ro=" + DISTRIBUTION + ":/opt/plumbline", "--bind-ro=" + launcher + ":/usr/bin/plumbline",
                "--bind-ro=" + DISTRIBUTION.resolve("lib/sysusers.d/plumbline.conf")
                        + ":/usr/lib/sysusers.d/plumbline.conf",
                "--bind-ro=" + java + ":" + java, "--bind-ro=/dev/null:/etc/fstab", "--tmpfs=/var/log"));
    }

    /** A folder of the test's, to lie at a path in the machine. */
    Machine with(Path source, String path) {
        binds.add("--bind=" + source + ":" + path);
        return this;
    }

    /** What one command printed, standard error included. */
    record Result(int code, String output) {
    }

    /** Boots, and waits until all that is enabled has started; the network is {@code eth0} with a default route. */
    Machine boot() throws IOException, InterruptedException {
        var nspawn = new ArrayList<>(List.of("systemd-nspawn", "--quiet", "--directory=" + folder.resolve("root"),
                "--volatile=overlay", "--private-network", "--register=no", "--keep-unit", "--console=pipe",
                "--link-journal=no"));
        nspawn.addAll(binds);
        nspawn.addAll(List.of("--boot", "systemd.unit=multi-user.target"));
        // The bind mount that nspawn wants is seen by this process alone, and goes with it.
        var command = new ArrayList<>(List.of("timeout", "--signal=KILL", "300",
                "unshare", "-m", "--propagation", "private", "sh", "-c",
                "mount --bind / \"$1\" && shift && exec \"$@\"", "sh", folder.resolve("root").toString()));
        command.addAll(nspawn);
        var process = new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectErrorStream(true)
                .redirectOutput(console().toFile()).start();
        container = process;
        Runtime.getRuntime().addShutdownHook(stop);
        await(() -> firstProcess(process).isPresent() || !process.isAlive(), () -> "no systemd: " + printed());
        init = firstProcess(process).orElseThrow(() -> new AssertionError(printed())).pid();
        await(() -> run("systemctl", "is-system-running").output().matches("(running|degraded)\n"),
                () -> run("systemctl", "list-jobs").output() + printed());
        must("sh", "-ec", """
                ip link add eth0 type veth peer name eth9
                ip link set eth9 up
                ip link set eth0 up
                ip address add 10.0.0.10/24 dev eth0
                ip route add default via 10.0.0.1
                """);
        return this;
    }

    /** The first process of the container is nspawn's child, and comes before its own children. */
    private static Optional<ProcessHandle> firstProcess(Process nspawn) {
        return nspawn.descendants().filter(each -> each.info().command().filter(path -> path.endsWith("/systemd"))
                .isPresent()).findFirst();
    }

    private Path console() {
        return folder.resolve("console");
    }

    private String printed() {
        try {
            return Files.readString(console());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Runs a command in the machine, as root and outside of any session or service. */
    Result run(String... words) {
        var command = new ArrayList<>(List.of("nsenter", "--target", Long.toString(init), "--all"));
        command.addAll(List.of(words));
        try {
            var process = new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectErrorStream(true)
                    .start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " hangs: " + output);
            }
            return new Result(process.exitValue(), output);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The same for a command that must succeed. */
    String must(String... words) {
        var result = run(words);
        assertEquals(0, result.code(), () -> String.join(" ", words) + ": " + result.output() + "\n" + log(""));
        return result.output();
    }

    /** A property of a unit. */
    String property(String unit, String name) {
        return must("systemctl", "show", "--property=" + name, "--value", unit).strip();
    }

    /** All that the journal holds of a unit, or of all. */
    String log(String unit) {
        return run("journalctl", "--no-pager", "--unit=" + (unit.isEmpty() ? "plumbline-*" : unit)).output();
    }

    boolean hasRule(int priority) {
        return must("ip", "rule").contains("\n" + priority + ":");
    }

    void await(BooleanSupplier condition, Supplier<String> otherwise) throws InterruptedException {
        var deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError(otherwise.get());
            }
            Thread.sleep(20);
        }
    }

    /** Writes a file of /etc/plumbline. */
    void configure(String file, String content) throws IOException {
        Files.writeString(folder.resolve("configuration").resolve(file), content);
    }

    /** Adds to a unit what {@code systemctl edit} would. */
    void edit(String unit, String lines) throws IOException {
        var file = folder.resolve("units").resolve(unit + ".d/test.conf");
        Files.createDirectories(file.getParent());
        Files.writeString(file, lines);
        must("systemctl", "daemon-reload");
    }

    /** Nothing is told that it ends. */
    void cutPower() throws InterruptedException {
        var process = container;
        if (process != null) {
            kill();
            process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            Runtime.getRuntime().removeShutdownHook(stop);
            container = null;
        }
    }

    private void kill() {
        var process = container;
        if (process != null) {
            process.descendants().toList().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
