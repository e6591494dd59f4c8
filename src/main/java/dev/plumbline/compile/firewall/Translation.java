package dev.plumbline.compile.firewall;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.state.Family;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.RuleBuilder;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A rule as rules of nftables. Each counts the packets that it does something with, so that hits can be shown.
 *
 * @param rules those of its chain, in their order
 * @param chains sub-chains of its own that those jump to, by name
 */
public record Translation(List<List<Expression>> rules, Map<String, List<List<Expression>>> chains) {

    public Translation {
        rules = List.copyOf(rules);
        chains = Map.copyOf(chains);
    }

    /**
     * What a rule is translated for.
     *
     * @param family of the table
     * @param chains the name in the table of the sub-chain that a rule calls so
     * @param ownChain the beginning of the names of sub-chains that the rule may need
     */
    public record Target(TableFamily family, NamedSets sets, UnaryOperator<String> chains, Supplier<String> ownChain) {

        private Set<Family> families() {
            return switch (family) {
                case IP -> Set.of(Family.IPV4);
                case IP6 -> Set.of(Family.IPV6);
                case INET, NETDEV -> Set.of(Family.IPV4, Family.IPV6);
            };
        }
    }

    /**
     * Translates a rule.
     *
     * @param rule one without variables
     * @param actions those of the rule that are done here, but for lookups
     */
    public static Translation of(FirewallRule rule, List<Action> actions, Target target)
            throws UntranslatableException {
        return of(rule, Statements.of(actions, target.chains()), mayHappenTwice(actions), target);
    }

    /** A lookup that routing cannot say: packets that it is for are marked, and meet no later rule of the chain. */
    public static Translation marking(FirewallRule rule, List<Action> others, long value, long mask, Target target)
            throws UntranslatableException {
        var statements = Statements.of(others, target.chains());
        statements.add(new Statement.SetMark(false, value, mask));
        statements.add(Statement.of(Verdict.ACCEPT));
        return of(rule, statements, true, target);
    }

    /** What ends the way through the chain, or changes nothing the second time. */
    private static boolean mayHappenTwice(List<Action> actions) {
        var last = actions.getLast();
        boolean goesOn = !last.isFinal() || last instanceof Action.Jump jump && !jump.go()
                || last instanceof Action.Copy || last instanceof Action.Notrack;
        return !goesOn || actions.stream().noneMatch(each -> each instanceof Action.Count || each instanceof Action.Log
                || each instanceof Action.Jump || each instanceof Action.Copy);
    }

    private static Translation of(FirewallRule rule, List<Statement> done, boolean mayHappenTwice, Target target)
            throws UntranslatableException {
        var statements = new ArrayList<Statement>();
        for (var each : rule.conditions()) {
            if (each.operands().getFirst() instanceof Operand.Rate rate) {
                statements.add(new Statement.Plain(new Expression.Limit(rate.packets(), rate.seconds(), rate.burst(),
                        false, each.negated())));
            }
        }
        boolean limited = !statements.isEmpty();
        if (done.stream().noneMatch(Statement.counter()::equals)) {
            statements.add(Statement.counter());
        }
        statements.addAll(done);
        Map<Optional<Family>, List<List<Match>>> ways = new LinkedHashMap<>();
        for (var each : Conditions.of(rule, target.sets(), target.families())) {
            ways.computeIfAbsent(each.family(), any -> new ArrayList<>()).add(each.matches());
        }
        var rules = new ArrayList<List<Expression>>();
        var chains = new LinkedHashMap<String, List<List<Expression>>>();
        for (var each : ways.entrySet()) {
            var family = each.getKey().<List<Match>>map(one -> List.of(new Match.NetworkFamily(one))).orElse(List.of());
            if (each.getValue().size() == 1 || mayHappenTwice && !limited) {
                for (var way : each.getValue()) {
                    rules.add(built(target.family(), joined(way, family), statements));
                }
                continue;
            }
            var any = target.ownChain().get()
                    + each.getKey().map(one -> one == Family.IPV4 ? "-ip" : "-ip6").orElse("");
            var then = any + "-then";
            rules.add(built(target.family(), family, List.of(Statement.of(Verdict.jump(any)))));
            var alternatives = new ArrayList<List<Expression>>();
            for (var way : each.getValue()) {
                alternatives.add(built(target.family(), way, List.of(Statement.of(Verdict.go(then)))));
            }
            chains.put(any, alternatives);
            chains.put(then, List.of(built(target.family(), family, statements)));
        }
        return new Translation(rules, chains);
    }

    private static List<Match> joined(List<Match> some, List<Match> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private static List<Expression> built(TableFamily family, List<Match> matches, List<Statement> statements)
            throws UntranslatableException {
        try {
            return RuleBuilder.expressions(family, matches, statements);
        } catch (IllegalArgumentException e) {
            throw new UntranslatableException(e.getMessage());
        }
    }
}
