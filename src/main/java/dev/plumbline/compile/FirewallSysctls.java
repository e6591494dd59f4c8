package dev.plumbline.compile;

import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Link;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which sysctls a firewall depends on. A rule that names no address and no family is one for IPv4 here: it alone is no
 * reason to forward IPv6. Copies need none, for the kernel sends them as its own.
 */
final class FirewallSysctls {

    private static final int ICMPV6 = 58;

    private final FirewallSpec spec;
    private final SysctlNeeds.Gathering gathering;
    private final Map<String, Set<BaseChain>> reached;

    FirewallSysctls(FirewallSpec spec, SysctlNeeds.Gathering gathering) {
        this.spec = spec;
        this.gathering = gathering;
        this.reached = reached(spec);
    }

    /** Whether it may need any, whatever the network is like. */
    static boolean mayNeedAny(FirewallSpec spec) {
        var reached = reached(spec);
        return spec.rules().stream().filter(rule -> !rule.disabled()).anyMatch(rule ->
                reached.getOrDefault(rule.chain(), Set.of()).stream().anyMatch(chain -> passesOn(rule, chain)
                        || looksUp(rule).isPresent() || restores(rule, chain) || rewrites(rule, chain).isPresent()));
    }

    static boolean mayForwardIpv6(FirewallSpec spec) {
        return mayNeedAny(spec) && spec.rules().stream().anyMatch(rule -> family(rule) == Family.IPV6);
    }

    /** The base chains that each chain is reached from. */
    private static Map<String, Set<BaseChain>> reached(FirewallSpec spec) {
        var reached = new HashMap<String, Set<BaseChain>>();
        for (var base : BaseChain.values()) {
            var open = new ArrayDeque<String>();
            open.add(base.toString());
            while (!open.isEmpty()) {
                var chain = open.remove();
                if (reached.computeIfAbsent(chain, each -> EnumSet.noneOf(BaseChain.class)).add(base)) {
                    spec.rules().stream().filter(rule -> rule.chain().equals(chain) && !rule.disabled())
                            .forEach(rule -> rule.ending().filter(Action.Jump.class::isInstance)
                                    .ifPresent(jump -> open.add(((Action.Jump) jump).chain())));
                }
            }
        }
        return reached;
    }

    void gather() {
        for (var rule : spec.rules()) {
            if (!rule.disabled()) {
                reached.getOrDefault(rule.chain(), Set.of()).forEach(chain -> rule(rule, chain));
            }
        }
    }

    private void rule(FirewallRule rule, BaseChain chain) {
        var family = family(rule);
        var devices = devices(rule);
        if (passesOn(rule, chain)) {
            forwards(rule, family, devices, chain == BaseChain.FORWARD ? "what this rule lets pass"
                    : "packets whose source this rule rewrites");
        }
        rewrites(rule, chain).ifPresent(to -> rewritten(rule, family, devices, to));
        looksUp(rule).ifPresent(lookup -> lookup(rule, chain, family, devices, lookup));
        if (restores(rule, chain) && family == Family.IPV4) {
            var why = "a strict reverse-path filter looks for the way back without the mark that this rule restores";
            if (devices.isEmpty()) {
                gathering.looseEverywhere(rule.origin(), why);
            }
            devices.forEach(device -> gathering.loose(device, rule.origin(), why));
        }
    }

    private void forwards(FirewallRule rule, Family family, Set<String> devices, String what) {
        gathering.forwards(family, devices, rule.origin(), what);
    }

    private void rewritten(FirewallRule rule, Family family, Set<String> devices, Operand to) {
        var range = to instanceof Operand.Endpoint(var addresses, var _) ? addresses
                : Optional.<Operand.Addresses>empty();
        if (range.map(Operand.Addresses::from).filter(IpAddress::isLoopback).isPresent()) {
            if (family == Family.IPV4) {
                gathering.loopback(devices, rule.origin(), "packets for 127.0.0.0/8 from outside are dropped");
            }
        } else if (to instanceof Operand.Template || range.isPresent() && !isOwn(range.get())) {
            forwards(rule, family, devices, "packets whose destination this rule rewrites");
        }
    }

