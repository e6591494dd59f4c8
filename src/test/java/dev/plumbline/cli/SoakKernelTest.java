package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random intents, random drift by another process, and applies that are killed at random moments: in the end the plan
 * is empty, and what belongs to others is as they made it. {@code -Dplumbline.seed} repeats a run as far as the moments
 * of processes can be repeated; {@code -Dplumbline.rounds} makes it longer.
 */
@Tag("kernel")
class SoakKernelTest {

    private static final int ROUNDS = Integer.getInteger("plumbline.rounds", 21);
    private static final long SEED = Long.getLong("plumbline.seed", System.nanoTime());
    private static final List<String> GUARDS =
            List.of("--allow", "mass-delete", "--allow", "empty-source", "--allow", "default-route");

    /** Why an apply may fail that is disturbed. */
    private static final List<String> REASONS = List.of("former state is verified", "NOT everything could be undone",
            "not all of an apply that died could be undone", "could NOT be undone in full", "the journal is kept",
            "in the intents; nothing was changed", "changed during each of");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final RandomIntents documents = new RandomIntents(random);
    private final Map<String, Integer> endings = new TreeMap<>();
    private final List<String> story = new ArrayList<>();
    private TestHost host;
    /** The same network, where nobody but the drifter writes. */
    private TestHost twin;
    private int kills;
    private int killsInside;
    private Duration longest = Duration.ofMillis(500);

    private enum Death { NONE, WHEN_IT_WRITES, AT_A_RANDOM_MOMENT }

