package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.firewall.NfTables;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.Field;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleBuilder;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A namespace with plumbline's nftables in it, and rules and sets to fill them. */
abstract class FirewallFixture {

    static final Chain.Base OUTPUT = new Chain.Base("filter", Hook.OUTPUT, 0, Verdict.Code.ACCEPT, List.of());

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    NetworkNamespace namespace;
    Nft nft;
    NfTables tables;
    final List<Integer> sent = new ArrayList<>();

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

    static Rule rule(int port) {
        return rule("a", List.of(Match.protocol(17, false),
                new Match.Is(Field.DESTINATION_PORT, Match.ports(port, port), false)), Statement.counter(),
                Statement.of(Verdict.ACCEPT));
    }

    static Rule rule(String document, List<Match> matches, Statement... statements) {
        var expressions = RuleBuilder.expressions(TableFamily.INET, matches, List.of(statements));
        return Rule.of(RuleKey.of(document, expressions.toString(), 0), "Firewall/" + document, expressions);
    }

    static List<Rule> rules(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(FirewallFixture::rule).toList();
    }

    static FirewallState state(List<NftSet> sets, Chain... chains) {
        return new FirewallState(List.of(new Table(TableFamily.INET, 0, List.of(chains), sets)));
    }

    static FirewallState output(List<Rule> rules) {
        return state(List.of(), new Chain("out", Optional.of(OUTPUT), rules));
    }

    FirewallChanges changes(FirewallState state) {
        return FirewallDiff.between(DesiredFirewall.of(state), tables.read());
    }

    /** Applies a state, and checks that it is there and that nothing is left to do. */
    void apply(FirewallState state) {
        assertEquals(new Outcome.Done(), tables.commit(changes(state), Progress.SILENT));
        assertEquals(state, tables.read().state());
        assertTrue(changes(state).isEmpty());
    }

    static Bytes number(int value) {
        return Bytes.u16(value >>> 16).and(Bytes.u16(value));
    }
}
