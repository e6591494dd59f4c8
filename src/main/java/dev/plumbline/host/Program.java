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
     * @param piped whether it keeps this process's standard streams
     */
    public static List<String> detached(String unit, boolean piped) throws IOException {
        var words = new ArrayList<String>();
        if (Files.isDirectory(SYSTEMD) && isInNamespaceOfInit()) {
            words.addAll(List.of("systemd-run", "--quiet", "--collect", "--unit=" + unit + "-"
                    + ProcessHandle.current().pid()));
            if (piped) {
                words.add("--pipe");
            }
        } else {
            words.add("setsid");
        }
        words.addAll(command());
        return words;
    }

    private static boolean isInNamespaceOfInit() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/1/ns/net")).equals(
                Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
    }
}