    @BeforeEach
    void hosts() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = RandomIntents.host(namespaces, Files.createDirectory(directory.resolve("host")));
        twin = RandomIntents.host(namespaces, Files.createDirectory(directory.resolve("twin")));
    }

    @Test
    void killedAndDisturbedItComesToTheSameEnd() throws Exception {
        System.out.println("soak: -Dplumbline.seed=" + SEED + " -Dplumbline.rounds=" + ROUNDS);
        intents();
        host.apply();
        var drifter = Drifter.start(host, directory.resolve("drift"), random.nextLong());
        try {
            for (int round = 0; round < ROUNDS; round++) {
                if (random.nextInt(3) > 0) {
                    intents();
                }
                apply(Death.values()[round % 3]);
            }
        } finally {
            drifter.stop();
        }
        drifter.repeatOwn(twin);
        System.out.println("soak: " + ROUNDS + " rounds, " + kills + " kills, " + killsInside
                + " of them in the middle of an apply; " + drifter + "; endings " + endings);
        assertTrue(killsInside >= ROUNDS / 6, this::told);
        boolean inOrder = settled();
        assertEquals(ofOthers(twin.routes()), ofOthers(host.routes()), this::told);
        assertEquals(rules(twin, inOrder), rules(host, inOrder).stream().filter(line -> !line.contains("proto 157"))
                .toList(), this::told);
        host.without("random.yaml").without("bulk.yaml");
        assertTrue(settled(), this::told);
        assertEquals(twin.routes(), host.routes(), this::told);
        assertEquals(rules(twin, inOrder), rules(host, inOrder), this::told);
    }

    /** The order of rules of others at one priority cannot be put back once these came in between. */
    private static List<String> rules(TestHost some, boolean inOrder) {
        return inOrder ? some.rules() : some.rules().stream().sorted().toList();
    }

    /**
     * Nobody disturbs any more: what was left is undone, an apply succeeds, and nothing is left to do.
     *
     * @return whether all of it could be undone, but for the order of others' rules
     */
    private boolean settled() {
        var recovered = host.execute("recover", "--state-dir", host.state().toString());
        story.add("recover: " + recovered);
        var left = (recovered.out() + recovered.err()).lines().filter(line -> line.contains("not undone: ")).toList();
        assertTrue(recovered.code() == 0 || !left.isEmpty()
                && left.stream().allMatch(line -> line.contains("not undone: the order of ")), this::told);
        assertEquals(0, unfinished(), this::told);
        var applied = host.run("apply", words().toArray(String[]::new));
        story.add("apply: " + applied);
        assertEquals(0, applied.code(), this::told);
        var plan = host.run("plan", "--detailed-exitcode");
        assertEquals(0, plan.code(), () -> told() + "\n" + plan);
        return recovered.code() == 0;
    }

    private static List<String> words() {
        var words = new ArrayList<>(GUARDS);
        words.add("--auto-approve");
        return words;
    }

    /** What is not plumbline's, and on a device that no document binds. */
    private static List<String> ofOthers(List<String> routes) {
        return routes.stream().filter(line -> !line.contains("proto 157") && !line.contains(" net1")
                && !line.contains(" net2")).toList();
    }

    /** Writes documents that are valid on the undisturbed network. */
    private void intents() {
        for (int attempt = 0; attempt < 20; attempt++) {
            host.intent("random.yaml", documents.next());
            host.intent("bulk.yaml", documents.bulk());
            var plan = twin.execute("plan", "--intents", host.intents().toString(), "--state-dir",
                    twin.state().toString());
            if (plan.code() == 0) {
                return;
            }
        }
        throw new AssertionError("no valid intents in 20 tries");
    }

    private void apply(Death death) throws Exception {
        var printed = directory.resolve("printed.txt");
        long begun = System.nanoTime();
        var process = host.start(printed, "apply", words().toArray(String[]::new));
        try {
            switch (death) {
                case NONE -> { }
                case WHEN_IT_WRITES -> awaitJournal(process);
                case AT_A_RANDOM_MOMENT -> Thread.sleep(random.nextLong(longest.toMillis()));
            }
            if (death != Death.NONE && process.isAlive()) {
                process.destroyForcibly();
            }
        } finally {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
        }
        var took = Duration.ofNanos(System.nanoTime() - begun);
        if (process.exitValue() == 128 + 9) {
            kills++;
            died(death, took);
            return;
        }
        if (took.compareTo(longest) > 0) {
            longest = took;
        }
        ended(process.exitValue(), Files.readString(printed));
    }

    private void died(Death death, Duration took) throws Exception {
        int left = unfinished();
        killsInside += left;
        story.add("killed " + death + " after " + took.toMillis() + " ms, unfinished: " + left);
        count(left == 0 ? "killed before or after it wrote" : "killed while it wrote");
        if (left > 0 && random.nextBoolean()) {
            var printed = directory.resolve("recovered.txt");
            var process = host.startAsIs(printed, List.of("recover", "--state-dir", host.state().toString()));
            boolean again = random.nextInt(3) == 0;
            if (again) {
                Thread.sleep(random.nextLong(longest.toMillis()));
                process.destroyForcibly();
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
            var text = Files.readString(printed);
            story.add("recover: " + process.exitValue() + " " + text);
            assertFalse(text.contains("at dev.plumbline"), this::told);
            if (!again) {
                assertTrue(process.exitValue() == 0 || text.contains("NOT all of it could be undone"), this::told);
                assertEquals(0, unfinished(), this::told);
            }
            count(process.exitValue() == 128 + 9 ? "recover was killed" : "recovered");
        }
    }

    /** Disturbed, it may fail, but says why, and what it left. */
    private void ended(int code, String text) {
        story.add("ended with " + code + ": " + text);
        assertFalse(text.contains("at dev.plumbline") || text.contains("Exception"), this::told);
        if (code == 0) {
            assertEquals(0, unfinished(), this::told);
            count("applied");
            return;
        }
        assertEquals(1, code, this::told);
        var reason = text.lines().filter(line -> line.startsWith("plumbline: ")).reduce((a, b) -> b).orElse("")
                .replaceAll("[0-9]+", "#");
        assertTrue(REASONS.stream().anyMatch(reason::contains), this::told);
        count(reason);
    }

    private void count(String ending) {
        endings.merge(ending, 1, Integer::sum);
    }

    /** Waits until the apply has written down how it is undone, and a little longer. */
    private void awaitJournal(Process process) throws Exception {
        try (var connection = store()) {
            int before = unfinished(connection);
            while (process.isAlive() && (before > 0 || unfinished(connection) == 0)) {
                before = Math.min(before, unfinished(connection));
                Thread.sleep(1);
            }
        }
        Thread.sleep(random.nextInt(25));
    }

    private Connection store() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + host.state().resolve("state.db"));
    }

    private static int unfinished(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT count(*) FROM journal")) {
            return result.getInt(1);
        }
    }

    private int unfinished() {
        try (var connection = store()) {
            return unfinished(connection);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** What happened, without the changes one by one, and where it led to. */
    private String told() {
        var lines = new ArrayList<>(List.of("seed " + SEED));
        story.forEach(each -> lines.addAll(each.lines().filter(line -> !line.startsWith("    ")).toList()));
        lines.addAll(host.routes().stream().filter(line -> !line.contains(" table 160 ")).toList());
        lines.addAll(host.rules());
        return String.join("\n", lines);
    }
}