    private boolean isOwn(Operand.Addresses range) {
        return range.from().equals(range.to()) && gathering.around().live().addresses().stream()
                .anyMatch(each -> each.local().equals(range.from()));
    }

    private void lookup(FirewallRule rule, BaseChain chain, Family family, Set<String> devices, Action.Lookup lookup) {
        if (chain != BaseChain.OUTPUT) {
            forwards(rule, family, devices, "packets that this rule looks up in table " + lookup.table());
        }
        if (family == Family.IPV6) {
            return;
        }
        var concerned = new LinkedHashSet<>(gathering.around().devices(Family.IPV4, lookup.table()));
        if (lookup.through()) {
            concerned.addAll(devices);
            lookup.from().ifPresent(concerned::add);
            concerned.add(lookup.table());
        }
        concerned.forEach(device -> gathering.loose(device, rule.origin(), "packets come in by " + device + " that"
                + " table main would not send back there, and a strict reverse-path filter drops them"));
    }

    /** Whether packets of others are to get on by this rule. */
    private static boolean passesOn(FirewallRule rule, BaseChain chain) {
        var ending = rule.ending();
        return switch (chain) {
            case FORWARD -> ending.filter(Action.Accept.class::isInstance).isPresent() || rule.actions().stream()
                    .anyMatch(each -> each instanceof Action.ClampMss || each instanceof Action.SetMark);
            case POSTROUTING -> ending.filter(each -> each instanceof Action.Masquerade
                    || each instanceof Action.Snat).isPresent();
            default -> false;
        };
    }

    /** What the destination of packets from outside becomes. */
    private static Optional<Operand> rewrites(FirewallRule rule, BaseChain chain) {
        return chain == BaseChain.PREROUTING && rule.ending().orElse(null) instanceof Action.Dnat dnat
                ? Optional.of(dnat.to()) : Optional.empty();
    }

    private static Optional<Action.Lookup> looksUp(FirewallRule rule) {
        return rule.ending().orElse(null) instanceof Action.Lookup lookup ? Optional.of(lookup) : Optional.empty();
    }

    private static boolean restores(FirewallRule rule, BaseChain chain) {
        return chain == BaseChain.PREROUTING
                && rule.actions().stream().anyMatch(Action.RestoreMark.class::isInstance);
    }

    /** The devices that packets come in by, as far as the rule says it. */
    private Set<String> devices(FirewallRule rule) {
        var devices = new LinkedHashSet<String>();
        rule.on(Subject.IN_INTERFACE).filter(each -> !each.negated()).flatMap(each -> each.operands().stream())
                .forEach(operand -> {
                    if (operand instanceof Operand.Interface(String name)) {
                        matching(name).forEach(devices::add);
                    }
                });
        return devices;
    }

    private Stream<String> matching(String name) {
        var beginning = name.substring(0, name.length() - 1);
        return name.endsWith("*") ? gathering.around().live().links().stream().map(Link::name)
                .filter(each -> each.startsWith(beginning)) : Stream.of(name);
    }

    private static Family family(FirewallRule rule) {
        var operands = Stream.concat(rule.conditions().stream().filter(each -> !each.negated())
                .map(Condition::operands).flatMap(each -> each.stream()), rule.ending().stream()
                        .flatMap(FirewallSysctls::operands));
        return operands.anyMatch(FirewallSysctls::isIpv6) ? Family.IPV6 : Family.IPV4;
    }

    private static Stream<Operand> operands(Action action) {
        return switch (action) {
            case Action.Dnat dnat -> Stream.of(dnat.to());
            case Action.Snat snat -> Stream.of(snat.to());
            default -> Stream.empty();
        };
    }

    private static boolean isIpv6(Operand operand) {
        return switch (operand) {
            case Operand.Network network -> network.prefix().family() == Family.IPV6;
            case Operand.Addresses range -> range.from().family() == Family.IPV6;
            case Operand.Endpoint endpoint -> endpoint.addresses()
                    .filter(range -> range.from().family() == Family.IPV6).isPresent();
            case Operand.Icmp icmp -> icmp.v6();
            case Operand.Protocol protocol -> protocol.number() == ICMPV6;
            case Operand.Word word -> word.word().equals("ipv6");
            default -> false;
        };
    }
}
