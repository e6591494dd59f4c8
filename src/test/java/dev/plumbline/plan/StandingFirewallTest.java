package dev.plumbline.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Held;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What waiting and held documents made stays, with what it uses, and keeps its place. */
class StandingFirewallTest {

    private static final Origin WAITING = new Origin("Firewall/w", "w.yaml", 1, 1);

    private static Rule rule(String document, int number) {
        return rule(document, number, new Expression.Decide(Verdict.ACCEPT));
    }

    private static Rule rule(String document, int number, Expression... last) {
        var all = Stream.concat(Stream.of(new Expression.Cmp(Expression.Comparison.EQ, 1, Bytes.u16(number))),
                Stream.of(last)).toList();
        return Rule.of(RuleKey.of(document, all.toString(), 0), document.isEmpty() ? "" : "Firewall/" + document
                + " x.yaml:" + number, all);
    }

    private static Rule stranger(int number) {
        return new Rule(Optional.empty(), "", List.of(new Expression.Cmp(Expression.Comparison.GT, 1,
                Bytes.u16(number))));
    }

    private static Chain input(Verdict.Code policy, Rule... rules) {
        return new Chain("input", Optional.of(new Chain.Base("filter", Hook.INPUT, 0, policy, List.of())),
                List.of(rules));
    }

    private static FirewallState state(List<NftSet> sets, Chain... chains) {
        return new FirewallState(List.of(new Table(TableFamily.INET, 0, List.of(chains), sets)));
    }

    private static FirewallState state(Chain... chains) {
        return state(List.of(), chains);
    }

    private static FirewallState waiting(FirewallState wanted, FirewallState live,
            Map<DesiredFirewall.Name, Origin> objects) {
        return reached(new DesiredFirewall(wanted, Map.of(), objects, Set.of("Firewall/w")), live, Held.NOTHING);
    }

    private static FirewallState held(FirewallState wanted, FirewallState live) {
        return reached(DesiredFirewall.of(wanted), live, new Held(Set.of("Firewall/w"), Set.of(), Set.of()));
    }

    private static FirewallState reached(DesiredFirewall firewall, FirewallState live, Held held) {
        var nothing = DesiredState.NOTHING;
        var desired = new DesiredState(nothing.routes(), Set.of(), nothing.moved(), Set.of(), List.of(), Set.of(),
                firewall, List.of(), held);
        var changes = FirewallDiff.between(desired, namespace(live));
        var reached = changes.isEmpty() ? live : changes.desired().state();
        assertTrue(FirewallDiff.between(desired, namespace(reached)).isEmpty(), "the second plan is empty");
        return reached;
    }

    private static NamespaceState namespace(FirewallState live) {
        return new NamespaceState(new NamespaceId("boot", 1), List.of(), List.of(), RouteTables.NONE, List.of())
                .with(new LiveFirewall(live, Map.of()));
    }

    @Test
    void rulesOfOneThatWaitsStayBehindWhatTheyStoodBehind() {
        var live = state(input(Verdict.Code.ACCEPT, rule("w", 1), rule("a", 2), rule("w", 3), rule("b", 4)));
        var wanted = state(input(Verdict.Code.ACCEPT, rule("a", 2), rule("a", 5), rule("b", 4)));
        assertEquals(state(input(Verdict.Code.ACCEPT, rule("w", 1), rule("a", 2), rule("w", 3), rule("a", 5),
                rule("b", 4))), waiting(wanted, live, Map.of()));
        assertEquals(state(input(Verdict.Code.ACCEPT, rule("w", 1), rule("w", 3))),
                waiting(FirewallState.NONE, live, Map.of()));
        assertEquals(FirewallState.NONE, reached(DesiredFirewall.NONE, live, Held.NOTHING));
    }

    @Test
    void withTheirSetsChainsAndPolicy() {
        var set = NftSet.named("s", List.of(DataType.INET_SERVICE), false, SetElements.of(List.of(Bytes.u16(1))));
        var other = set.withElements(SetElements.of(List.of(Bytes.u16(2))));
        var lookup = rule("w", 1, new Expression.Lookup(new Expression.SetReference.Named("s"), 1,
                OptionalInt.empty(), false), new Expression.Decide(Verdict.jump("c")));
        var live = state(List.of(set), input(Verdict.Code.DROP, rule("a", 9), lookup),
                Chain.regular("c", List.of(rule("w", 2))), Chain.regular("d", List.of(rule("a", 2))));
        var wanted = state(input(Verdict.Code.ACCEPT, rule("b", 7)));
        var chain = new DesiredFirewall.Name(TableFamily.INET, "chain", "input");
        assertEquals(state(List.of(set), input(Verdict.Code.DROP, lookup, rule("b", 7)),
                Chain.regular("c", List.of(rule("w", 2)))), waiting(wanted, live, Map.of(chain, WAITING)));
        assertEquals(state(List.of(set), input(Verdict.Code.ACCEPT, lookup, rule("b", 7)),
                Chain.regular("c", List.of(rule("w", 2)))), waiting(wanted, live, Map.of()), "another's policy");
        var own = new DesiredFirewall.Name(TableFamily.INET, "set", "s");
        assertEquals(Optional.of(set), waiting(state(List.of(other), input(Verdict.Code.ACCEPT)), live,
                Map.of(own, WAITING)).tables().getFirst().set("s"));
    }

    @Test
    void ofOneThatIsHeldNothingIsMadeChangedOrTakenAway() {
        var wanted = state(input(Verdict.Code.DROP, rule("w", 1), rule("w", 2)));
        assertEquals(FirewallState.NONE, held(wanted, FirewallState.NONE));
        var live = state(input(Verdict.Code.DROP, rule("w", 2), stranger(1), rule("w", 3)));
        assertEquals(live, held(wanted, live), "it is the only one: strangers in its chain are its drift");
        var shared = state(input(Verdict.Code.DROP, rule("w", 1), rule("a", 5), rule("w", 2)));
        assertEquals(state(input(Verdict.Code.DROP, rule("w", 2), rule("w", 3), rule("a", 5))), held(shared, live));
    }

    /** What stays is exactly what they had, in its order; of the others exactly what is wanted, in its order. */
    @Property(tries = 1000)
    void bothInTheirOrder(@ForAll long seed) {
        var random = new Random(seed);
        var live = state(input(Verdict.Code.ACCEPT, some(random)));
        var wanted = state(input(Verdict.Code.ACCEPT, Stream.of(some(random))
                .filter(rule -> !rule.document().equals("Firewall/w")).toArray(Rule[]::new)));
        var reached = rules(waiting(wanted, live, Map.of()));
        assertEquals(rules(wanted), reached.stream().filter(rule -> !rule.document().equals("Firewall/w")).toList());
        assertEquals(rules(live).stream().filter(rule -> rule.document().equals("Firewall/w")).toList(),
                reached.stream().filter(rule -> rule.document().equals("Firewall/w")).toList());
    }

    private static List<Rule> rules(FirewallState state) {
        return state.tables().getFirst().chains().getFirst().rules();
    }

    private static Rule[] some(Random random) {
        var rules = new ArrayList<>(IntStream.range(0, 12).filter(each -> random.nextBoolean())
                .mapToObj(each -> rule(List.of("a", "b", "w").get(each % 3), each)).toList());
        Collections.shuffle(rules, random);
        return rules.toArray(Rule[]::new);
    }
}
