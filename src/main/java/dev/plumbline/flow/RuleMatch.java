package dev.plumbline.flow;

import dev.plumbline.state.Family;
import dev.plumbline.state.Flow;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RoutingRule.Range;
import dev.plumbline.state.RuleAction;
import java.util.Optional;

/** Whether a rule matches a flow ({@code fib_rule_match}, {@code fib4_rule_match}, {@code fib6_rule_match}). */
final class RuleMatch {

    /** {@code FRA_FLOW}: realms of what was found, no selector. */
    private static final int FRA_FLOW = 11;
    private static final int UDP = 17;
    private static final int TYPE_MASK = 0x3fff;
    /** The bits of the tos byte that IPv4 rules and routes look at ({@code IPTOS_RT_MASK}). */
    static final int IPV4_TOS = 0x1c;

    private final Devices devices;

    RuleMatch(Devices devices) {
        this.devices = devices;
    }

    enum Result { NO, YES, MAYBE }

    Result of(RoutingRule rule, Flow flow) {
        if (rule.family() != flow.family()) {
            return Result.NO;
        }
        boolean known = selects(rule, flow);
        if (known && rule.other().stream().anyMatch(each -> (each.type() & TYPE_MASK) != FRA_FLOW)) {
            return Result.MAYBE;
        }
        return known != rule.not() ? Result.YES : Result.NO;
    }

    private boolean selects(RoutingRule rule, Flow flow) {
        return device(rule.iif(), flow.iif().isEmpty() ? Devices.LOOPBACK : flow.iif())
                && device(rule.oif(), flow.oif())
                && rule.mark().filter(mark -> ((mark.value() ^ flow.mark()) & mark.mask()) != 0).isEmpty()
                && within(rule.uids(), flow.uid())
                && !(rule.action() instanceof RuleAction.L3mdev)
                && source(rule.from(), flow)
                && rule.to().filter(prefix -> !prefix.contains(flow.destination())).isEmpty()
                && (rule.tos() == 0 || rule.tos() == tos(flow))
                && (rule.ipProtocol().isEmpty() || rule.ipProtocol().getAsInt() == protocol(flow))
                && within(rule.sourcePort(), flow.sourcePort())
                && within(rule.destinationPort(), flow.destinationPort());
    }

    /** A rule whose device is missing now is detached: it matches nothing. */
    private boolean device(String wanted, String actual) {
        return wanted.isEmpty() || wanted.equals(actual) && devices.exists(wanted);
    }

    private static boolean within(Optional<Range> range, long value) {
        return range.isEmpty() || value >= range.get().first() && value <= range.get().last();
    }

    /** To IPv4 a source that is not chosen yet is 0.0.0.0; to IPv6 it matches no prefix. */
    private static boolean source(Optional<Prefix> wanted, Flow flow) {
        if (wanted.isEmpty()) {
            return true;
        }
        if (flow.family() == Family.IPV6) {
            return flow.source().filter(address -> !address.isUnspecified())
                    .map(wanted.get()::contains).orElse(false);
        }
        return wanted.get().contains(flow.source().orElse(new IpAddress(Family.IPV4, 0, 0)));
    }

    /** To {@code RTM_GETROUTE} an IPv4 flow that does not say it is UDP. */
    private static int protocol(Flow flow) {
        return flow.ipProtocol() == 0 && flow.family() == Family.IPV4 ? UDP : flow.ipProtocol();
    }

    private static int tos(Flow flow) {
        return flow.family() == Family.IPV4 ? flow.tos() & IPV4_TOS : flow.tos() & ~3;
    }
}
