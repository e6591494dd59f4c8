package dev.plumbline.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.doctor.Check.Verdict;
import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Event;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.netlink.OpenFileLock;
import dev.plumbline.plan.Former;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.ReadScope;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real stores, in each state that they may be found in. */
class StateChecksTest {

    private static final NamespaceId HERE = new NamespaceId("boot-1", 7);
    private static final Initiator ALICE = new Initiator("alice (root)", 77, "plumbline apply", "/etc/p", "abc");
    private static final Instant NINE = Instant.parse("2026-11-21T09:00:00Z");

    @TempDir
    Path directory;
    private Path state;

    @BeforeEach
    void place() {
        state = directory.resolve("state");
    }

    private Store open() {
        return Store.open(state, "1.0");
    }

    private Check check(String name) {
        return check(name, NINE.plusSeconds(30));
    }

    private Check check(String name, Instant now) {
        return new StateChecks(state, "1.0", now).checks().stream().filter(each -> each.name().equals(name))
                .findFirst().orElseThrow();
    }

    private static Inverse inverse(Optional<Confirmation> confirmation) {
        return new Inverse(NINE, ALICE, new Former(ReadScope.OURS, List.of(), new Former.FormerRules(List.of(),
                Set.of(), List.of())), Ledger.EMPTY, confirmation, 1, 0, 0);
    }

    private static Event event() {
        return new Event(NINE, Duration.ZERO, "host", ALICE, Event.Result.APPLIED, 1, 0, 0, List.of());
    }

    @Test
    void nothingYetIsWell() {
        assertEquals(Verdict.OK, check("directory").verdict());
        open().close();
        for (var each : new StateChecks(state, "1.0", NINE).checks()) {
            assertTrue(each.verdict() == Verdict.OK || each.name().equals("source"), each::toString);
        }
    }

    @Test
    void aDirectoryThatOthersCanWriteIsMendedByTheCommand() throws IOException, InterruptedException {
        open().close();
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        var bad = check("directory");
        assertEquals(Verdict.FAILED, bad.verdict());
        assertEquals(List.of("chmod go-w " + state.toRealPath()), bad.remedy());
        assertEquals(Verdict.NOT_APPLICABLE, check("store").verdict(), "what others may have forged is not read");
        assertTrue(new ProcessBuilder("sh", "-c", bad.remedy().getFirst()).start().waitFor(10, TimeUnit.SECONDS));
        assertEquals(Verdict.OK, check("directory").verdict());
    }

    @Test
    void aStoreThatIsNoneAnyMore() throws IOException {
        open().close();
        Files.writeString(state.resolve("state.db"), "not a database, and long enough to be taken for one".repeat(100));
        assertEquals(Verdict.FAILED, check("store").verdict());
    }

    @Test
    void whoIsAtWorkIsNamed() throws IOException {
        open().close();
        assertEquals(Verdict.OK, check("lock").verdict());
        var file = state.resolve("apply-7.lock");
        try (var _ = OpenFileLock.tryLock(file).orElseThrow()) {
            Files.write(file, List.of("user bob", "pid 12"));
            assertEquals("an apply is at work: user bob, pid 12", check("lock").finding());
        }
        assertEquals(Verdict.OK, check("lock").verdict(), "the file of a process that died is no lock");
    }

    @Test
    void anApplyThatDied() throws IOException {
        try (var store = open()) {
            store.bind("host", HERE);
            store.begin("host", HERE, inverse(Optional.empty()));
        }
        var bad = check("journal");
        assertEquals(Verdict.FAILED, bad.verdict());
        assertEquals(List.of("plumbline recover"), bad.remedy());
        try (var held = OpenFileLock.tryLock(state.resolve("apply-7.lock")).orElseThrow()) {
            assertTrue(new StateChecks(state, "1.0", NINE).checks().stream()
                            .noneMatch(each -> each.name().equals("journal")),
                    () -> "it is at work: " + held.path());
        }
    }

    @Test
    void anApplyThatWaits() {
        try (var store = open()) {
            store.bind("host", HERE);
            store.begin("host", HERE, inverse(Optional.of(new Confirmation(NINE.plusSeconds(60), false))));
            store.await(HERE, event());
        }
        assertEquals(Verdict.WARNING, check("journal").verdict());
        assertEquals("plumbline confirm", check("journal").remedy().getFirst());
        assertEquals(Verdict.FAILED, check("journal", NINE.plusSeconds(61)).verdict(), "its time is over");
    }

    @Test
    void aClockThatWasSetBack() {
        try (var store = open()) {
            store.bind("host", HERE);
            store.begin("host", HERE, inverse(Optional.empty()));
            store.finish("host", HERE, Ledger.EMPTY, event());
        }
        assertEquals(Verdict.OK, check("history-time").verdict());
        assertEquals(Verdict.FAILED, check("history-time", NINE.minusSeconds(1)).verdict());
    }
}
