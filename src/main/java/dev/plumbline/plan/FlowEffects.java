package dev.plumbline.plan;

import dev.plumbline.flow.Fib;
import dev.plumbline.flow.TableAnswer;
import dev.plumbline.flow.TableLookup;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.FibResult.Found;
import dev.plumbline.state.Flow;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LiveFlows;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.SysctlChanges;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.FirewallChanges;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a plan does to single flows, without reading tables that do not matter: the live answer is the kernel's, and a
 * flow keeps it if no rule and no route that it meets on its way changes. Only where it meets a change is the planned
 * state evaluated, and only tables are read for it that the flow would newly enter, or whose answer may change.
 */
final class FlowEffects {

    private final NamespaceState live;
    private final List<RoutingRule> rulesAfter;
    /** Devices that enter or leave a VRF: who is bound to nothing does not find them afterwards, or only then. */
    private final Set<String> cycled = new HashSet<>();
    private final Map<TableKey, TableChanges> changes = new HashMap<>();
    private final LiveFlows flows;
    private final Map<TableKey, RouteRows> whole = new HashMap<>();
    private final Map<TableKey, RouteRows> wholeAfter = new HashMap<>();

    /**
     * Before and after a plan.
     *
     * @param kernel the live answer
     * @param before the same, or unknown where plumbline's own differs
     */
    record Effect(FibResult kernel, FibResult before, FibResult after) {

        /** Whether the flow takes a default route now. */
        boolean isByDefaultRoute() {
            return kernel instanceof Found found && found.route().destination().isDefault();
        }

        /** Whether it finds no way afterwards, or it cannot be told. */
        boolean isLost() {
            return !(before instanceof Found && after instanceof Found);
        }

        /** Whether the flow finds a way before, and after another one or none, or it cannot be told. */
        boolean isChanged() {
            return switch (before) {
                case FibResult.Refused _ -> false;
                case FibResult.Unknown _ -> true;
                case Found found -> !(after instanceof Found then && found.ways().containsAll(then.ways()));
            };
        }
    }

    /**
     * @param live what was read to make the plan
     * @param read the tables that were read whole
     */
    FlowEffects(NamespaceState live, Set<TableKey> read, List<ChangeSet> changes, LiveFlows flows) {
        this.live = live;
        this.flows = flows;
        var rules = live.rules();
        for (var each : changes) {
            switch (each) {
                case LinkChanges links -> cycled.addAll(links.cycled());
                case RouteChanges routes -> routes.tables().forEach(table -> this.changes.put(table.key(), table));
                case RuleChanges some -> rules = After.rules(rules, some);
                // Way and filter are two things: a session into this host is not forwarded.
                case SysctlChanges _ -> { }
                // Marks that it sets are not known here.
                case FirewallChanges _ -> { }
                default -> throw new IllegalStateException("no flows through " + each.getClass());
            }
        }
        rulesAfter = List.copyOf(rules);
        read.forEach(key -> whole.put(key, live.routes().rows(key)));
    }

    /** Whether any rule or route of the family changes. */
    boolean touches(Family family) {
        return !cycled.isEmpty() || changes.keySet().stream().anyMatch(key -> key.family() == family)
                || !ofFamily(live.rules(), family).equals(ofFamily(rulesAfter, family));
    }

    private static List<RoutingRule> ofFamily(List<RoutingRule> rules, Family family) {
        return rules.stream().filter(rule -> rule.family() == family).toList();
    }

    /** All rules that are there before or after. */
    List<RoutingRule> rules() {
        return Stream.concat(live.rules().stream(), rulesAfter.stream()).distinct().toList();
    }

    /** Whether the plan makes a route to this address that is no default route. */
    boolean makesRouteTo(IpAddress address) {
        return changes.values().stream().filter(each -> each.key().family() == address.family())
                .anyMatch(each -> IntStream.rangeClosed(1, address.family().bits())
                        .mapToObj(length -> new Prefix(address, length).masked())
                        .anyMatch(destination -> comes(each, destination, row -> true)));
    }

