package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NfTablesMessages;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.netlink.NfnetlinkBatch;
import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Changes of rules and chains on the running kernel, and others who change things too. */
@Tag("kernel")
class FirewallChangesKernelTest extends FirewallFixture {

    private List<LiveFirewall.Count> counts(int place) {
        return tables.read().rules(TableFamily.INET, "out").counts(place);
    }

    /** Sends a datagram of one byte to a port of this host. */
    private void send(int port) throws Exception {
        namespace.call(() -> {
            try (var socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName("127.0.0.1"), port));
            }
            return 0;
        });
    }

    @Test
    void oneOfTenThousandIsOneMessageAndTheOthersCountOn() throws Exception {
        var rules = new ArrayList<>(rules(10_000));
        apply(output(rules));
        send(1);
        send(10_000);
        var before = tables.read().rules(TableFamily.INET, "out");
        rules.set(4_999, rule(20_000));
        sent.clear();

        apply(output(rules));

        assertEquals(List.of(NfTablesMessages.NFT_MSG_NEWRULE), sent);
        assertEquals(before, tables.read().rules(TableFamily.INET, "out"), "the handles");
        assertEquals(List.of(new LiveFirewall.Count(1, 29)), counts(0));
        assertEquals(List.of(new LiveFirewall.Count(1, 29)), counts(9_999));
        assertEquals(List.of("udp dport 20000 counter accept comment \"Firewall/a\""),
                nft.rules("inet", "plumbline", "out").subList(4_999, 5_000));
    }

    @Test
    void anInsertAndADeleteAreOneMessageEach() {
        var rules = new ArrayList<>(rules(100));
        apply(output(rules));
        sent.clear();
        rules.add(0, rule(1000));
        rules.add(50, rule(1001));
        rules.add(rule(1002));
        apply(output(rules));
        rules.remove(30);
        apply(output(rules));

        assertEquals(List.of(NfTablesMessages.NFT_MSG_NEWRULE, NfTablesMessages.NFT_MSG_NEWRULE,
                NfTablesMessages.NFT_MSG_NEWRULE, NfTablesMessages.NFT_MSG_DELRULE), sent);
    }

    @Test
    void whatMovesTakesItsCountersAlong() throws Exception {
        var rules = new ArrayList<>(rules(10));
        apply(output(rules));
        send(3);
        rules.addLast(rules.remove(2));
        var changes = changes(output(rules));

        assertEquals(new Outcome.Done(), tables.commit(changes, Progress.SILENT));

        assertEquals(List.of(new LiveFirewall.Count(1, 29)), counts(9));
        assertEquals(List.of("-/+ inet plumbline out udp dport 3 counter accept comment \"Firewall/a\""),
                changes.pending().map(ChangeSet.Pending::change)
                        .map(each -> each.action().symbol() + " " + each.subject()).toList());
    }

    /** Any order after any other: what is read back is what was wanted. */
    @Test
    void anyListFollowsAnyOther() {
        var random = new Random(7);
        var pool = rules(40);
        for (int round = 0; round < 60; round++) {
            var wanted = new ArrayList<>(pool);
            Collections.shuffle(wanted, random);
            apply(output(wanted.subList(0, random.nextInt(40))));
        }
    }

    @Test
    void whatOthersPutIntoOurTableGoesAndTheirTablesStay() {
        nft.load("table inet theirs {\nchain c {\ntype filter hook output priority 0\ncounter\n}\n}\n"
                + "table inet plumbline2 { }");
        var theirs = nft.run("list table inet theirs");
        apply(output(rules(3)));
        nft.load("add rule inet plumbline out quota over 10 mbytes\n"
                + "add rule inet plumbline out meta time > \"2020-01-01\" accept\n"
                + "insert rule inet plumbline out ip dscp set 3 accept comment \"mine\"\n"
                + "add chain inet plumbline extra\nadd set inet plumbline odd { type ipv4_addr; flags timeout; }\n"
                + "add element inet plumbline odd { 10.0.0.1 timeout 1h }");

        var live = tables.read();
        assertInstanceOf(Expression.Raw.class, live.state().tables().getFirst().chain("out").orElseThrow().rules()
                .get(4).expressions().getFirst());
        assertEquals(List.of("nft rule", "nft rule", "nft rule", "nft set", "nft chain"),
                changes(output(rules(3))).pending().map(each -> each.change().resource())
                        .sorted(FirewallChangesKernelTest::rulesFirst).toList());

        apply(output(rules(3)));
        assertEquals(theirs, nft.run("list table inet theirs"));
        apply(FirewallState.NONE);
        assertEquals("table inet theirs\ntable inet plumbline2", nft.run("list tables").strip());
    }

    private static int rulesFirst(String one, String two) {
        return List.of("nft rule", "nft set", "nft chain").indexOf(one)
                - List.of("nft rule", "nft set", "nft chain").indexOf(two);
    }

    /** What others put in is raw, and comes back when a change is undone. */
    @Test
    void theWayBackRestoresWhatWasReadRawExpressionsToo() {
        apply(output(rules(5)));
        nft.run("add rule inet plumbline out quota over 10 mbytes");
        nft.run("add rule inet plumbline out ip dscp 3 accept");
        var former = tables.read().state();
        apply(output(rules(2)));

        apply(former);

        assertEquals("quota over 10 mbytes", nft.rules("inet", "plumbline", "out").get(5));
    }

    @Test
    void nothingIsDoneIfOneRuleIsRefusedAndItIsNamed() {
        apply(output(rules(3)));
        var wanted = new ArrayList<>(rules(5));
        wanted.add(rule("bad", List.of(Match.in("eth0", false)), Statement.of(Verdict.jump("nowhere"))));
        var before = nft.run("-s list ruleset");

        var outcome = (Outcome.Failed) tables.commit(changes(output(wanted)), Progress.SILENT);

        var failure = outcome.failures().getFirst();
        assertEquals(1, outcome.failures().size());
        assertEquals("inet plumbline out iifname \"eth0\" jump nowhere comment \"Firewall/bad\"",
                failure.change().subject());
        assertEquals("there is no such object (ENOENT, attribute NFTA_RULE_EXPRESSIONS/1)", failure.message());
        assertEquals(before, nft.run("-s list ruleset"));
    }

    @Test
    void aChangeOfOursByOthersBetweenReadAndCommitStopsIt() {
        apply(output(rules(3)));
        var changes = changes(output(rules(4)));
        nft.run("add rule inet plumbline out drop");
        var before = nft.run("-s list ruleset");

        var outcome = tables.commit(changes, Progress.SILENT);

        assertInstanceOf(Outcome.Unknown.class, outcome);
        assertEquals(before, nft.run("-s list ruleset"));
        apply(output(rules(4)));
    }

    @Test
    void aChangeOfOthersTablesBetweenReadAndCommitDoesNotMatter() {
        apply(output(rules(3)));
        var changes = changes(output(rules(4)));
        nft.run("add table inet theirs");

        assertEquals(new Outcome.Done(), tables.commit(changes, Progress.SILENT));
    }

    /** The same changes, made from a snapshot that is not the last one that was read. */
    @Test
    void anOlderSnapshotServesAsLongAsItIsTrue() {
        apply(output(rules(3)));
        var changes = changes(output(rules(4)));
        tables.read();

        assertEquals(new Outcome.Done(), tables.commit(changes, Progress.SILENT));
        assertInstanceOf(Outcome.Unknown.class, tables.commit(changes, Progress.SILENT));
    }

    @Test
    void othersWhoMoveTheGenerationOnWithoutAPauseDoNotStopUs() throws Exception {
        var stop = new AtomicBoolean();
        var moved = new AtomicInteger();
        var loop = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                nft.load("add table inet loop\nadd chain inet loop a\nadd chain inet loop b");
                nft.load("delete table inet loop");
                moved.addAndGet(2);
            }
        });
        try {
            for (int round = 0; round < 20 || moved.get() < 40; round++) {
                apply(output(rules(2_000 + round % 7)));
            }
        } finally {
            stop.set(true);
            loop.join();
        }
    }

    /** So fast that the generation often moves on between the last look and the commit. */
    @Test
    void aStaleGenerationIsAnsweredByAnotherAttempt() throws Exception {
        var stop = new AtomicBoolean();
        var moved = new AtomicInteger();
        var socket = namespaces.closing(NetlinkSocket.open(namespace, Nfnetlink.PROTOCOL));
        var loop = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                touch(socket);
                moved.incrementAndGet();
                LockSupport.parkNanos(300_000);
            }
        });
        try {
            for (int round = 0; round < 100 || moved.get() <= 100 && round < 10_000; round++) {
                apply(output(rules(20 + round % 2)));
            }
        } finally {
            stop.set(true);
            loop.join();
        }
        assertTrue(moved.get() > 100, "the generation moved " + moved.get() + " times");
    }

    /** Makes somebody else's table, or says again that it is to be there. */
    private static void touch(NetlinkSocket socket) {
        try {
            var batch = new NfnetlinkBatch(socket, Nfnetlink.NFNL_SUBSYS_NFTABLES);
            batch.begin(NfTablesMessages.NFT_MSG_NEWTABLE, Netlink.NLM_F_CREATE, TableFamily.INET.number(), 0)
                    .string(NfTablesMessages.NFTA_TABLE_NAME, "theirs");
            batch.end();
            batch.begin(NfTablesMessages.NFT_MSG_DELTABLE, 0, TableFamily.INET.number(), 0)
                    .string(NfTablesMessages.NFTA_TABLE_NAME, "theirs");
            batch.end();
            assertInstanceOf(NfnetlinkBatch.Result.Committed.class, batch.commit(0));
        } catch (NetlinkException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMessageThatTheGateRefusesUndoesTheTransaction() {
        apply(output(rules(3)));
        int[] count = {0};
        tables.gate(type -> ++count[0] == 2 ? type | 0xff : type);

        var outcome = tables.commit(changes(output(List.of(rule(7), rule(8), rule(9)))), Progress.SILENT);

        assertInstanceOf(Outcome.Failed.class, outcome);
        assertEquals(output(rules(3)), tables.read().state());
    }

    @Test
    void theWordsOfAPlan() {
        apply(state(List.of(NftSet.named("hosts", List.of(DataType.IPV4_ADDR), false,
                SetElements.of(List.of(number(0x0a000001))))), new Chain("out", Optional.of(OUTPUT), rules(3))));
        var after = new ArrayList<>(rules(3));
        after.set(1, rule(9));
        after.add(rule("b", List.of(), Statement.of(Verdict.ACCEPT)));
        var changes = changes(state(List.of(NftSet.named("hosts", List.of(DataType.IPV4_ADDR), false,
                SetElements.of(List.of(number(0x0a000002))))), new Chain("out", Optional.of(OUTPUT), after),
                Chain.regular("new", List.of())));

        assertEquals(List.of("~ nft set inet plumbline hosts [elements: 10.0.0.1 -> 10.0.0.2]",
                "+ nft chain inet plumbline new",
                "~ nft rule inet plumbline out udp dport 9 counter accept comment \"Firewall/a\""
                        + " [rule: udp dport 2 counter accept -> udp dport 9 counter accept]",
                "+ nft rule inet plumbline out accept comment \"Firewall/b\""),
                changes.pending().map(each -> text(each.change())).toList());
        assertEquals(List.of(2, 2, 0), List.of(changes.toAdd(), changes.toChange(), changes.toDestroy()));
    }

    private static String text(Change change) {
        var differences = change.differences().stream()
                .map(each -> each.attribute() + ": " + each.before() + " -> " + each.after()).toList();
        return change.action().symbol() + " " + change.resource() + " " + change.subject()
                + (differences.isEmpty() ? "" : " " + differences);
    }
}
