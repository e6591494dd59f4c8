package dev.plumbline.compile.firewall;

import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.RuleCheck;
import dev.plumbline.state.Family;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What a rule's conditions are in rules of routing, where those can say them. */
public final class RoutingSelectors {

    /** More rules than this are worse than a mark. */
    private static final int MOST = 16;
    private static final List<Integer> PORTS = List.of(6, 17, 132, 33);

    private RoutingSelectors() {
    }

    /**
     * Rules of routing that hold for the same packets; empty if there are none, or too many.
     *
     * @param rule one without variables
     */
    public static List<RoutingRule> of(FirewallRule rule, long priority, long table) {
        var rules = new ArrayList<RoutingRule>();
        for (var family : Family.values()) {
            if (RuleCheck.families(rule).contains(family)) {
                List<RoutingRule> some = List.of(plain(family, priority, table));
                for (var condition : rule.conditions()) {
                    some = with(some, condition, family);
                }
                if (some.isEmpty()) {
                    return List.of();
                }
                rules.addAll(some);
            }
        }
        return rules.size() > MOST ? List.of() : rules.stream().distinct().toList();
    }

    /** All packets of a family with these bits in their mark. */
    public static RoutingRule marked(Family family, long priority, RoutingRule.Mark mark, long table) {
        return rule(plain(family, priority, table), Optional.empty(), Optional.empty(), "", Optional.of(mark));
    }

    /** All packets of a family that come by a device and carry no mark. */
    public static RoutingRule incoming(Family family, long priority, String device, long table) {
        return rule(plain(family, priority, table), Optional.empty(), Optional.empty(), device,
                Optional.of(new RoutingRule.Mark(0, Operand.Masked.ALL)));
    }

    private static RoutingRule plain(Family family, long priority, long table) {
        return new RoutingRule(family, priority, false, Optional.empty(), Optional.empty(), "", "", Optional.empty(),
                0, OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                new RuleAction.Lookup(table), OptionalInt.empty(), OptionalLong.empty(), Protocol.PLUMBLINE, List.of());
    }

    private static List<RoutingRule> with(List<RoutingRule> rules, Condition condition, Family family) {
        var combined = new ArrayList<RoutingRule>();
        if (condition.negated() || rules.size() * condition.operands().size() > MOST * MOST) {
            return combined;
        }
        for (var rule : rules) {
            for (var operand : condition.operands()) {
                var more = with(rule, condition, operand, family);
                if (more.isEmpty() && !isOfOtherFamily(operand, family)) {
                    return List.of();
                }
                more.ifPresent(combined::add);
            }
        }
        return combined;
    }

    private static boolean isOfOtherFamily(Operand operand, Family family) {
        return operand instanceof Operand.Network network && network.prefix().family() != family
                || operand instanceof Operand.Addresses range && range.from().family() != family;
    }

    private static Optional<RoutingRule> with(RoutingRule rule, Condition condition, Operand operand, Family family) {
        return switch (condition.subject()) {
            case FAMILY -> Optional.of(rule);
            case IN_INTERFACE -> operand.toString().endsWith("*") ? Optional.empty()
                    : Optional.of(rule(rule, rule.from(), rule.to(), operand.toString(), rule.mark()));
            case SOURCE -> prefix(operand, family).map(prefix -> rule(rule, Optional.of(prefix), rule.to(), rule.iif(),
                    rule.mark()));
            case DESTINATION -> prefix(operand, family).map(prefix -> rule(rule, rule.from(), Optional.of(prefix),
                    rule.iif(), rule.mark()));
            case PROTOCOL -> Optional.of(transport(rule, OptionalInt.of(((Operand.Protocol) operand).number()),
                    rule.sourcePort(), rule.destinationPort()));
            case SOURCE_PORT -> ports(rule, operand).map(range -> transport(rule, rule.ipProtocol(), Optional.of(range),
                    rule.destinationPort()));
            case DESTINATION_PORT -> ports(rule, operand).map(range -> transport(rule, rule.ipProtocol(),
                    rule.sourcePort(), Optional.of(range)));
            case MARK -> {
                var mark = (Operand.Masked) operand;
                yield Optional.of(mark.mask() == 0 ? rule : rule(rule, rule.from(), rule.to(), rule.iif(),
                        Optional.of(new RoutingRule.Mark(mark.value(), mark.mask()))));
            }
            default -> Optional.empty();
        };
    }

    private static Optional<Prefix> prefix(Operand operand, Family family) {
        return operand instanceof Operand.Network network && network.prefix().family() == family
                ? Optional.of(network.prefix()) : Optional.empty();
    }

    /** The kernel takes no range that begins with port 0, and finds ports in some protocols alone. */
    private static Optional<RoutingRule.Range> ports(RoutingRule rule, Operand operand) {
        return operand instanceof Operand.Ports ports && ports.from() > 0 && ports.to() < 0xffff
                && rule.ipProtocol().isPresent() && PORTS.contains(rule.ipProtocol().getAsInt())
                ? Optional.of(new RoutingRule.Range(ports.from(), ports.to())) : Optional.empty();
    }

    private static RoutingRule rule(RoutingRule rule, Optional<Prefix> from, Optional<Prefix> to, String iif,
            Optional<RoutingRule.Mark> mark) {
        return new RoutingRule(rule.family(), rule.priority(), false, from, to, iif, "", mark, 0, rule.ipProtocol(),
                rule.sourcePort(), rule.destinationPort(), Optional.empty(), rule.action(), OptionalInt.empty(),
                OptionalLong.empty(), Protocol.PLUMBLINE, List.of());
    }

    private static RoutingRule transport(RoutingRule rule, OptionalInt protocol, Optional<RoutingRule.Range> source,
            Optional<RoutingRule.Range> destination) {
        return new RoutingRule(rule.family(), rule.priority(), false, rule.from(), rule.to(), rule.iif(), "",
                rule.mark(), 0, protocol, source, destination, Optional.empty(), rule.action(), OptionalInt.empty(),
                OptionalLong.empty(), Protocol.PLUMBLINE, List.of());
    }
}
