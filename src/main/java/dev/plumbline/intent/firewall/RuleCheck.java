package dev.plumbline.intent.firewall;

import dev.plumbline.intent.IpProtocol;
import dev.plumbline.state.Family;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether what a rule says fits together, and fits its chain: what the kernel would refuse, or could never match. */
public final class RuleCheck {

    private static final int TCP = 6;

    /**
     * Something that does not fit.
     *
     * @param at a {@link Subject}, the class of an {@link Action}, or {@code chain} or {@code table}
     */
    public record Finding(Object at, String message) {
    }

    private final FirewallRule rule;
    private final Optional<BaseChain> chain;
    private final List<Finding> findings = new ArrayList<>();
    private final Set<Family> families = EnumSet.allOf(Family.class);

    private RuleCheck(FirewallRule rule) {
        this.rule = rule;
        chain = rule.baseChain();
    }

    /** Everything that does not fit. */
    public static List<Finding> findings(FirewallRule rule) {
        var check = new RuleCheck(rule);
        check.devices();
        check.stage();
        check.ports();
        check.protocols();
        rule.conditions().forEach(check::family);
        rule.actions().forEach(check::action);
        return check.findings;
    }

    /** The families whose packets the rule can match, by what it says itself. */
    public static Set<Family> families(FirewallRule rule) {
        var check = new RuleCheck(rule);
        rule.conditions().forEach(check::family);
        rule.actions().forEach(check::actionFamily);
        return check.families;
    }

    private void find(Object at, String message) {
        findings.add(new Finding(at, message));
    }

    private void devices() {
        if (chain.isPresent() && chain.get().isAfterRouting() && rule.on(Subject.IN_INTERFACE).findAny().isPresent()) {
            find(Subject.IN_INTERFACE, "packets in " + chain.get() + " have no incoming interface; match the outgoing"
                    + " one, or mark them in prerouting");
        }
        if (chain.isPresent() && chain.get().isBeforeRouting()
                && rule.on(Subject.OUT_INTERFACE).findAny().isPresent()) {
            find(Subject.OUT_INTERFACE, "packets in " + chain.get() + " have no outgoing interface yet; match the"
                    + " incoming one, or put the rule into forward or postrouting");
        }
        if (chain.isPresent() && chain.get().isAfterRouting()) {
            for (var subject : List.of(Subject.SOURCE_MAC, Subject.REVERSE_PATH)) {
                if (rule.on(subject).findAny().isPresent()) {
                    find(subject, "only what comes in has this: put the rule into prerouting, input or forward");
                }
            }
        }
    }

    private void stage() {
        if (rule.stage().isEmpty()) {
            return;
        }
        var stage = rule.stage().get();
        if (chain.isEmpty()) {
            find("table", "a sub-chain has no table: it is of the chains that jump to it");
        } else if (chain.get() == BaseChain.MACRO) {
            find("table", "a copy has its own place; leave the table out");
        } else if (stage == Stage.RAW && chain.get() != BaseChain.PREROUTING && chain.get() != BaseChain.OUTPUT) {
            find("table", "raw has prerouting and output alone");
        } else if (stage == Stage.NAT && chain.get() == BaseChain.FORWARD) {
            find("table", "nat has no forward");
        } else if (stage == Stage.FILTER && (chain.get() == BaseChain.PREROUTING
                || chain.get() == BaseChain.POSTROUTING)) {
            find("table", "filter has input, forward and output alone; write mangle");
        }
    }

    private boolean needsPorts() {
        return rule.on(Subject.SOURCE_PORT).findAny().isPresent()
                || rule.on(Subject.DESTINATION_PORT).findAny().isPresent();
    }

    private boolean hasPorts() {
        return rule.on(Subject.PROTOCOL).anyMatch(each -> !each.negated() && each.operands().stream().allMatch(one ->
                !(one instanceof Operand.Protocol protocol) || IpProtocol.hasPorts(protocol.number())));
    }

    private void ports() {
        if (!needsPorts() || hasPorts()) {
            return;
        }
        find(rule.on(Subject.DESTINATION_PORT).findAny().isPresent() ? Subject.DESTINATION_PORT : Subject.SOURCE_PORT,
                "ports need a protocol that has them: tcp, udp, sctp, dccp or udplite");
    }

