package dev.plumbline.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.plan.Former;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.FirewallChanges;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The way back of a firewall's plan: it leads to the former tables, from the disk too, and is as large as the plan. */
class FirewallInverseTest {

    private static final Instant NINE = Instant.parse("2030-01-01T09:00:00Z");
    private static final Initiator ALICE = new Initiator("alice", 1, "plumbline apply", "1.0", "x");

    private static NamespaceState live(FirewallState state) {
        return new NamespaceState(new NamespaceId("boot", 1), List.of(), List.of(), RouteTables.NONE, List.of())
                .with(new LiveFirewall(state, Map.of()));
    }

    private static Rule rule(int number) {
        return Rule.of(new RuleKey(number), "Firewall/a", List.of(new Expression.Cmp(Expression.Comparison.EQ, 1,
                Bytes.u16(number)), new Expression.Decide(Verdict.ACCEPT)));
    }

    private static Rule foreign(int number) {
        return new Rule(Optional.empty(), "", List.of(new Expression.Cmp(Expression.Comparison.NEQ, 1,
                Bytes.u16(number))));
    }

    private static FirewallState random(Random random) {
        var tables = new ArrayList<Table>();
        for (var family : List.of(TableFamily.INET, TableFamily.IP)) {
            if (random.nextInt(5) > 0) {
                tables.add(table(random, family));
            }
        }
        return new FirewallState(tables);
    }

    private static Table table(Random random, TableFamily family) {
        var chains = new ArrayList<Chain>();
        var sets = new ArrayList<NftSet>();
        for (var name : List.of("a", "b", "c")) {
            if (random.nextInt(4) > 0) {
                var numbers = new ArrayList<>(IntStream.range(0, 12).boxed().toList());
                Collections.shuffle(numbers, random);
                Optional<Chain.Base> base = name.equals("c") ? Optional.empty() : Optional.of(new Chain.Base("filter",
                        Hook.INPUT, name.equals("b") ? random.nextInt(2) : 0,
                        random.nextBoolean() ? Verdict.Code.DROP : Verdict.Code.ACCEPT, List.of()));
                chains.add(new Chain(name, base, numbers.subList(0, random.nextInt(12)).stream()
                        .map(number -> rule(number)).toList()));
            }
            if (random.nextInt(4) > 0) {
                sets.add(set(random, name));
            }
        }
        return new Table(family, 0, chains, sets);
    }

    private static NftSet set(Random random, String name) {
        if (name.equals("a")) {
            var map = new SetElements.Builder(2, false);
            IntStream.range(0, 6).filter(each -> random.nextBoolean()).forEach(each -> map.add(Bytes.u16(each),
                    Bytes.u16(each), random.nextBoolean() ? Verdict.DROP : Verdict.ACCEPT));
            return NftSet.map(name, List.of(DataType.INET_SERVICE), false, new NftSet.Mapping.Verdicts(), map.build());
        }
        boolean interval = name.equals("b") || random.nextBoolean();
        var builder = new SetElements.Builder(2, interval);
        IntStream.range(0, 8).filter(each -> random.nextBoolean()).forEach(each -> builder.add(Bytes.u16(10 * each),
                Bytes.u16(10 * each + (interval ? random.nextInt(5) : 0))));
        return NftSet.named(name, List.of(DataType.INET_SERVICE), interval, builder.build());
    }

    private static FirewallChanges changes(FirewallState from, FirewallState to) {
        return FirewallDiff.between(DesiredFirewall.of(to), live(from).firewall());
    }

    private static Former former(FirewallState from, FirewallState to) {
        return Former.of(live(from), List.of(changes(from, to)), ReadScope.OURS);
    }

    /** As the next process reads it. */
    private static Former recorded(Former former) {
        var inverse = new Inverse(NINE, ALICE, former, Ledger.EMPTY, Optional.empty(), 0, 0, 0);
        var read = InverseCodec.read(InverseCodec.FORMAT, NINE, ALICE, Optional.empty(), new int[3],
                InverseCodec.write(inverse));
        assertEquals(former, read.former());
        return read.former();
    }

