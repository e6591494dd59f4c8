package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.firewall.NfTables;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.NfTablesMessages;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.state.Change;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Field;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleBuilder;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.Table;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes of plumbline's nftables on the running kernel. */
@Tag("kernel")
class FirewallChangesKernelTest {

    private static final Chain.Base OUTPUT = new Chain.Base("filter", Hook.OUTPUT, 0, Verdict.Code.ACCEPT, List.of());

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private NetworkNamespace namespace;
    private Nft nft;
    private NfTables tables;
    private final List<Integer> sent = new ArrayList<>();

    @BeforeEach
    void open() throws NetlinkException {
        var name = namespaces.create();
        nft = new Nft(name);
        namespace = namespaces.closing(NetworkNamespace.named(name));
        tables = namespaces.closing(NfTables.open(namespace));
        tables.gate(type -> {
            sent.add(type);
            return type;
        });
    }

    private static Rule rule(int port) {
        return rule("a", List.of(Match.protocol(17, false),
                new Match.Is(Field.DESTINATION_PORT, Match.ports(port, port), false)), Statement.counter(),
                Statement.of(Verdict.ACCEPT));
    }

    private static Rule rule(String document, List<Match> matches, Statement... statements) {
        var expressions = RuleBuilder.expressions(TableFamily.INET, matches, List.of(statements));
        return Rule.of(RuleKey.of(document, expressions.toString(), 0), "Firewall/" + document, expressions);
    }

    private static List<Rule> rules(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(FirewallChangesKernelTest::rule).toList();
    }

    private static FirewallState state(List<NftSet> sets, Chain... chains) {
        return new FirewallState(List.of(new Table(TableFamily.INET, 0, List.of(chains), sets)));
    }

    private static FirewallState output(List<Rule> rules) {
        return state(List.of(), new Chain("out", Optional.of(OUTPUT), rules));
    }

    private FirewallChanges changes(FirewallState state) {
        return FirewallDiff.between(DesiredFirewall.of(state), tables.read());
    }

    /** Applies a state, and checks that it is there and that nothing is left to do. */
    private void apply(FirewallState state) {
        assertEquals(new Outcome.Done(), tables.commit(changes(state), Progress.SILENT));
        assertEquals(state, tables.read().state());
        assertTrue(changes(state).isEmpty());
    }

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
                changes.pending().map(each -> each.change().action().symbol() + " " + each.change().subject()).toList());
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
    void chainsAndSetsComeAndGoInOrder() {
        var sub = Chain.regular("sub", List.of(rule(1)));
        var deep = Chain.regular("deep", List.of(rule(2), rule("j", List.of(), Statement.of(Verdict.jump("sub")))));
        var verdicts = new SetElements.Builder(2, false);
        verdicts.add(Bytes.u16(1), Bytes.u16(1), Verdict.jump("deep"));
        var map = NftSet.map("ways", List.of(DataType.INET_SERVICE), false, new NftSet.Mapping.Verdicts(),
                verdicts.build());
        var byMap = rule("m", List.of(Match.protocol(17, false)),
                new Statement.VerdictMap(List.of(Field.DESTINATION_PORT), "ways"));
        var out = new Chain("out", Optional.of(OUTPUT), List.of(byMap, rule(3)));
        apply(state(List.of(map), sub, deep, out));

        // The set that the rule uses becomes another kind of set, with ranges.
        var ranges = new SetElements.Builder(2, true);
        ranges.add(Bytes.u16(1), Bytes.u16(9), Verdict.go("sub"));
        var remade = NftSet.map("ways", List.of(DataType.INET_SERVICE), true, new NftSet.Mapping.Verdicts(),
                ranges.build());
        apply(state(List.of(remade), sub, deep, out));
        // Chains that name each other go; the base chain moves to another hook.
        var input = new Chain.Base("filter", Hook.INPUT, 5, Verdict.Code.ACCEPT, List.of());
        apply(state(List.of(), new Chain("out", Optional.of(input), List.of(rule(3)))));
        // The policy changes in place.
        var drop = new Chain.Base("filter", Hook.INPUT, 5, Verdict.Code.DROP, List.of());
        sent.clear();
        apply(state(List.of(), new Chain("out", Optional.of(drop), List.of(rule(3)))));
        assertEquals(List.of(NfTablesMessages.NFT_MSG_NEWCHAIN), sent);
        apply(FirewallState.NONE);
    }

    @Test
    void aHundredThousandElementsChangeOneByOne() {
        var before = new SetElements.Builder(4, false).expect(100_000);
        IntStream.range(0, 100_000).forEach(i -> before.add(number(i * 7)));
        var after = new SetElements.Builder(4, false).expect(100_000);
        IntStream.range(1, 100_000).forEach(i -> after.add(number(i * 7)));
        after.add(number(3));
        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), false, before.build()))));
        sent.clear();

        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), false, after.build()))));

        assertEquals(List.of(NfTablesMessages.NFT_MSG_DELSETELEM, NfTablesMessages.NFT_MSG_NEWSETELEM), sent);
    }

    @Test
    void aHundredThousandRangesChangeOneByOne() {
        var before = new SetElements.Builder(4, true).expect(100_000);
        IntStream.range(0, 100_000).forEach(i -> before.add(number(i * 16), number(i * 16 + 7)));
        var after = new SetElements.Builder(4, true).expect(100_000);
        IntStream.range(0, 99_999).forEach(i -> after.add(number(i * 16), number(i * 16 + (i == 500 ? 8 : 7))));
        after.add(number(-16), number(-1));
        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), true, before.build()))));
        sent.clear();

        apply(state(List.of(NftSet.named("many", List.of(DataType.IPV4_ADDR), true, after.build()))));

        assertEquals(List.of(NfTablesMessages.NFT_MSG_DELSETELEM, NfTablesMessages.NFT_MSG_NEWSETELEM), sent);
    }

    private static Bytes number(int value) {
        return Bytes.u16(value >>> 16).and(Bytes.u16(value));
    }

    @Test
    void elementsThatTouchAreNotConfused() {
        var random = new Random(3);
        for (int round = 0; round < 30; round++) {
            var set = new SetElements.Builder(2, true);
            int at = 0;
            while (at < 200) {
                int end = at + random.nextInt(5);
                set.add(Bytes.u16(at), Bytes.u16(end));
                at = end + 1 + random.nextInt(3);
            }
            apply(state(List.of(NftSet.named("some", List.of(DataType.INET_SERVICE), true, set.build()))));
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
        var moved = new int[1];
        var loop = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                nft.load("add table inet loop\nadd chain inet loop a\nadd chain inet loop b");
                nft.load("delete table inet loop");
                moved[0] += 2;
            }
        });
        try {
            int rounds = 0;
            for (; rounds < 20 || moved[0] < 40; rounds++) {
                var rules = rules(2_000 + rounds % 7);
                apply(output(rules));
            }
            assertTrue(rounds >= 20);
        } finally {
            stop.set(true);
            loop.join();
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
