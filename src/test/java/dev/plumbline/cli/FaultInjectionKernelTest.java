package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.apply.ApplyException;
import dev.plumbline.history.Event;
import dev.plumbline.intent.Document;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.Gate;
import dev.plumbline.state.Domain;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.Flow;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.TcpSession;
import dev.plumbline.store.OtherNamespaceException;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** An apply of fifty mixed changes that breaks off at every single request: the former state or the new. */
@Tag("kernel")
class FaultInjectionKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path folder;

    private MixedChanges network;
    private Path state;
    private List<String> former;

    /** The process dies: nothing of it runs any more. */
    private static final class Death extends Error {
        Death() {
            super("killed");
        }
    }

    /** Does something at one request, counted from 0. */
    private static final class Fault implements Gate {
        private final boolean oneByOne;
        private final int at;
        private final Gate fault;
        private int count;

        Fault(int at, boolean oneByOne, Gate fault) {
            this.at = at;
            this.oneByOne = oneByOne;
            this.fault = fault;
        }

        @Override
        public int pass(int type) {
            return count++ == at ? fault.pass(type) : type;
        }

        @Override
        public boolean oneByOne() {
            return oneByOne;
        }

        boolean happened() {
            return count > at;
        }
    }

    /** More requests than the change can have. */
    private static final int MOST = 200;
    private static final Gate DEATH = type -> {
        throw new Death();
    };

    @BeforeEach
    void applyFirst() {
        network = new MixedChanges(namespaces);
        state = folder.resolve("state");
        apply(MixedChanges.first(), Gate.OPEN);
        former = network.state();
    }

    private int apply(List<Document> documents, Gate gate) {
        try (var store = Store.open(state, "1.0");
                var session = MixedChanges.reconciler(store, state, label -> open(gate)).prepareToApply(documents)) {
            var plan = session.plan();
            session.apply(Optional.empty(), Progress.SILENT);
            return plan.toAdd() + plan.toChange() + plan.toDestroy();
        }
    }

    private Optional<LiveNamespace> open(Gate gate) {
        var namespace = KernelNamespace.open(network.name);
        namespace.gate(gate);
        return Optional.of(namespace);
    }

    private List<Event> recover(Gate gate) {
        try (var store = Store.open(state, "1.0")) {
            return MixedChanges.reconciler(store, state, label -> open(gate)).recover();
        }
    }

    private Event.Result last() {
        try (var store = Store.openReadOnly(state, "1.0")) {
            assertEquals(List.of(), store.unfinished());
            return store.history(1).getFirst().event().result();
        }
    }

    /** The plan after an undo is the plan before: the ledger too is the former one. */
    private void assertFormer(String when) {
        assertEquals(former, network.state(), when);
    }

    @Test
    void theChangeIsAsLargeAsItSays() {
        assertTrue(apply(MixedChanges.second(), Gate.OPEN) >= 50);
        assertEquals(0, apply(MixedChanges.second(), Gate.OPEN));
        apply(MixedChanges.first(), Gate.OPEN);
        assertEquals(0, apply(MixedChanges.first(), Gate.OPEN));
        apply(MixedChanges.second(), Gate.OPEN);
        assertEquals(0, apply(MixedChanges.second(), Gate.OPEN));
    }

    /** The kernel refuses one request of a send, and carries out the others. */
    @Test
    void oneIsRefusedAmongOthers() {
        System.out.println("refused within a send: " + failAtEach(false, type -> Gate.REFUSED) + " points");
    }

    @Test
    void oneIsRefusedAndNoneFollows() {
        System.out.println("refused, one by one: " + failAtEach(true, type -> Gate.REFUSED) + " points");
    }

    @Test
    void theSocketBreaks() {
        System.out.println("socket breaks: " + failAtEach(true, type -> {
            throw new UncheckedIOException(new IOException("broken"));
        }) + " points");
    }

    private int failAtEach(boolean oneByOne, Gate what) {
        for (int at = 0; ; at++) {
            var fault = new Fault(at, oneByOne, what);
            try {
                apply(MixedChanges.second(), fault);
                assertEquals(Event.Result.APPLIED, last());
                assertTrue(at >= 50 && !fault.happened(), "at " + at);
                return at;
            } catch (ApplyException e) {
                int point = at;
                assertTrue(at < MOST && fault.happened(), () -> point + e.getMessage() + e.details());
                assertTrue(e.getMessage().contains("former state is verified"),
                        () -> point + e.getMessage() + e.details());
                assertFormer("refused at " + at);
                assertEquals(Event.Result.UNDONE, last());
            }
        }
    }

    @Test
    void theProcessDies() {
        int at = 0;
        while (at < MOST && diesAt(at)) {
            assertEquals(List.of(Event.Result.RECOVERED), recover(Gate.OPEN).stream().map(Event::result).toList());
            assertFormer("died at " + at);
            assertEquals(List.of(), recover(Gate.OPEN));
            at++;
        }
        assertTrue(at >= 50, "at " + at);
        System.out.println("process dies: " + at + " points");
    }

    /** Whether the apply came as far as that. */
    private boolean diesAt(int at) {
        try {
            apply(MixedChanges.second(), new Fault(at, true, DEATH));
            return false;
        } catch (Death e) {
            return true;
        }
    }

    /** The next apply undoes first, and then does what it is asked: the new state is that of an apply in one go. */
    @Test
    void theNextApplyRecoversAndGoesOn() {
        apply(MixedChanges.second(), Gate.OPEN);
        var whole = network.state();
        for (int at = 0; at < 80; at += 7) {
            another();
            boolean died = diesAt(at);
            assertEquals(died, unfinished());
            apply(MixedChanges.second(), Gate.OPEN);
            assertEquals(whole, network.state(), "died at " + at);
            assertEquals(0, apply(MixedChanges.second(), Gate.OPEN));
        }
    }

    private void another() {
        try (var files = Files.list(state)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        applyFirst();
    }

    private boolean unfinished() {
        try (var store = Store.openReadOnly(state, "1.0")) {
            return !store.unfinished().isEmpty();
        }
    }

    /** Dies again while it undoes, twice. */
    @Test
    void theUndoDiesToo() {
        long seed = System.nanoTime();
        System.out.println("undo dies too: seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            int at = random.nextInt(50);
            assertTrue(diesAt(at));
            for (int death = 0; death < 2; death++) {
                try {
                    recover(new Fault(random.nextInt(at + 1), true, DEATH));
                } catch (Death e) {
                    assertTrue(unfinished());
                }
            }
            recover(Gate.OPEN);
            assertFormer("died at " + at + ", seed " + seed);
        }
    }

    /** What somebody else does while the apply is broken stays. */
    @Test
    void whatOthersDoMeanwhileStays() {
        assertTrue(diesAt(30));
        network.ip.run("route add 198.18.0.0/15 via 10.0.0.1 dev eth0 table 110 proto static");
        network.ip.run("route add 198.18.0.0/15 via 10.0.0.1 dev eth0 proto static");
        network.ip.run("rule add pref 702 from 10.9.9.0/24 lookup 110");
        network.ip.run("route del 172.20.0.0/16 table 100");
        var others = List.of("198.18.0.0/15 via 10.0.0.1 dev eth0 table 110 proto static",
                "198.18.0.0/15 via 10.0.0.1 dev eth0 proto static", "702: from 10.9.9.0/24 lookup 110");
        recover(Gate.OPEN);
        assertTrue(network.state().containsAll(others), network.state()::toString);
        var rest = new ArrayList<>(network.state());
        rest.removeAll(others);
        assertEquals(former, rest);
    }

    @Test
    void whatCannotBeUndoneIsNamedAndDoesNotBlockTheNextApply() {
        assertTrue(diesAt(45));
        network.ip.run("link del net1");
        var event = recover(Gate.OPEN).getFirst();
        assertEquals(Event.Result.PARTLY_RECOVERED, event.result());
        assertTrue(event.details().stream().anyMatch(line -> line.contains("net1") && line.contains("device is gone")),
                event.details()::toString);
        // Its peer went with it.
        assertEquals(former.stream().filter(line -> !line.matches(".* dev (net1|p1) .*")).toList(), network.state());
        assertEquals(0, recover(Gate.OPEN).size());
        apply(MixedChanges.first(), Gate.OPEN);
        assertEquals(0, apply(MixedChanges.first(), Gate.OPEN));
    }

    /** After a reboot, or in a namespace made anew, there is nothing to undo, and nothing is done. */
    @Test
    void aNamespaceThatIsGoneIsNotUndone() {
        assertTrue(diesAt(30));
        network = new MixedChanges(namespaces);
        try (var store = Store.open(state, "1.0"); var now = KernelNamespace.open(network.name)) {
            // The host's namespace cannot be another one within a boot: it must be another directory's.
            var before = network.state();
            assertThrows(OtherNamespaceException.class, () ->
                    MixedChanges.reconciler(store, state, label -> open(Gate.OPEN)).recover());
            assertEquals(before, network.state());
            assertEquals(1, store.unfinished().size());
            var rebooted = new Rebooted(now);
            var events = MixedChanges.reconciler(store, state, label -> Optional.of(rebooted)).recover();
            assertEquals(List.of(Event.Result.DROPPED), events.stream().map(Event::result).toList());
            assertTrue(events.getFirst().details().get(1).contains("booted"), events::toString);
            assertEquals(before, network.state());
            assertEquals(List.of(), store.unfinished());
            assertEquals(Event.Result.DROPPED, store.history(1).getFirst().event().result());
        }
    }

    /** The same kernel objects in the next boot. */
    private record Rebooted(KernelNamespace now) implements LiveNamespace {
        @Override
        public NamespaceId id() {
            return new NamespaceId("another-boot", now.id().cookie());
        }

        @Override
        public NamespaceState read(ReadScope scope) {
            throw new AssertionError("read");
        }

        @Override
        public boolean canMakeVrf() {
            throw new AssertionError("asked");
        }

        @Override
        public boolean isOccupied(long table) {
            throw new AssertionError("read");
        }

        @Override
        public List<Domain<?>> domains() {
            throw new AssertionError("written");
        }

        @Override
        public FibResult lookup(Flow flow) {
            throw new AssertionError("asked");
        }

        @Override
        public List<TcpSession> sshSessions() {
            throw new AssertionError("asked");
        }

        @Override
        public RouteTables routes(Set<TableKey> tables) {
            throw new AssertionError("read");
        }

        @Override
        public void close() {
            // Closed by whoever opened it.
        }
    }
}
