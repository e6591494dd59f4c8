import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Runs the tests tagged {@code uml} on a second kernel: boots Debian's {@code linux.uml} with this machine's file
 * system as its root, read-only, starts JUnit there with the class path that this program was started with, and prints
 * the report in Surefire's form. No network leads out of that kernel. Run by the build as a source file:
 *
 * <pre>java -cp TEST_CLASS_PATH Uml.java PROJECT TARGET</pre>
 *
 * <p>Leaves in {@code TARGET/uml-reports}: JUnit's XML, {@code output.txt} of the tests, {@code console.txt} of the
 * kernel.
 */
final class Uml {

    /** Long enough for a slow machine; a test that hangs must not hang the build. */
    private static final Duration LIMIT = Duration.ofSeconds(Long.getLong("uml.timeout", 600));

    /** Enough for a JVM with a 1 GiB heap. It is a sparse file in memory: what is not used costs nothing. */
    private static final String MEMORY = "mem=2048M";

    private final Path project;
    private final Path reports;

    private Uml(Path project, Path target) {
        this.project = project;
        this.reports = target.resolve("uml-reports");
    }

    /** Takes the project's folder and its build folder; exits with 1 unless all tests passed. */
    public static void main(String[] args) throws Exception {
        System.exit(new Uml(Path.of(args[0]), Path.of(args[1])).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        delete(reports);
        Files.createDirectories(reports);
        Files.write(reports.resolve("java.arguments"), javaArguments());
        if (!boot()) {
            System.err.println("[ERROR] uml: the second kernel was stopped after " + LIMIT.toSeconds() + " s");
            return failed();
        }
        Path exit = reports.resolve("exit");
        if (!Files.exists(exit)) {
            System.err.println("[ERROR] uml: the second kernel ended without a report");
            return failed();
        }
        Tally tally = report();
        boolean passed = Files.readString(exit).strip().equals("0")
                && (tally.passed() || narrowed().isPresent() && tally.equals(Tally.NONE));
        return passed || failed();
    }

    private List<String> javaArguments() {
        Path classes = reports.resolveSibling("test-classes");
        return List.of(
                // Every file of the class path is read through hostfs; C1 alone and one collector thread suit one slow
                // core.
                "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx1g -Djava.io.tmpdir=/run/tmp",
                "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow",
                "-cp \"" + classPath() + "\"",
                "org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors",
                "--include-tag=uml --details=tree --reports-dir=/run/reports",
                narrowed().isEmpty() ? "--fail-if-no-tests" : "\"--include-classname=" + narrowed().get() + "\"",
                "\"--scan-class-path=" + classes + "\"");
    }

    /** What {@code -Dtest} says of classes, as a regular expression. Maven leaves the name where nothing was said. */
    private static Optional<String> narrowed() {
        String said = System.getProperty("uml.test", "");
        // What is left out (`!NAME`) narrows the other tiers alone.
        return said.isEmpty() || said.startsWith("$") || said.contains("!") ? Optional.empty() : Optional.of(Arrays.stream(said.split(","))
                .map(each -> each.replaceFirst("#.*", "").replace(".", "\\.").replace("*", ".*"))
                .collect(Collectors.joining("|", "(.*\\.)?(", ")")));
    }

    /** Absolute, for the tests run in another folder. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns whether the kernel ended by itself. */
    private boolean boot() throws IOException, InterruptedException {
        Path sockets = Files.createTempDirectory("plumbline-uml");
        List<String> command = List.of(
                "linux.uml", MEMORY, "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
                "init=" + word(project.resolve("src/test/uml/init")),
                "uml_java=" + word(Path.of(System.getProperty("java.home"), "bin", "java")),
                "uml_reports=" + word(reports.toAbsolutePath()),
                "uml_dir=" + sockets + "/", "con=null", "con0=null,fd:1", "panic=-1", "quiet");
        Process kernel = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(reports.resolve("console.txt").toFile())
                .start();
        Thread stop = new Thread(() -> kill(kernel));
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            return kernel.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } finally {
            kill(kernel);
            Runtime.getRuntime().removeShutdownHook(stop);
            delete(sockets);
        }
    }

    /** The kernel's processes are children of the first, which do not end with it when it is killed. */
    private static void kill(Process kernel) {
        List<ProcessHandle> children = kernel.descendants().toList();
        kernel.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** A kernel's command line knows no blanks within a word that would reach the first process. */
    private static String word(Path path) throws IOException {
        if (path.toString().contains(" ")) {
            throw new IOException(path + ": the uml tier cannot run from a path with a blank");
        }
        return path.toString();
    }

    private Tally report() throws IOException, ParserConfigurationException, SAXException {
        Map<String, Tally> classes = new TreeMap<>();
        try (Stream<Path> files = Files.list(reports)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".xml")).toList()) {
                NodeList cases = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile())
                        .getElementsByTagName("testcase");
                for (int i = 0; i < cases.getLength(); i++) {
                    Element test = (Element) cases.item(i);
                    classes.merge(test.getAttribute("classname"), Tally.of(test), Tally::plus);
                }
            }
        }
        System.out.println("[INFO] Tests of the tier uml, on " + kernel());
        classes.forEach((name, tally) -> System.out.println(tally.line() + " -- in " + name));
        Tally all = classes.values().stream().reduce(Tally.NONE, Tally::plus);
        System.out.println("[INFO] Results:\n" + all.line());
        return all;
    }

    private static String kernel() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of("/usr/lib/uml/modules"))) {
            return "Linux " + modules.map(folder -> folder.getFileName().toString()).findFirst().orElse("unknown")
                    + " (linux.uml)";
        }
    }

    private boolean failed() throws IOException {
        for (String name : List.of("output.txt", "console.txt")) {
            Path file = reports.resolve(name);
            if (Files.exists(file)) {
                System.err.println("[ERROR] " + file + ":");
                System.err.println(Files.readString(file));
            }
        }
        return false;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** How the tests of a class ended. */
    private record Tally(int run, int failures, int errors, int skipped, double seconds) {

        static final Tally NONE = new Tally(0, 0, 0, 0, 0);

        static Tally of(Element test) {
            return new Tally(1, count(test, "failure"), count(test, "error"), count(test, "skipped"),
                    Double.parseDouble(test.getAttribute("time")));
        }

        private static int count(Element test, String child) {
            return Math.min(1, test.getElementsByTagName(child).getLength());
        }

        Tally plus(Tally other) {
            return new Tally(run + other.run, failures + other.failures, errors + other.errors,
                    skipped + other.skipped, seconds + other.seconds);
        }

        boolean passed() {
            return run > skipped && failures == 0 && errors == 0;
        }

        String line() {
            return "[%s] Tests run: %d, Failures: %d, Errors: %d, Skipped: %d, Time elapsed: %.3f s".formatted(
                    passed() || run == 0 ? "INFO" : "ERROR", run, failures, errors, skipped, seconds);
        }
    }
}