    private void protocols() {
        rule.on(Subject.TCP_FLAGS).findAny().ifPresent(each -> only(TCP, Subject.TCP_FLAGS, "only TCP has flags"));
        rule.on(Subject.ICMP_TYPE).findAny().ifPresent(each -> only(1, Subject.ICMP_TYPE, "only ICMP has these types"));
        rule.on(Subject.ICMPV6_TYPE).findAny().ifPresent(each ->
                only(58, Subject.ICMPV6_TYPE, "only ICMPv6 has these types"));
    }

    /** What a rule says of one protocol it does not say of another. */
    private void only(int number, Object at, String message) {
        boolean other = rule.on(Subject.PROTOCOL).anyMatch(each -> each.negated()
                ? each.operands().contains(new Operand.Protocol(number))
                : !each.operands().equals(List.of(new Operand.Protocol(number)))
                        && !(each.operands().getFirst() instanceof Operand.Template));
        if (other) {
            find(at, message + ", but the rule is about another protocol; write "
                    + IpProtocol.name(number));
        }
    }

    private void family(Condition condition) {
        switch (condition.subject()) {
            case FAMILY -> restrict(condition.subject(), EnumSet.of(
                    condition.operands().getFirst().toString().equals("ipv4") ? Family.IPV4 : Family.IPV6));
            case SOURCE, DESTINATION -> {
                var own = EnumSet.noneOf(Family.class);
                for (var operand : condition.operands()) {
                    switch (operand) {
                        case Operand.Network network -> own.add(network.prefix().family());
                        case Operand.Addresses range -> own.add(range.from().family());
                        default -> own.addAll(EnumSet.allOf(Family.class));
                    }
                }
                restrict(condition.subject(), own);
            }
            case ICMP_TYPE -> restrict(condition.subject(), EnumSet.of(Family.IPV4));
            case ICMPV6_TYPE -> restrict(condition.subject(), EnumSet.of(Family.IPV6));
            default -> { }
        }
    }

    private void restrict(Object at, Set<Family> own) {
        if (families.stream().noneMatch(own::contains)) {
            find(at, "this is " + name(own) + ", but the rest of the rule is " + name(families)
                    + ": no packet is both");
            return;
        }
        families.retainAll(own);
    }

    private static String name(Set<Family> families) {
        return families.size() > 1 ? "of either family" : families.contains(Family.IPV4) ? "IPv4" : "IPv6";
    }

    private void actionFamily(Action action) {
        switch (action) {
            case Action.Dnat it -> endpoint(action, it.to());
            case Action.Snat it -> endpoint(action, it.to());
            case Action.Reject it -> it.type().family().ifPresent(family -> restrict(action.getClass(),
                    EnumSet.of(family)));
            case Action.Copy it -> {
                if (it.to() instanceof Operand.Network network) {
                    restrict(action.getClass(), EnumSet.of(network.prefix().family()));
                }
            }
            default -> { }
        }
    }

    private void endpoint(Action action, Operand to) {
        if (to instanceof Operand.Endpoint endpoint && endpoint.addresses().isPresent()) {
            restrict(action.getClass(), EnumSet.of(endpoint.addresses().get().from().family()));
        }
    }

    private void action(Action action) {
        actionFamily(action);
        chains(action);
        switch (action) {
            case Action.Dnat it -> natPorts(action, it.to());
            case Action.Snat it -> natPorts(action, it.to());
            case Action.Masquerade it -> it.ports().ifPresent(ports -> natPorts(action, ports));
            case Action.Redirect it -> it.ports().ifPresent(ports -> natPorts(action, ports));
            case Action.ClampMss it -> only(TCP, action.getClass(), "only TCP has an MSS");
            case Action.Reject it -> {
                if (it.type() == RejectType.TCP_RESET) {
                    only(TCP, action.getClass(), "only TCP has resets");
                }
            }
            case Action.Lookup it -> lookup(it);
            case Action.Copy it -> copy(it);
            default -> { }
        }
    }

    private void natPorts(Action action, Operand to) {
        boolean ports = to instanceof Operand.Ports || to instanceof Operand.Endpoint endpoint
                && endpoint.ports().isPresent();
        if (ports && !hasPorts()) {
            find(action.getClass(), "a port needs a protocol that has ports: tcp, udp, sctp, dccp or udplite");
        }
    }

