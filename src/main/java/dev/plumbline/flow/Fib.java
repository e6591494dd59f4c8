package dev.plumbline.flow;

import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.FibResult.Refusal;
import dev.plumbline.state.Flow;
import dev.plumbline.state.Link;
import dev.plumbline.state.Route;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Optional;

/**
 * Rules and tables, asked as the kernel asks them ({@code fib_rules_lookup}). What is decided here is the route alone:
 * not whether the source may be used, reverse-path filters, forwarding or firewalls. Routers count as reachable, and a
 * device without carrier as usable, which is the kernel's default ({@code ignore_routes_with_linkdown} 0).
 */
public final class Fib {

    private final List<RoutingRule> rules;
    private final RuleMatch match;
    private final Devices devices;
    private final Tables tables;

    /** Answers for tables. */
    @FunctionalInterface
    public interface Tables {
        /** What the table that this rule looks up says of a flow. */
        TableAnswer lookup(RoutingRule rule, TableKey table, Flow flow, TableLookup routes);
    }

    /**
     * @param links all devices of the namespace
     * @param rules of both families, in the order in which the kernel tries them
     */
    public Fib(List<Link> links, List<RoutingRule> rules, Tables tables) {
        this.rules = List.copyOf(rules);
        this.devices = new Devices(links);
        this.match = new RuleMatch(devices);
        this.tables = tables;
    }

    /** Which way a flow goes. */
    public FibResult lookup(Flow flow) {
        var unfit = unfit(flow);
        if (unfit.isPresent()) {
            return unfit.get();
        }
        boolean mayBeLoose = flow.family() == Family.IPV6 && !flow.oif().isEmpty() && flow.source().isPresent();
        var result = walk(flow, new TableLookup(devices, false));
        // A socket that is bound to a device is held to it; RTM_GETROUTE, and a flow with oif alone, merely prefer it.
        if (mayBeLoose && !walk(flow, new TableLookup(devices, true)).equals(result)) {
            return new FibResult.Unknown("it depends on how the socket is bound to " + flow.oif());
        }
        // Without a route the kernel takes the destination to be on the device's link, which is to say unreachable.
        return result instanceof FibResult.Refused && flow.family() == Family.IPV4 && !flow.oif().isEmpty()
                ? new FibResult.Refused(Refusal.UNREACHABLE) : result;
    }

    /** The flows that are not looked up in tables alone. */
    private Optional<FibResult> unfit(Flow flow) {
        var to = flow.destination();
        boolean ipv4 = flow.family() == Family.IPV4;
        if (to.isMulticast() || to.isUnspecified() || ipv4 && (to.lo() >>> 24 == 0 || to.lo() == 0xffffffffL)) {
            return Optional.of(new FibResult.Unknown("the destination " + to + " is no single host"));
        }
        for (var name : List.of(flow.iif(), flow.oif())) {
            if (!name.isEmpty() && !devices.exists(name)) {
                return Optional.of(new FibResult.Unknown("there is no device " + name));
            }
            if (devices.isInVrf(name)) {
                return Optional.of(new FibResult.Unknown("device " + name + " belongs to a VRF"));
            }
        }
        return ipv4 && !flow.oif().isEmpty() && !devices.isUp(flow.oif())
                ? Optional.of(new FibResult.Refused(Refusal.NO_ROUTE)) : Optional.empty();
    }

    private FibResult walk(Flow flow, TableLookup routes) {
        int index = 0;
        while (index < rules.size()) {
            var rule = rules.get(index++);
            var matches = match.of(rule, flow);
            if (matches == RuleMatch.Result.NO) {
                continue;
            }
            if (matches == RuleMatch.Result.MAYBE) {
                return new FibResult.Unknown("rule `" + rule + "` selects by what plumbline does not model");
            }
            if (rule.action() instanceof RuleAction.Goto jump) {
                index = target(jump, rule.family(), index);
                continue;
            }
            var result = act(rule, flow, routes);
            if (result.isPresent()) {
                return result.get();
            }
        }
        return new FibResult.Refused(Refusal.NO_ROUTE);
    }

    /** The first rule of exactly this priority; where there is none, the jump does nothing. */
    private int target(RuleAction.Goto jump, Family family, int next) {
        for (int index = next; index < rules.size(); index++) {
            var rule = rules.get(index);
            if (rule.family() == family && rule.priority() == jump.priority()) {
                return index;
            }
        }
        return next;
    }

    /** Empty where the next rule is tried. */
    private Optional<FibResult> act(RoutingRule rule, Flow flow, TableLookup routes) {
        return switch (rule.action()) {
            case RuleAction.Lookup(long table) -> switch (
                    tables.lookup(rule, new TableKey(flow.family(), table), flow, routes)) {
                case TableAnswer.Match(FibResult.Found found) -> unlessSuppressed(rule, found);
                case TableAnswer.Continue _ -> Optional.empty();
                case TableAnswer.End(FibResult result) -> Optional.of(result);
            };
            case RuleAction.Blackhole() -> Optional.of(new FibResult.Refused(Refusal.BLACKHOLE));
            case RuleAction.Unreachable() -> Optional.of(new FibResult.Refused(Refusal.UNREACHABLE));
            case RuleAction.Prohibit() -> Optional.of(new FibResult.Refused(Refusal.PROHIBIT));
            case RuleAction.Nop(), RuleAction.Goto(_) -> Optional.empty();
            case RuleAction.L3mdev() -> Optional.of(new FibResult.Unknown("rule `" + rule + "` looks up a VRF"));
            case RuleAction.Unknown(_) ->
                    Optional.of(new FibResult.Unknown("rule `" + rule + "` does what plumbline does not model"));
        };
    }

    private static Optional<FibResult> unlessSuppressed(RoutingRule rule, FibResult.Found found) {
        if (isSuppressed(rule, found)) {
            return Optional.empty();
        }
        return Optional.of(rule.suppressInterfaceGroup().isPresent()
                ? new FibResult.Unknown("rule `" + rule + "` looks at device groups") : found);
    }

    /** Whether the rule refuses the route for its short prefix. */
    public static boolean isSuppressed(RoutingRule rule, FibResult.Found found) {
        return rule.suppressPrefixLength().isPresent()
                && found.route().destination().length() <= rule.suppressPrefixLength().getAsInt();
    }

    /**
     * The rules that a flow matches, in order, with those of which it cannot be told: jumps are not followed.
     */
    public List<RoutingRule> matching(Flow flow) {
        return rules.stream().filter(rule -> match.of(rule, flow) != RuleMatch.Result.NO).toList();
    }

    /** The same route as a result for this flow: which of its next hops may be taken. */
    public FibResult.Found found(Route route, Flow flow) {
        return new TableLookup(devices, false).found(route, flow);
    }
}
