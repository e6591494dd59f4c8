import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
 * the report in Surefire's form. No network leads out of that kernel. Run by the build as a source file, twice: once
 * beside the tests of the tier kernel, which leave one processor half idle, and once to wait for the first one's report:
 *
 * <pre>java -cp TEST_CLASS_PATH Uml.java PROJECT TARGET BUILD run|await</pre>
 *
 * <p>Leaves in {@code TARGET/uml-reports}: JUnit's XML, {@code output.txt} of the tests, {@code console.txt} of the
 * kernel.
 */
final class Uml {

    /** Long enough for a slow machine; a test that hangs must not hang the build. */
    private static final Duration LIMIT = Duration.ofSeconds(Long.getLong("uml.timeout", 1200));

    /** Enough for a JVM with a 1 GiB heap. It is a sparse file in memory: what is not used costs nothing. */
    private static final String MEMORY = "mem=2048M";

    private static final String PASSED = "passed";
    private static final Duration LOOK = Duration.ofMillis(200);
    /** For what comes before and after the second kernel. */
    private static final Duration AROUND = Duration.ofSeconds(60);

    private final Path project;
    private final Path reports;
    private final Path result;

    private Uml(Path project, Path target) {
        this.project = project;
        this.reports = target.resolve("uml-reports");
        this.result = reports.resolve("result");
    }

    /**
     * Takes the project's folder, its build folder, what tells this build from others, and what to do; exits with 1 unless
     * all tests passed.
     */
    public static void main(String[] args) throws Exception {
        var uml = new Uml(Path.of(args[0]), Path.of(args[1]));
        System.exit((args[3].equals("await") ? uml.await(args[2]) : uml.runFor(args[2])) ? 0 : 1);
    }

    /** What is printed goes to a file: others print meanwhile. */
    private boolean runFor(String build) throws Exception {
        delete(reports);
        Files.createDirectories(reports);
        var passed = false;
        try (var report = new PrintStream(reports.resolve("report.txt").toFile())) {
            System.setOut(report);
            System.setErr(report);
            passed = run();
        } finally {
            Path whole = Files.writeString(reports.resolve("result.new"), build + " " + (passed ? PASSED : "failed"));
            Files.move(whole, result, StandardCopyOption.ATOMIC_MOVE);
        }
        return passed;
    }

    private boolean await(String build) throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.plus(AROUND).toNanos();
        while (!Files.exists(result) || !Files.readString(result).startsWith(build + " ")) {
            if (System.nanoTime() > end) {
                System.err.println("[ERROR] uml: no report came");
                return false;
            }
            Thread.sleep(LOOK);
        }
        System.out.print(Files.readString(reports.resolve("report.txt")));
        return Files.readString(result).endsWith(" " + PASSED);
    }

    private boolean run() throws Exception {
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
        boolean passed = Files.readString(exit).strip().equals("0") && tally.passed();
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
                "--include-tag=uml --details=tree --fail-if-no-tests --reports-dir=/run/reports",
                "\"--scan-class-path=" + classes + "\"");
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
                // The other tests look at the clock; this kernel has one of its own, and time.
                "nice", "-n", "10", "linux.uml", MEMORY, "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
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
                    passed() ? "INFO" : "ERROR", run, failures, errors, skipped, seconds);
        }
    }
}