    /** Where an action may stand; a sub-chain is judged by who jumps to it. */
    private void chains(Action action) {
        var allowed = allowedChains(action);
        if (chain.isPresent() && !allowed.contains(chain.get())) {
            find(chain.get() == BaseChain.MACRO ? "chain" : action.getClass(), LineText.action(action).split(" ")[0]
                    + " cannot stand in " + chain.get() + "; it can in "
                    + String.join(", ", allowed.stream().map(BaseChain::toString).toList()));
        }
        var stages = allowedStages(action);
        if (rule.stage().isPresent() && !stages.contains(rule.stage().get())) {
            find("table", LineText.action(action).split(" ")[0] + " cannot stand in the table " + rule.stage().get()
                    + "; it can in " + String.join(", ", stages.stream().map(Stage::toString).toList()));
        }
    }

    /** The base chains in which the kernel takes an action. */
    public static List<BaseChain> allowedChains(Action action) {
        return switch (action) {
            case Action.Dnat it -> List.of(BaseChain.PREROUTING, BaseChain.OUTPUT);
            case Action.Redirect it -> List.of(BaseChain.PREROUTING, BaseChain.OUTPUT);
            case Action.Notrack it -> List.of(BaseChain.PREROUTING, BaseChain.OUTPUT);
            case Action.Snat it -> List.of(BaseChain.POSTROUTING, BaseChain.INPUT);
            case Action.Masquerade it -> List.of(BaseChain.POSTROUTING);
            case Action.Lookup it -> List.of(BaseChain.PREROUTING);
            case Action.Copy it -> List.of(BaseChain.MACRO);
            case Action.ClampMss it when it.bytes().isEmpty() -> List.of(BaseChain.FORWARD, BaseChain.OUTPUT,
                    BaseChain.POSTROUTING);
            case Action.Reject it -> List.of(BaseChain.PREROUTING, BaseChain.INPUT, BaseChain.FORWARD,
                    BaseChain.OUTPUT);
            default -> List.of(BaseChain.PREROUTING, BaseChain.INPUT, BaseChain.FORWARD, BaseChain.OUTPUT,
                    BaseChain.POSTROUTING);
        };
    }

    private static List<Stage> allowedStages(Action action) {
        return switch (action) {
            case Action.Notrack it -> List.of(Stage.RAW);
            case Action.Dnat it -> List.of(Stage.NAT);
            case Action.Snat it -> List.of(Stage.NAT);
            case Action.Masquerade it -> List.of(Stage.NAT);
            case Action.Redirect it -> List.of(Stage.NAT);
            case Action.Lookup it -> List.of(Stage.MANGLE);
            case Action.Drop it -> List.of(Stage.RAW, Stage.MANGLE, Stage.FILTER);
            case Action.Reject it -> List.of(Stage.MANGLE, Stage.FILTER);
            default -> List.of(Stage.values());
        };
    }

    private void lookup(Action.Lookup lookup) {
        var at = lookup.getClass();
        if (!lookup.through()) {
            if (lookup.from().isPresent()) {
                find(at, "`from` is for a lookup `through` a host; match the incoming interface");
            }
            return;
        }
        var device = rule.on(Subject.IN_INTERFACE).toList();
        boolean one = device.size() == 1 && !device.getFirst().negated()
                && device.getFirst().operands().size() == 1 && !device.getFirst().operands().getFirst().toString()
                .endsWith("*");
        boolean source = rule.on(Subject.SOURCE).findAny().isPresent();
        boolean destination = rule.on(Subject.DESTINATION).findAny().isPresent();
        boolean others = rule.conditions().stream().anyMatch(each -> switch (each.subject()) {
            case IN_INTERFACE, SOURCE, DESTINATION, MARK, FAMILY -> each.negated();
            default -> true;
        });
        if (!one || source == destination || others) {
            find(at, "a lookup through a host needs one incoming interface and either a source or a destination, and"
                    + " nothing else: the way back is made from them");
        } else if (source && lookup.from().isPresent()) {
            find(at, "`from` is for rules that speak of the destination; here the incoming interface says it");
        }
    }

    private void copy(Action.Copy copy) {
        for (var subject : List.of(Subject.IN_INTERFACE, Subject.OUT_INTERFACE, Subject.SOURCE_MAC,
                Subject.REVERSE_PATH)) {
            if (rule.on(subject).findAny().isPresent()) {
                find(subject, "a copy is of the interface that `from` names: leave this out");
            }
        }
        if (rule.actions().size() > 1) {
            find(copy.getClass(), "a copy stands alone in its rule");
        }
    }
}
