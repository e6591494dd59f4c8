package dev.plumbline.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.TcpSession;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Field;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.Hook;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What rules do to an SSH session from 203.0.113.5 to port 22 of 10.0.0.10, and to one over IPv6. */
class PacketFilterTest {

    private static final String PASSES = "passes";
    private static final String DROPPED = "dropped";
    private static final String PERHAPS = "perhaps";

    private final List<Chain> chains = new ArrayList<>();
    private final List<NftSet> sets = new ArrayList<>();

    private static TcpSession session(String local, String remote) {
        return new TcpSession(IpAddress.parse(local).orElseThrow(), 22, IpAddress.parse(remote).orElseThrow(), 40000,
                "", 0, 0, 0);
    }

    private static Rule rule(Statement does, Match... matches) {
        var expressions = RuleBuilder.expressions(TableFamily.INET, List.of(matches), List.of(does));
        return Rule.of(RuleKey.of("Firewall/a", expressions.toString(), 0), "Firewall/a", expressions);
    }

    private static Rule drop(Match... matches) {
        return rule(Statement.of(Verdict.DROP), matches);
    }

    private static Rule accept(Match... matches) {
        return rule(Statement.of(Verdict.ACCEPT), matches);
    }

    private static Match source(String prefix) {
        return Match.source(Prefix.parse(prefix).orElseThrow(), false);
    }

    private static Match port(Field field, int from, int to) {
        return new Match.Is(field, Match.ports(from, to), false);
    }

    private static final Match TCP = Match.protocol(6, false);
    private static final Match ESTABLISHED = new Match.CtState(Match.CtState.ESTABLISHED | Match.CtState.RELATED,
            false);

    private PacketFilterTest chain(Hook hook, Verdict.Code policy, Rule... rules) {
        chains.add(new Chain(hook + "-" + chains.size(), Optional.of(new Chain.Base("filter", hook, 0, policy,
                List.of())), List.of(rules)));
        return this;
    }

    private void assertIs(String expected, Hook hook, Verdict.Code policy, Rule... rules) {
        chains.removeIf(each -> each.base().isPresent());
        chain(hook, policy, rules);
        assertIs(expected, session("10.0.0.10", "203.0.113.5"));
    }

    private void assertIs(String expected, TcpSession session) {
        var state = new FirewallState(List.of(new Table(TableFamily.INET, 0, chains, sets)));
        var filter = PacketFilter.of(state, session);
        assertEquals(expected, filter.passes() ? PASSES : filter.surely() ? DROPPED : PERHAPS);
    }

    @Test
    void addressesAndPorts() {
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT);
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.ACCEPT, drop(TCP, port(Field.DESTINATION_PORT, 22, 22)));
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, drop(TCP, port(Field.DESTINATION_PORT, 23, 30)));
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.ACCEPT, drop(source("203.0.113.0/24")));
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, drop(source("203.0.112.0/24")), drop(source("2001:db8::/32")));
        assertIs(DROPPED, Hook.OUTPUT, Verdict.Code.ACCEPT, drop(TCP, port(Field.SOURCE_PORT, 20, 30)));
        assertIs(PASSES, Hook.FORWARD, Verdict.Code.DROP);
        assertIs(DROPPED, Hook.PREROUTING, Verdict.Code.ACCEPT, drop());
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, drop(new Match.NetworkFamily(Family.IPV6)),
                drop(Match.protocol(17, false)));
    }

    @Test
    void policiesAndStates() {
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.DROP);
        assertIs(PASSES, Hook.INPUT, Verdict.Code.DROP, accept(ESTABLISHED));
        assertIs(PASSES, Hook.INPUT, Verdict.Code.DROP, accept(ESTABLISHED), drop(source("203.0.113.5/32")));
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.DROP, drop(source("203.0.113.5/32")), accept(ESTABLISHED));
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, drop(new Match.CtState(Match.CtState.NEW, false)));
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, rule(Statement.counter()),
                drop(new Match.TcpFlags(Match.TcpFlags.SYN, Match.TcpFlags.SYN | Match.TcpFlags.ACK, false)));
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.ACCEPT, rule(new Statement.Reject(Expression.RejectType.TCP_RESET,
                0, Optional.empty()), TCP));
    }

    /** Where no tracking is possible the state is not known. */
    @Test
    void whatIsNotKnownIsPerhaps() {
        assertIs(PERHAPS, Hook.INPUT, Verdict.Code.ACCEPT, drop(Match.in("eth1", false)));
        assertIs(PERHAPS, Hook.INPUT, Verdict.Code.DROP, accept(Match.in("eth1", false)));
        assertIs(PERHAPS, Hook.INPUT, Verdict.Code.ACCEPT, drop(Match.mark(5, false)));
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, drop(Match.in("eth1", false), source("198.51.100.0/24")));
        chain(Hook.PREROUTING, Verdict.Code.ACCEPT, rule(Statement.notrack(), source("198.51.100.0/24")));
        chain(Hook.INPUT, Verdict.Code.DROP, accept(ESTABLISHED));
        chains.removeFirst();
        assertIs(PERHAPS, session("10.0.0.10", "203.0.113.5"));
    }

    @Test
    void chainsAndSets() {
        chains.add(Chain.regular("sub", List.of(rule(Statement.of(Verdict.RETURN), source("203.0.113.5/32")), drop())));
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, rule(Statement.of(Verdict.jump("sub")), TCP));
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.ACCEPT, rule(Statement.of(Verdict.jump("sub")), TCP), drop());
        assertIs(PASSES, Hook.INPUT, Verdict.Code.ACCEPT, rule(Statement.of(Verdict.go("sub")), TCP), drop());
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.DROP, rule(Statement.of(Verdict.go("sub")), TCP), accept());
        var from = Bytes.of(IpAddress.parse("203.0.113.0").orElseThrow());
        var to = Bytes.of(IpAddress.parse("203.0.113.9").orElseThrow());
        sets.add(NftSet.named("blocked", List.of(DataType.IPV4_ADDR), true,
                new SetElements.Builder(4, true).add(from, to).build()));
        var blocked = new Match.Is(Field.source(Family.IPV4), new Match.Values.InSet("blocked"), false);
        assertIs(DROPPED, Hook.INPUT, Verdict.Code.ACCEPT, drop(blocked));
        assertIs(PASSES, Hook.OUTPUT, Verdict.Code.ACCEPT, drop(blocked));
    }

    @Test
    void ipv6() {
        var session = session("2001:db8::10", "2001:db8:5::5");
        chain(Hook.INPUT, Verdict.Code.ACCEPT, drop(source("2001:db8:5::/48")));
        assertIs(DROPPED, session);
        chains.clear();
        chain(Hook.INPUT, Verdict.Code.ACCEPT, drop(source("203.0.113.0/24")), drop(source("2001:db8:6::/48")));
        assertIs(PASSES, session);
    }
}