    private static boolean comes(TableChanges changed, Prefix destination, IntPredicate ahead) {
        var rows = changed.desired();
        for (int row = Math.max(0, rows.find(destination)); row < rows.size() && rows.isOf(destination, row); row++) {
            if (ahead.test(row) && (has(changed.create(), row) || has(changed.replaceNew(), row)
                    || has(changed.recreateNew(), row))) {
                return true;
            }
        }
        return false;
    }

    private static boolean goes(TableChanges changed, Prefix destination, IntPredicate counts) {
        var rows = changed.live();
        for (int row = Math.max(0, rows.find(destination)); row < rows.size() && rows.isOf(destination, row); row++) {
            if (counts.test(row) && (has(changed.delete(), row) || has(changed.replaceOld(), row)
                    || has(changed.recreateOld(), row))) {
                return true;
            }
        }
        return false;
    }

    /** What the plan does to a flow. */
    Effect of(Flow flow) {
        var answer = flows.lookup(flow);
        if (!(answer instanceof Found(var route, var _))) {
            return new Effect(answer, answer, answer);
        }
        var device = cycled(flow, route);
        if (device.isPresent()) {
            return new Effect(answer, answer, new FibResult.Unknown(device.get() + " enters or leaves a VRF"));
        }
        return new Judgement(flow, new Fib(live.links(), live.rules(), (_, _, _, _) -> TableAnswer.CONTINUE)
                .found(route, flow)).effect();
    }

    private Optional<String> cycled(Flow flow, Route route) {
        return Stream.of(Stream.of(flow.iif(), flow.oif()),
                route.attributes().nextHops().stream().map(NextHop::device),
                live.addresses().stream().filter(each -> flow.source().equals(Optional.of(each.local())))
                        .map(LinkAddress::device)).flatMap(each -> each).filter(cycled::contains).findFirst();
    }

    /** One flow that the kernel finds a way for. */
    private final class Judgement {
        private final Flow flow;
        private final Found kernel;
        private final TableKey table;
        /** Tables that the flow passes on its way, and that have no answer, not even a suppressed one. */
        private final Set<TableKey> passed = new HashSet<>();

        Judgement(Flow flow, Found kernel) {
            this.flow = flow;
            this.kernel = kernel;
            this.table = new TableKey(flow.family(), kernel.route().table());
        }

        Effect effect() {
            if (isKept()) {
                return new Effect(kernel, kernel, kernel);
            }
            // The first look finds the tables that the flow passes, the second sees also what the planned state needed.
            before();
            var after = new Fib(live.links(), rulesAfter, this::after).lookup(flow);
            var before = before();
            if (before instanceof Found found && found.route().table() == kernel.route().table()
                    && found.route().destination().equals(kernel.route().destination())
                    && found.ways().containsAll(kernel.ways())) {
                return new Effect(kernel, found, after);
            }
            return new Effect(kernel,
                    new FibResult.Unknown("the kernel says " + kernel + ", plumbline " + before), after);
        }

        private FibResult before() {
            return new Fib(live.links(), live.rules(), this::before).lookup(flow);
        }

        /** Whether the flow meets no change: the same rules match it, and their tables answer as before. */
        private boolean isKept() {
            var way = way(live.rules());
            boolean sameRules = way.equals(way(rulesAfter)) && (way.stream().noneMatch(FlowEffects::jumps)
                    || ofFamily(live.rules(), flow.family()).equals(ofFamily(rulesAfter, flow.family())));
            return sameRules && way.stream().anyMatch(this::looksUpTheAnswer) && way.stream().noneMatch(this::changes);
        }

        private boolean looksUpTheAnswer(RoutingRule rule) {
            return rule.table().isPresent() && rule.table().getAsLong() == table.table();
        }

        /** The rules that match, or may, up to the one that the kernel's answer comes from. */
        private List<RoutingRule> way(List<RoutingRule> rules) {
            var matching = new Fib(live.links(), rules, (_, _, _, _) -> TableAnswer.CONTINUE).matching(flow);
            if (matching.stream().anyMatch(FlowEffects::jumps)) {
                return matching;
            }
            for (int i = 0; i < matching.size(); i++) {
                var rule = matching.get(i);
                if (rule.other().isEmpty() && looksUpTheAnswer(rule) && !Fib.isSuppressed(rule, kernel)) {
                    return matching.subList(0, i + 1);
                }
            }
            return matching;
        }

