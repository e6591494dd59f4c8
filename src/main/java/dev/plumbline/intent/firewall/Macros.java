package dev.plumbline.intent.firewall;

import dev.plumbline.intent.firewall.Action.CopyDirection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the actions of VNS3 stand for that become several rules. */
public final class Macros {

    private static final Operand UNMARKED = new Operand.Masked(0, Operand.Masked.ALL);

    private Macros() {
    }

    /** Whether the incoming interface of a lookup through a host is to be found in the routes of its table. */
    public static boolean needsRoute(FirewallRule rule) {
        return rule.ending().orElse(null) instanceof Action.Lookup lookup && lookup.through()
                && lookup.from().isEmpty() && rule.on(Subject.SOURCE).findAny().isEmpty();
    }

    /**
     * The four rules of a lookup through a host, in the form of VNS3 5.2.4: what comes in is neither tracked nor looked
     * up anywhere else, and so is what comes back from the host.
     *
     * @param rule a checked one
     * @param incoming the interface of the network, where {@link #needsRoute}
     * @throws MalformedException if an interface cannot be known; its offset says nothing
     */
    public static List<FirewallRule> through(FirewallRule rule, Optional<String> incoming) throws MalformedException {
        if (!(rule.ending().orElse(null) instanceof Action.Lookup lookup) || !lookup.through()) {
            throw new IllegalArgumentException("no lookup through a host: " + rule);
        }
        var ownDevice = rule.on(Subject.IN_INTERFACE).findFirst().orElseThrow().operands();
        var source = rule.on(Subject.SOURCE).findFirst();
        var network = source.or(() -> rule.on(Subject.DESTINATION).findFirst()).orElseThrow().operands();
        List<Operand> in = ownDevice;
        List<Operand> back = ownDevice;
        if (source.isPresent()) {
            back = List.of(tableDevice(lookup));
        } else {
            var from = lookup.from().or(() -> incoming).orElseThrow(() -> new MalformedException(0,
                    "the incoming interface is not known: the table " + lookup.table() + " has no route to "
                            + String.join(", ", network.stream().map(Operand::toString).toList())
                            + "; write the interface behind --from (`from:`), or the rule with -i of that interface and"
                            + " -s"));
            in = List.of(new Operand.Interface(from));
        }
        var rules = new ArrayList<FirewallRule>();
        half(rule, lookup, in, new Condition(Subject.SOURCE, false, network), rules);
        half(rule, lookup, back, new Condition(Subject.DESTINATION, false, network), rules);
        return rules;
    }

    private static Operand tableDevice(Action.Lookup lookup) throws MalformedException {
        if (lookup.table().chars().allMatch(Character::isDigit)) {
            throw new MalformedException(0, "a table by number does not say by which interface the traffic comes back;"
                    + " write its name, which is that of the interface");
        }
        return OperandParser.device(lookup.table());
    }

    private static void half(FirewallRule rule, Action.Lookup lookup, List<Operand> device, Condition network,
            List<FirewallRule> into) {
        var conditions = new ArrayList<Condition>();
        rule.on(Subject.FAMILY).forEach(conditions::add);
        conditions.add(new Condition(Subject.IN_INTERFACE, false, device));
        conditions.add(network);
        into.add(with(rule, conditions, new Action.Notrack()));
        conditions.add(rule.on(Subject.MARK).findFirst().orElse(new Condition(Subject.MARK, false, List.of(UNMARKED))));
        into.add(with(rule, conditions, new Action.Lookup(lookup.table(), false, Optional.empty())));
    }

    private static FirewallRule with(FirewallRule rule, List<Condition> conditions, Action action) {
        return new FirewallRule(rule.chain(), Optional.empty(), conditions, List.of(action), rule.comment(),
                rule.expires(), rule.disabled(), rule.origin());
    }

    /**
     * One place where packets are copied.
     *
     * @param chain prerouting for what comes in, postrouting for what leaves
     * @param conditions with the interface, and as that way's packets have them
     */
    public record CopyPlace(BaseChain chain, List<Condition> conditions, Operand to) {
        public CopyPlace {
            conditions = List.copyOf(conditions);
        }
    }

    /** The one or two places of a copy. */
    public static List<CopyPlace> copies(FirewallRule rule) {
        if (!(rule.ending().orElse(null) instanceof Action.Copy copy)) {
            throw new IllegalArgumentException("no copy: " + rule);
        }
        var device = List.<Operand>of(new Operand.Interface(copy.from()));
        var places = new ArrayList<CopyPlace>();
        if (copy.direction() != CopyDirection.OUTBOUND) {
            var conditions = new ArrayList<>(rule.conditions());
            conditions.addFirst(new Condition(Subject.IN_INTERFACE, false, device));
            places.add(new CopyPlace(BaseChain.PREROUTING, conditions, copy.to()));
        }
        if (copy.direction() != CopyDirection.INBOUND) {
            var conditions = new ArrayList<>(mirrored(rule.conditions()));
            conditions.addFirst(new Condition(Subject.OUT_INTERFACE, false, device));
            places.add(new CopyPlace(BaseChain.POSTROUTING, conditions, copy.to()));
        }
        return places;
    }

    /** The same with source and destination changed. */
    static List<Condition> mirrored(List<Condition> conditions) {
        return conditions.stream().map(Macros::mirrored)
                .sorted((one, two) -> one.subject().compareTo(two.subject())).toList();
    }

    private static Condition mirrored(Condition condition) {
        return switch (condition.subject()) {
            case SOURCE -> as(Subject.DESTINATION, condition);
            case DESTINATION -> as(Subject.SOURCE, condition);
            case SOURCE_PORT -> as(Subject.DESTINATION_PORT, condition);
            case DESTINATION_PORT -> as(Subject.SOURCE_PORT, condition);
            case SET -> new Condition(Subject.SET, condition.negated(), condition.operands().stream()
                    .map(Macros::mirrored).toList());
            default -> condition;
        };
    }

    private static Condition as(Subject subject, Condition condition) {
        return new Condition(subject, condition.negated(), condition.operands());
    }

    private static Operand mirrored(Operand operand) {
        return operand instanceof Operand.SetMatch match ? new Operand.SetMatch(match.name(), match.sides().stream()
                .map(side -> side == Operand.Side.SOURCE ? Operand.Side.DESTINATION : Operand.Side.SOURCE).toList())
                : operand;
    }
}
