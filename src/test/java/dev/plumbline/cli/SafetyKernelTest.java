package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.host.StoredJournal;
import dev.plumbline.apply.ApplyException;
import dev.plumbline.apply.LockedException;
import dev.plumbline.history.Event;
import dev.plumbline.history.Initiator;
import dev.plumbline.intent.Document;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.state.ForbiddenNamespaceException;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.Progress;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** Processes that are killed, that run at once, that others disturb, and whose store fails. */
@Tag("kernel")
class SafetyKernelTest {

    /** Nanoseconds in which somebody who keeps changing things has surely come between. */
    private static final long LONG = 90_000_000_000L;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path folder;

    private MixedChanges network;
    private Path state;
    private List<String> former;

    @BeforeEach
    void applyFirst() {
        network = new MixedChanges(namespaces);
        state = folder.resolve("state");
        apply(MixedChanges.first());
        former = network.state();
    }

    private Optional<LiveNamespace> open(String label) {
        return Optional.of(KernelNamespace.open(network.name));
    }

    private int apply(List<Document> documents) {
        try (var store = Store.open(state, "1.0");
                var session = MixedChanges.reconciler(store, state, this::open).prepareToApply(documents)) {
            var plan = session.plan();
            session.apply(Optional.empty(), Progress.SILENT);
            return plan.toAdd() + plan.toChange() + plan.toDestroy();
        }
    }