    private static FirewallState way(Former former, FirewallState from) {
        var way = former.wayFrom(live(from));
        assertEquals(List.of(), way.impossible());
        return way.changes().stream().filter(FirewallChanges.class::isInstance).map(FirewallChanges.class::cast)
                .map(each -> each.isEmpty() ? from : each.desired().state()).findFirst().orElse(from);
    }

    @Property(tries = 300)
    void theWayBackLeadsBack(@ForAll long seed) {
        var random = new Random(seed);
        var before = random(random);
        var after = random(random);
        var former = recorded(former(before, after));
        assertEquals(before, way(former, after));
        assertTrue(former.wayFrom(live(before)).isEmpty(), "nothing was done");
    }

    /** What others put into a chain meanwhile stays, and what goes back stands behind the same rule as before. */
    @Test
    void othersInBetween() {
        var before = table(List.of(rule(1), rule(2), rule(3), rule(4)));
        var after = table(List.of(rule(1), rule(3), rule(5), rule(4)));
        var now = table(List.of(foreign(1), rule(1), rule(3), rule(5), foreign(2), rule(4)));
        assertEquals(table(List.of(foreign(1), rule(1), rule(2), rule(3), foreign(2), rule(4))),
                way(recorded(former(before, after)), now));
        var gone = new FirewallState(List.of(Table.empty(TableFamily.INET)));
        assertEquals(List.of("nft chain inet plumbline in: others took it away meanwhile"),
                former(before, after).wayFrom(live(gone)).impossible());
    }

    private static FirewallState table(List<Rule> rules) {
        return new FirewallState(List.of(new Table(TableFamily.INET, 0, List.of(Chain.regular("in", rules)),
                List.of())));
    }

    @Test
    void oneRuleOfAHundredThousandIsAFewBytes() {
        var rules = new ArrayList<>(IntStream.range(0, 100_000).mapToObj(number -> Rule.of(new RuleKey(number),
                "Firewall/a", List.of(new Expression.Cmp(Expression.Comparison.EQ, 1, Bytes.host32(number))))).toList());
        var before = table(rules);
        rules.set(500, Rule.of(new RuleKey(-1), "Firewall/a", rule(1).expressions()));
        var former = former(before, table(rules));
        var parts = InverseCodec.write(new Inverse(NINE, ALICE, former, Ledger.EMPTY, Optional.empty(), 0, 0, 0));
        assertTrue(parts.get("firewall").length < 300, () -> parts.get("firewall").length + " bytes");
        assertTrue(before.equals(way(former, table(rules))));
    }

    @Test
    void aHundredThousandElementsAreCompact() {
        var random = new Random(1);
        var builder = new SetElements.Builder(4, true);
        for (int i = 0; i < 100_000; i++) {
            var key = Bytes.u16(i >>> 8).and(Bytes.u16((i & 0xff) << 8 | random.nextInt(128)));
            builder.add(key, key);
        }
        var set = NftSet.named("s", List.of(DataType.IPV4_ADDR), true, builder.build());
        var before = new FirewallState(List.of(new Table(TableFamily.INET, 0, List.of(), List.of(set))));
        long start = System.nanoTime();
        var former = former(before, FirewallState.NONE);
        var parts = InverseCodec.write(new Inverse(NINE, ALICE, former, Ledger.EMPTY, Optional.empty(), 0, 0, 0));
        System.out.printf("journal of a set of 100,000 ranges: %d bytes in %d ms%n", parts.get("firewall").length,
                (System.nanoTime() - start) / 1_000_000);
        assertTrue(parts.get("firewall").length < 1_000_000, () -> parts.get("firewall").length + " bytes");
        assertEquals(before, way(recorded(former), FirewallState.NONE));
    }
}
