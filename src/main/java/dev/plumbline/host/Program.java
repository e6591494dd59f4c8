package dev.plumbline.host;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** This very program, to be started again in a process of its own. */
public final class Program {

    private static final String MAIN_CLASS = "dev.plumbline.cli.Plumbline";

    private Program() {
    }

    /** The words that start it, to be followed by a command: its launcher, or Java where it was started from classes. */
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
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN_CLASS));
        return words;
    }
}