    private Process child(String... arguments) throws IOException {
        return new ProcessBuilder(command(arguments)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private List<String> command(String... arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ChildApply.class.getName(), state.toString(), network.name));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String line(Process process) throws IOException {
        return new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
    }

    @Test
    void killedByTheKernel() throws Exception {
        var child = child("hang", "25");
        try {
            assertEquals("hanging", line(child));
            var locked = assertThrows(LockedException.class, () -> apply(MixedChanges.first())).getMessage();
            for (var word : List.of("user tester", "pid " + child.pid(), "since 2", "`plumbline apply`",
                    "--lock-timeout")) {
                assertTrue(locked.contains(word), locked);
            }
            try (var store = Store.open(state, "1.0")) {
                assertEquals(List.of(), MixedChanges.reconciler(store, state, this::open).recover());
                assertTrue(MixedChanges.journal(store, state).unfinished().getFirst().running());
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertFalse(former.equals(network.state()));
        try (var store = Store.openReadOnly(state, "1.0");
                var session = MixedChanges.reconciler(Store.open(state, "1.0"), new StoredJournal.Reading(store, state),
                        this::open).prepare(MixedChanges.first())) {
            assertEquals("ApplyUnfinished", session.plan().namespaces().getFirst().notices().getFirst().reason());
        }
        try (var store = Store.open(state, "1.0")) {
            var events = MixedChanges.reconciler(store, state, this::open).recover();
            assertEquals(List.of(Event.Result.RECOVERED), events.stream().map(Event::result).toList());
            assertTrue(events.getFirst().details().getFirst().contains("pid " + child.pid()), events::toString);
        }
        assertEquals(former, network.state());
        assertEquals(0, apply(MixedChanges.first()));
    }

    /** Asked to stop in the middle: it goes on to the end first. */
    @Test
    void stoppedByAPerson() throws Exception {
        var child = child("slow", "3");
        try {
            assertEquals("hanging", line(child));
            child.destroy();
            assertTrue(child.waitFor(60, TimeUnit.SECONDS));
            assertEquals(128 + 15, child.exitValue());
        } finally {
            child.destroyForcibly().waitFor();
        }
        try (var store = Store.openReadOnly(state, "1.0")) {
            assertEquals(List.of(), store.unfinished());
            assertEquals(Event.Result.APPLIED, store.history(1).getFirst().event().result());
        }
        assertEquals(0, apply(MixedChanges.second()));
    }

    /** Both wait for each other as long as it takes; none is lost, and what is there is one of the two, whole. */
    @Test
    void twoAtOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            int first = 200 + 2 * round;
            var start = new CountDownLatch(1);
            var done = new ArrayList<Thread>();
            var failures = new ArrayList<Throwable>();
            for (int table : new int[] {first, first + 1}) {
                done.add(Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        applyPatiently(MixedChanges.table(table));
                    } catch (Throwable e) {
                        synchronized (failures) {
                            failures.add(e);
                        }
                    }
                }));
            }
            start.countDown();
            for (var thread : done) {
                thread.join();
            }
            assertEquals(List.of(), failures);
            var rules = network.ip.lines("rule").stream().filter(line -> line.contains("proto 157")).toList();
            assertEquals(1, rules.size(), rules::toString);
            int table = rules.getFirst().contains(" " + first + " ") ? first : first + 1;
            assertEquals(0, apply(MixedChanges.table(table)));
        }
        try (var view = Store.openReadOnly(state, "1.0")) {
            var applied = view.history(100).stream().filter(each -> each.event().by().command().contains("patient"));
            assertEquals(40, applied.filter(each -> each.event().result() == Event.Result.APPLIED).count());
        }
    }

    private void applyPatiently(List<Document> documents) {
        try (var store = Store.open(state, "1.0")) {
            var journal = new StoredJournal(store, state, new Initiator("tester", 1, "patient", "", ""),
                    Duration.ofSeconds(30));
            try (var session = MixedChanges.reconciler(store, journal, this::open).prepareToApply(documents)) {
                session.apply(Optional.empty(), Progress.SILENT);
            }
        }
    }

    @Test
    void whatChangedSinceThePlanWasShownIsNotApplied() throws IOException {
        try (var store = Store.open(state, "1.0");
                var session = MixedChanges.reconciler(store, state, this::open).prepare(MixedChanges.second())) {
            network.ip.run("route del 203.0.0.0/24 table 110");
            var before = network.state();
            var refusal = assertThrows(ApplyException.class, () -> session.apply(Optional.empty(), Progress.SILENT));
            assertTrue(refusal.getMessage().contains("has changed since the plan was shown"), refusal.getMessage());
            assertEquals(before, network.state());
            assertEquals(List.of(), store.unfinished());
        }
        try (var store = Store.open(state, "1.0");
                var session = MixedChanges.reconciler(store, state, this::open).prepare(MixedChanges.second())) {
            try (var files = Files.list(state)) {
                assertTrue(files.noneMatch(file -> file.toString().endsWith(".lock")), "nothing is claimed meanwhile");
            }
            session.apply(Optional.empty(), Progress.SILENT);
        }
        assertEquals(0, apply(MixedChanges.second()));
    }

    /** It is planned without that namespace, and not applied without it. */
    @Test
    void aNamespaceThatMayNotBeEnteredIsNoticedAndNothingIsApplied() {
        var documents = new ArrayList<>(MixedChanges.second());
        documents.addAll(MixedChanges.parsed("""
                apiVersion: plumbline.dev/v1
                kind: RoutingRules
                metadata: {name: elsewhere}
                spec: {netns: elsewhere, rules: [{priority: 5, from: 10.1.0.0/16, action: blackhole}]}
                """));
        try (var store = Store.open(state, "1.0")) {
            var reconciler = MixedChanges.reconciler(store, state, label -> {
                if (label.equals("elsewhere")) {
                    throw new ForbiddenNamespaceException(new IOException("not permitted"));
                }
                return open(label);
            });
            assertThrows(ForbiddenNamespaceException.class, () -> reconciler.prepareToApply(documents));
            try (var session = reconciler.prepare(documents)) {
                assertTrue(session.plan().toAdd() > 10);
                assertFalse(session.plan().isWhole());
                assertThrows(ForbiddenNamespaceException.class,
                        () -> session.apply(Optional.empty(), Progress.SILENT));
            }
            assertEquals(List.of(), store.unfinished());
        }
        assertEquals(former, network.state());
    }

    /** Somebody takes away at once what an apply makes: the apply fails, says so, and leaves the former state. */
    @Test
    void somebodyWhoKeepsChangingIsNamed() throws Exception {
        var stop = new AtomicBoolean();
        var vandal = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                try {
                    new ProcessBuilder("ip", "-n", network.name, "rule", "del", "pref", "1003").start().waitFor();
                    new ProcessBuilder("ip", "-n", network.name, "-6", "rule", "del", "pref", "1003").start().waitFor();
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
        try {
            var failure = assertThrows(ApplyException.class, () -> {
                // How often the other comes between is a matter of how busy the machine is.
                for (long end = System.nanoTime() + LONG; System.nanoTime() < end; ) {
                    apply(MixedChanges.second());
                    apply(MixedChanges.first());
                }
            });
            assertTrue(failure.details().stream().anyMatch(line -> line.contains("1003")), failure.details()::toString);
            assertTrue(failure.details().getFirst().contains("something else on this host changed it")
                    || failure.details().getFirst().contains("another process keeps changing it")
                    || failure.details().getFirst().contains("deleting rule"), failure.details()::toString);
            assertTrue(failure.getMessage().contains("former state is verified"), failure.getMessage());
        } finally {
            stop.set(true);
            vandal.join();
        }
    }

    @Test
    void aStoreThatCannotBeWrittenStopsEverything() throws Exception {
        sql("CREATE TRIGGER no BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no'); END");
        assertThrows(StoreException.class, () -> apply(MixedChanges.second()));
        assertEquals(former, network.state());
        sql("DROP TRIGGER no", "CREATE TRIGGER no BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no'); END");
        var failure = assertThrows(ApplyException.class, () -> apply(MixedChanges.second()));
        assertTrue(failure.getMessage().contains("former state is verified"), failure.getMessage());
        assertTrue(failure.details().getLast().contains("could not be recorded"), failure.details()::toString);
        assertEquals(former, network.state());
        sql("DROP TRIGGER no");
        assertTrue(apply(MixedChanges.second()) > 50);
    }

    private void sql(String... statements) throws Exception {
        try (var connection = JDBC.createConnection("jdbc:sqlite:" + state.resolve("state.db"),
                new Properties()); var statement = connection.createStatement()) {
            for (var each : statements) {
                statement.execute(each);
            }
        }
    }

    /** A file system of its own in a mount namespace of its own: full, nearly full, read-only. */
    @Test
    void aFullDiskAndAReadOnlyOneAreNamedAndNothingIsApplied() throws Exception {
        var ways = new ArrayList<>(List.of("mount -o remount,ro $D"));
        for (int left = 0; left <= 120; left += 12) {
            ways.add("dd if=/dev/zero of=$D/fill bs=4k 2>/dev/null; truncate -s -" + left + "k $D/fill");
        }
        var seen = new TreeSet<String>();
        for (var way : ways) {
            var output = onOwnDisk(way);
            if (output.strip().equals("done")) {
                seen.add("applied");
                apply(MixedChanges.first());
            } else {
                assertTrue(output.contains("no space is left") || output.contains("No space left")
                        || output.contains("file system that is read-only"), way + ": " + output);
                seen.add(output.startsWith("failed apply failed") ? "undone" : "refused");
            }
            assertEquals(former, network.state(), way + ": " + output);
        }
        System.out.println("disks that are full or read-only: " + seen);
        assertTrue(seen.containsAll(List.of("applied", "refused", "undone")), seen::toString);
    }

    private String onOwnDisk(String way) throws Exception {
        var script = "D=" + state + "; rm -rf $D.copy; cp -a $D $D.copy && mount -t tmpfs -o size=500k,mode=700"
                + " tmpfs $D && cp -a $D.copy/. $D/ && { " + way + "; } && exec \"$@\"";
        var command = new ArrayList<>(List.of("unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh"));
        command.addAll(command("table", "400"));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes());
        assertEquals(output.strip().equals("done") ? 0 : 1, process.waitFor(), output);
        return output;
    }

    @Test
    void aCorruptStoreStopsEverything() throws Exception {
        Files.writeString(state.resolve("state.db"), "garbage ".repeat(2000));
        Files.deleteIfExists(state.resolve("state.db-wal"));
        var failure = assertThrows(StoreException.class, () -> apply(MixedChanges.second()));
        assertTrue(failure.getMessage().contains("is damaged"), failure.getMessage());
        assertEquals(former, network.state());
    }

    @Test
    void aDamagedJournalIsNamedAndNothingIsApplied() throws Exception {
        var child = child("hang", "25");
        try {
            assertEquals("hanging", line(child));
        } finally {
            child.destroyForcibly().waitFor();
        }
        sql("UPDATE journal_parts SET content = x'00' WHERE family = 'routes'");
        var half = network.state();
        var failure = assertThrows(StoreException.class, () -> apply(MixedChanges.first()));
        assertTrue(failure.getMessage().contains("the journal of the apply"), failure.getMessage());
        assertEquals(half, network.state());
    }
}
