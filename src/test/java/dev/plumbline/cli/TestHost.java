package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.host.Program;
import dev.plumbline.kernel.Ip;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.plan.Guard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A host for a test: a throw-away namespace, intents and a store. Commands run in it as a person would run them. */
final class TestHost {

    /** The head that every document needs. */
    static final String HEAD = "apiVersion: plumbline.dev/v1\n";

    /** The tables of the store that an apply may change. Parsed documents are a cache: they change nothing. */
    private static final List<String> STORE_TABLES =
            List.of("namespaces", "allotments", "taken_routes", "taken_rules", "devices", "carried_out", "source",
                    "attachments", "taken_sysctls");

    private final String name;
    private final Ip ip;
    private final Path intents;
    private final Path state;

    /** What a command printed, and its exit code. */
    record Result(int code, String out, String err) {

        /** What it printed, for a failed assertion. */
        @Override
        public String toString() {
            return "exit code " + code + "\n" + out + err;
        }
    }

    /** What nothing but a successful apply may change: the routes and rules of both families, and the store. */
    record Snapshot(List<String> routes, List<String> rules, List<String> store) {
    }

    TestHost(ThrowAwayNamespaces namespaces, Path directory) {
        this(namespaces.create(), namespaces, directory);
    }

    /** In a namespace that is there already. */
    TestHost(String name, ThrowAwayNamespaces namespaces, Path directory) {
        this.name = name;
        this.ip = namespaces.ip(name);
        this.intents = directory.resolve("intents");
        this.state = directory.resolve("state");
        try {
            for (var each : List.of(intents, state)) {
                Files.createDirectory(each,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestHost(String name, Ip ip, Path intents, Path state) {
        this.name = name;
        this.ip = ip;
        this.intents = intents;
        this.state = state;
    }

    /** Another namespace with the same intents and the same store. */
    TestHost elsewhere(ThrowAwayNamespaces namespaces) {
        var other = namespaces.create();
        return new TestHost(other, namespaces.ip(other), intents, state);
    }

    /** Sets a file below {@code /proc/sys} of this namespace. */
    void sysctl(String file, String value) throws Exception {
        try (var namespace = NetworkNamespace.named(name)) {
            namespace.call(() -> Files.writeString(Path.of("/proc/sys", file), value));
        }
    }

    String name() {
        return name;
    }

    Path intents() {
        return intents;
    }

    Path state() {
        return state;
    }

    /** The oracle. */
    Ip ip() {
        return ip;
    }

    /** Makes a device that is up, without addresses of its own making, and whose peer is up too. */
    TestHost device(String device, String... addresses) {
        ip.run("link add " + device + " type veth peer name p-" + device);
        for (var each : List.of(device, "p-" + device)) {
            ip.run("link set " + each + " addrgenmode none");
            ip.run("link set " + each + " up");
        }
        for (var address : addresses) {
            ip.run("addr add " + address + " dev " + device + (address.contains(":") ? " nodad" : ""));
        }
        return this;
    }

    /** Writes an intent file; the first line says where documents come from, and is left to the caller. */
    TestHost file(String file, String content) {
        try {
            Files.writeString(intents.resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Writes an intent file of one or more documents of plumbline: each gets its {@code apiVersion}. */
    TestHost intent(String file, String documents) {
        return file(file, HEAD + documents.replace("\n---\n", "\n---\n" + HEAD));
    }

    TestHost without(String file) {
        try {
            Files.delete(intents.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Deletes all that the store holds. */
    void loseStore() {
        try (var files = Files.list(state)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command with the intents and the store of this host. */
    Result run(String command, String... more) {
        return execute(words(command, more).toArray(String[]::new));
    }

    private List<String> words(String command, String... more) {
        var words = new ArrayList<>(List.of(command, "--intents", intents.toString(), "--state-dir", state.toString()));
        words.addAll(List.of(more));
        if (!words.contains("--host")) {
            words.addAll(List.of("--host", "edge-1"));
        }
        return words;
    }

    /** Starts the same as a process of its own; the file takes all that it prints. Its id is that of the program. */
    Process start(Path printed, String command, String... more) {
        return startAsIs(printed, words(command, more));
    }

    /** The words that start plumbline as a process of its own in this host's namespace, before its command. */
    List<String> inNamespace() {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(Program.command());
        return words;
    }

    /** Starts a command line as it is, as a process of its own in this host's namespace. */
    Process startAsIs(Path printed, List<String> words) {
        var all = inNamespace();
        all.addAll(words);
        try {
            return new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(printed.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command line as it is, in this host's namespace. */
    Result execute(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var formerOut = System.out;
        var formerErr = System.err;
        try (var namespace = NetworkNamespace.named(name);
                var outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
                var errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            System.setOut(outStream);
            System.setErr(errStream);
            int code = namespace.call(() -> Plumbline.run(words));
            return new Result(code, masked(out.toString(StandardCharsets.UTF_8)),
                    masked(err.toString(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new AssertionError("plumbline " + Arrays.toString(words), e);
        } finally {
            System.setOut(formerOut);
            System.setErr(formerErr);
        }
    }

    /** With {@code INTENTS} and {@code STATE} for the directories, whose paths are others in each test. */
    String masked(String printed) {
        return printed.replace(intents.toString(), "INTENTS")
                .replace(state.toString(), "STATE");
    }

    /** Applies past all guards, which must succeed; gives what it printed. */
    String apply(String... more) {
        var words = new ArrayList<>(List.of(more));
        words.add("--auto-approve");
        Guard.NAMES.forEach(name -> words.addAll(List.of("--allow", name)));
        var result = run("apply", words.toArray(String[]::new));
        assertEquals(0, result.code, result::toString);
        return result.out;
    }

    /** What a plan prints, which must succeed. */
    String plan(String... more) {
        var result = run("plan", more);
        assertEquals(0, result.code, result::toString);
        return result.out;
    }

    /** The plan is empty; whatever is said beside it. */
    void assertNothingToDo() {
        var result = run("plan", "--detailed-exitcode");
        assertEquals(0, result.code, result::toString);
        assertTrue(result.out.endsWith("No changes. The network matches the intents.\n"), result::toString);
    }

    /** The routes of both families outside the table local, a line each. */
    List<String> routes() {
        return Stream.concat(lines("-4 -o -d route show table all"), lines("-6 -o -d route show table all"))
                .filter(line -> !line.contains(" table local ")).toList();
    }

    /** The routes of one table in both families, without what {@code ip -d} adds. */
    List<String> routes(String table) {
        return Stream.concat(lines("-4 route show table " + table), lines("-6 route show table " + table)).toList();
    }

    /** The rules of both families, IPv4 first. */
    List<String> rules() {
        return Stream.concat(lines("-4 rule"), lines("-6 rule").map(line -> "inet6 " + line)).toList();
    }

    /** The rules that are plumbline's. */
    List<String> ourRules() {
        return rules().stream().filter(line -> line.contains("proto 157"))
                .map(line -> line.replace(" proto 157", "")).toList();
    }

    /** Lines of {@code ip}, with remaining lifetimes masked. A table that does not exist is an empty one. */
    private Stream<String> lines(String words) {
        if (words.contains("table ") && !words.contains("table all") && !words.contains("table main")) {
            return Arrays.stream(words.startsWith("-6") ? tableLines("-6", words) : tableLines("-4", words));
        }
        return masked(ip.lines(words));
    }

    /** {@code ip} refuses to show a table that the kernel has not made yet, so all are listed and one is picked. */
    private String[] tableLines(String family, String words) {
        var table = words.substring(words.lastIndexOf(' ') + 1);
        return masked(ip.lines(family + " -o route show table all")).map(line -> line + " ")
                .filter(line -> line.contains(" table " + table + " "))
                .map(line -> line.replace(" table " + table + " ", " ").strip()).toArray(String[]::new);
    }

    private static Stream<String> masked(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll("expires [0-9]+sec", "expires ?sec")
                .replaceAll("[\\\\ ]+", " "));
    }

    Snapshot snapshot() {
        return new Snapshot(routes(), rules(), store());
    }

    /** What the store holds, a line a row; nothing if there is none. */
    List<String> store() {
        var rows = new ArrayList<String>();
        var file = state.resolve("state.db");
        try {
            if (!Files.exists(file) || Files.size(file) == 0) {
                return rows;
            }
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                    var statement = connection.createStatement()) {
                for (var table : STORE_TABLES) {
                    try (var result = statement.executeQuery("SELECT * FROM " + table)) {
                        while (result.next()) {
                            Map<String, String> row = new TreeMap<>();
                            for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                                var value = result.getObject(column);
                                row.put(result.getMetaData().getColumnName(column), value instanceof byte[] bytes
                                        ? Integer.toHexString(Arrays.hashCode(bytes)) : String.valueOf(value));
                            }
                            rows.add(table + row);
                        }
                    }
                }
            }
        } catch (IOException | SQLException e) {
            throw new AssertionError(e);
        }
        rows.sort(Comparator.naturalOrder());
        return rows;
    }
}