        private boolean changes(RoutingRule rule) {
            return rule.table().isPresent() && isTouched(new TableKey(flow.family(), rule.table().getAsLong()),
                    rule.suppressInterfaceGroup().isPresent());
        }

        /** Whether a changed route may have a say in what the table answers. */
        private boolean isTouched(TableKey key, boolean byGroup) {
            var changed = changes.get(key);
            if (changed == null) {
                return false;
            }
            for (int length = key.family().bits(); length >= 0; length--) {
                var destination = new Prefix(flow.destination(), length).masked();
                if (key.equals(table) ? isAnswerTouched(changed, destination)
                        : isPassTouched(changed, destination, byGroup)) {
                    return true;
                }
            }
            return false;
        }

        /** A new route that stands before the one that answers, or beside it; or that one goes, or one beside it. */
        private boolean isAnswerTouched(TableChanges changed, Prefix destination) {
            var answer = kernel.route();
            boolean same = destination.equals(answer.destination());
            var coming = changed.desired();
            var going = changed.live();
            // In IPv6 what stands at another metric may have a say in which metrics are tried together, and of those
            // that are, one with several next hops leaves it open which is first.
            boolean ipv6 = flow.family() == Family.IPV6;
            boolean delicate = ipv6 && (!(flow.oif().isEmpty() && flow.iif().isEmpty())
                    || answer.attributes().nextHops().size() > 1);
            return comes(changed, destination, row -> destination.length() > answer.destination().length() || same
                            && (delicate || ipv6 && coming.attributes(row).nextHops().size() > 1
                                    || coming.metric(row) <= answer.metric() || coming.tos(row) != answer.tos()))
                    || goes(changed, destination, row -> going.attributes(row).from().isPresent()
                            || same && (delicate || ipv6 && going.attributes(row).nextHops().size() > 1
                                    || going.metric(row) <= answer.metric()
                                    || !going.attributes(row).other().isEmpty()));
        }

        /** A new route where none answered; or what kept the table from answering goes. */
        private boolean isPassTouched(TableChanges changed, Prefix destination, boolean byGroup) {
            var going = changed.live();
            return comes(changed, destination, row -> true)
                    || goes(changed, destination, row -> byGroup || going.attributes(row).from().isPresent()
                            || going.attributes(row).type() == RouteType.THROW);
        }

        private TableAnswer before(RoutingRule rule, TableKey key, Flow asked, TableLookup lookup) {
            if (rule.suppressPrefixLength().isEmpty() && rule.suppressInterfaceGroup().isEmpty()) {
                passed.add(key);
            }
            var rows = whole.get(key);
            if (rows != null) {
                return lookup.in(rows, asked);
            }
            return key.equals(table) ? new TableAnswer.Match(kernel) : TableAnswer.CONTINUE;
        }

        private TableAnswer after(RoutingRule rule, TableKey key, Flow asked, TableLookup lookup) {
            if (!whole.containsKey(key) && !isTouched(key, true)) {
                if (key.equals(table)) {
                    return new TableAnswer.Match(kernel);
                }
                if (passed.contains(key)) {
                    return TableAnswer.CONTINUE;
                }
            }
            return lookup.in(rowsAfter(key), asked);
        }
    }

    private static boolean jumps(RoutingRule rule) {
        return rule.action() instanceof RuleAction.Goto;
    }

    private static boolean has(int[] rows, int row) {
        return Arrays.binarySearch(rows, row) >= 0;
    }

    private RouteRows rowsAfter(TableKey key) {
        return wholeAfter.computeIfAbsent(key, any -> {
            var rows = whole.computeIfAbsent(key, each -> flows.routes(Set.of(each)).rows(each));
            return Optional.ofNullable(changes.get(key)).map(each -> After.rows(rows, each)).orElse(rows);
        });
    }
}
