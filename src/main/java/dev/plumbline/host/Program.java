package dev.plumbline.host;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** This very program, to be started again in a process of its own. */
public final class Program {

    private static final String MAIN_CLASS = "dev.plumbline.cli.Plumbline";

    static final String SYSTEMD_RUN = "systemd-run";
    private static final Path SYSTEMD = Path.of("/run/systemd/system");

    private Program() {
    }

    /**
     * The words that start it from any directory, to be followed by a command: its launcher, or Java where it was
     * started from classes.
     */
    public static List<String> command() {
        var home = System.getProperty("plumbline.home", "");
        if (!home.isEmpty()) {
            return List.of(home + "/bin/plumbline");
        }
        var words = new ArrayList<String>();
        words.add(System.getProperty("java.home") + "/bin/java");
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> each.startsWith("--enable-native-access") || each.startsWith("--sun-misc"))
                .forEach(words::add);
        words.addAll(List.of("-cp", Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(each -> Path.of(each).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator)),
                MAIN_CLASS));
        return words;
    }

    /**
     * The words that start it in a process that outlives this one, the session and the terminal: a transient service of
     * systemd where this runs in the machine's own network namespace, else a process in a session of its own.
     *
     * @param unit the first part of the service's name
     * @param options more for systemd-run
     */
    public static List<String> detached(String unit, String... options) throws IOException {
        if (!Files.isDirectory(SYSTEMD) || !isInNamespaceOfInit()) {
            return inOwnSession();
        }
        // A service does not inherit the environment, and with it where Java is.
        var words = new ArrayList<>(List.of(SYSTEMD_RUN, "--quiet", "--collect", "--unit=" + unit + "-"
                + ProcessHandle.current().pid() + "-" + System.nanoTime(),
                "--setenv=PLUMBLINE_JAVA=" + System.getProperty("java.home")));
        words.addAll(List.of(options));
        words.addAll(command());
        return words;
    }

    /** The words that start it in a session of its own. */
    static List<String> inOwnSession() {
        var words = new ArrayList<>(List.of("setsid"));
        words.addAll(command());
        return words;
    }

    private static boolean isInNamespaceOfInit() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/1/ns/net")).equals(
                Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
    }
}
