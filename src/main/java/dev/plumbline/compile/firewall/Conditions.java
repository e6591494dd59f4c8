package dev.plumbline.compile.firewall;

import dev.plumbline.intent.IpProtocol;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.RuleCheck;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Family;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Field;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.Match.Values;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a rule's conditions are in nftables, but for rates, which count what all the others have let through. */
final class Conditions {

    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final int SOURCE_REWRITTEN = 16;

    /**
     * One way in which the conditions hold: if all of these do.
     *
     * @param family the one whose packets are meant; absent for either
     */
    record Alternative(Optional<Family> family, List<Match> matches) {
        Alternative {
            matches = List.copyOf(matches);
        }
    }

    private final FirewallRule rule;
    private final NamedSets sets;

    private Conditions(FirewallRule rule, NamedSets sets) {
        this.rule = rule;
        this.sets = sets;
    }

    /**
     * The ways in which a rule's conditions hold: several where one test of nftables cannot say it.
     *
     * @param rule one without variables
     * @param within the families of the table
     */
    static List<Alternative> of(FirewallRule rule, NamedSets sets, Set<Family> within) throws UntranslatableException {
        return new Conditions(rule, sets).alternatives(within);
    }

    private List<Alternative> alternatives(Set<Family> within) throws UntranslatableException {
        var families = families();
        families.retainAll(within);
        if (families.isEmpty()) {
            throw new UntranslatableException("the rule is of IPv4 and of IPv6 at once: no packet is both");
        }
        boolean either = families.size() > 1 && !speaksOfAddresses();
        var alternatives = new ArrayList<Alternative>();
        for (var family : families) {
            var one = either ? Optional.<Family>empty()
                    : families.size() == 1 && within.size() == 1 ? Optional.<Family>empty() : Optional.of(family);
            for (var matches : combined(family)) {
                alternatives.add(new Alternative(one, matches));
            }
            if (either) {
                break;
            }
        }
        return alternatives;
    }

    private Set<Family> families() throws UntranslatableException {
        var families = EnumSet.noneOf(Family.class);
        families.addAll(RuleCheck.families(rule));
        for (var condition : rule.conditions()) {
            var own = EnumSet.noneOf(Family.class);
            switch (condition.subject()) {
                case SOURCE, DESTINATION -> {
                    for (var operand : condition.operands()) {
                        own.add(family(operand));
                    }
                    families.retainAll(own);
                }
                case SET -> {
                    var family = NamedSets.family(sets.fields((Operand.SetMatch) condition.operands().getFirst()));
                    family.ifPresent(own::add);
                    if (family.isPresent()) {
                        families.retainAll(own);
                    }
                }
                default -> { }
            }
        }
        return families;
    }

    private Family family(Operand operand) throws UntranslatableException {
        return switch (operand) {
            case Operand.Network network -> network.prefix().family();
            case Operand.Addresses range -> range.from().family();
            case Operand.InSet set -> sets.family(set);
            default -> throw new IllegalArgumentException("no address: " + operand);
        };
    }

    private boolean speaksOfAddresses() {
        return rule.speaksOf(Subject.SOURCE) || rule.speaksOf(Subject.DESTINATION)
                || rewritesPortsAlone(rule.actions().getLast());
    }

    /** Its expression speaks of a family even so. */
    private static boolean rewritesPortsAlone(Action action) {
        var to = action instanceof Action.Dnat dnat ? dnat.to() : action instanceof Action.Snat snat ? snat.to() : null;
        return to instanceof Operand.Endpoint endpoint && endpoint.addresses().isEmpty();
    }

    private List<List<Match>> combined(Family family) throws UntranslatableException {
        List<List<Match>> ways = List.of(List.of());
        for (var condition : rule.conditions()) {
            var tests = tests(condition, family);
            var next = new ArrayList<List<Match>>();
            for (var way : ways) {
                if (condition.negated() || tests.size() < 2) {
                    next.add(joined(way, tests));
                } else {
                    tests.forEach(test -> next.add(joined(way, List.of(test))));
                }
            }
            ways = next;
        }
        boolean once = rule.actions().getLast() instanceof Action.Masquerade it && it.once();
        return once ? ways.stream().map(way -> joined(way, List.of(new Match.CtStatus(SOURCE_REWRITTEN, true))))
                .toList() : ways;
    }

    private static List<Match> joined(List<Match> some, List<Match> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** Any of these holds; of a negated condition all of these. */
    private List<Match> tests(Condition condition, Family family) throws UntranslatableException {
        var operands = condition.operands();
        boolean not = condition.negated();
        return switch (condition.subject()) {
            case FAMILY -> List.of(new Match.NetworkFamily(family));
            case IN_INTERFACE -> devices(Field.IN_INTERFACE, operands, not);
            case OUT_INTERFACE -> devices(Field.OUT_INTERFACE, operands, not);
            case SOURCE -> addresses(Field.source(family), operands, family, not);
            case DESTINATION -> addresses(Field.destination(family), operands, family, not);
            case PROTOCOL -> !not && isImplied() ? List.of() : List.of(Match.protocols(operands.stream()
                    .map(each -> ((Operand.Protocol) each).number()).toList(), not));
            case SOURCE_PORT -> ports(Field.SOURCE_PORT, operands, not);
            case DESTINATION_PORT -> ports(Field.DESTINATION_PORT, operands, not);
            case ICMP_TYPE, ICMPV6_TYPE -> icmp(operands, not);
            case TCP_FLAGS -> {
                var flags = (Operand.TcpFlags) operands.getFirst();
                yield List.of(new Match.TcpFlags(flags.set(), flags.of(), not));
            }
            case MARK -> mark(Field.MARK, (Operand.Masked) operands.getFirst(), not);
            case CT_MARK -> mark(Field.CT_MARK, (Operand.Masked) operands.getFirst(), not);
            case CT_STATE -> List.of(new Match.CtState(operands.stream().mapToInt(Conditions::ctState)
                    .reduce(0, (a, b) -> a | b), not));
            case PACKET_TYPE -> grouped(Field.PACKET_TYPE, operands.stream().<Values>map(each ->
                    new Values.One(Bytes.u8(packetType(each)))).toList(), List.of(), not);
            case SOURCE_MAC -> grouped(Field.SOURCE_MAC, operands.stream().<Values>map(each ->
                    new Values.One(Bytes.of(MAC.parseHex(((Operand.Mac) each).address())))).toList(), List.of(), not);
            case DESTINATION_TYPE -> operands.stream().<Match>map(each ->
                    new Match.DestinationType(addressType(each), not)).toList();
            case REVERSE_PATH -> {
                var word = operands.getFirst().toString();
                yield List.of(new Match.ReversePath(word.endsWith("with mark"), word.startsWith("exists")));
            }
            case SET -> set((Operand.SetMatch) operands.getFirst(), not);
            case LIMIT -> List.of();
        };
    }

    /** The test of an ICMP type says the protocol. */
    private boolean isImplied() {
        return rule.speaksOf(Subject.ICMP_TYPE) || rule.speaksOf(Subject.ICMPV6_TYPE);
    }

    private static List<Match> grouped(Field field, List<Values> together, List<Values> alone, boolean not) {
        var tests = new ArrayList<Match>();
        if (!together.isEmpty()) {
            tests.add(new Match.Is(field, Match.any(together), not));
        }
        alone.forEach(values -> tests.add(new Match.Is(field, values, not)));
        return tests;
    }

    private static List<Match> devices(Field field, List<Operand> operands, boolean not) {
        var whole = new ArrayList<Values>();
        var beginnings = new ArrayList<Values>();
        for (var operand : operands) {
            var name = operand.toString();
            if (name.endsWith("*")) {
                beginnings.add(new Values.Beginning(Bytes.text(name.substring(0, name.length() - 1), 0)));
            } else {
                whole.add(new Values.One(Bytes.text(name, DataType.IFNAME.length())));
            }
        }
        return grouped(field, whole, beginnings, not);
    }

    private List<Match> addresses(Field field, List<Operand> operands, Family family, boolean not)
            throws UntranslatableException {
        var written = new ArrayList<Values>();
        var named = new ArrayList<Values>();
        for (var operand : operands) {
            if (family(operand) != family) {
                continue;
            }
            switch (operand) {
                case Operand.Network network when not && network.prefix().isDefault() ->
                    throw new UntranslatableException("nothing lies outside of " + network + ": the rule never holds;"
                            + " leave it out");
                case Operand.Network network -> written.add(Match.values(network.prefix()));
                case Operand.Addresses range -> written.add(Match.values(range.from(), range.to()));
                default -> named.add(new Values.InSet(operand.toString()));
            }
        }
        return grouped(field, written, named, not);
    }

    private List<Match> ports(Field field, List<Operand> operands, boolean not) throws UntranslatableException {
        var written = new ArrayList<Values>();
        var named = new ArrayList<Values>();
        for (var operand : operands) {
            if (operand instanceof Operand.InSet set) {
                sets.checkPorts(set);
                named.add(new Values.InSet(set.name()));
            } else {
                var ports = (Operand.Ports) operand;
                written.add(Match.ports(ports.from(), ports.to()));
            }
        }
        return grouped(field, written, named, not);
    }

    private static List<Match> icmp(List<Operand> operands, boolean not) {
        var tests = new ArrayList<Match>();
        var types = new ArrayList<Values>();
        boolean v6 = false;
        for (var operand : operands) {
            var icmp = (Operand.Icmp) operand;
            v6 = icmp.v6();
            if (icmp.code().isPresent()) {
                tests.add(new Match.Icmp(v6 ? Family.IPV6 : Family.IPV4, icmp.type(),
                        Optional.of(icmp.code().getAsInt()), not));
            } else {
                types.add(new Values.One(Bytes.u8(icmp.type())));
            }
        }
        tests.addAll(0, grouped(v6 ? Field.ICMPV6_TYPE : Field.ICMP_TYPE, types, List.of(), not));
        return tests;
    }

    private static List<Match> mark(Field field, Operand.Masked mark, boolean not) {
        return List.of(mark.mask() == Operand.Masked.ALL
                ? new Match.Is(field, new Values.One(Bytes.host32(mark.value())), not)
                : new Match.MarkBits(field == Field.CT_MARK, mark.value(), mark.mask(), not));
    }

    private List<Match> set(Operand.SetMatch match, boolean not) throws UntranslatableException {
        var fields = sets.fields(match);
        boolean ports = fields.contains(Field.SOURCE_PORT) || fields.contains(Field.DESTINATION_PORT);
        if (ports && !fields.contains(Field.PROTOCOL) && !saysProtocolWithPorts()) {
            throw new UntranslatableException("the set `" + match.name() + "` has ports, and those need a protocol that"
                    + " has them: match `protocol` too, or give the set a field inet_proto");
        }
        return List.of(fields.size() == 1 ? new Match.Is(fields.getFirst(), new Values.InSet(match.name()), not)
                : new Match.Together(fields, match.name(), not));
    }

    private boolean saysProtocolWithPorts() {
        return rule.on(Subject.PROTOCOL).anyMatch(each -> !each.negated() && each.operands().stream().allMatch(one ->
                IpProtocol.hasPorts(((Operand.Protocol) one).number())));
    }

    private static int ctState(Operand operand) {
        return switch (operand.toString()) {
            case "invalid" -> Match.CtState.INVALID;
            case "established" -> Match.CtState.ESTABLISHED;
            case "related" -> Match.CtState.RELATED;
            case "new" -> Match.CtState.NEW;
            default -> Match.CtState.UNTRACKED;
        };
    }

    /** {@code PACKET_*}. */
    private static int packetType(Operand operand) {
        return switch (operand.toString()) {
            case "unicast" -> 0;
            case "broadcast" -> 1;
            default -> 2;
        };
    }

    /** {@code RTN_*}. */
    private static int addressType(Operand operand) {
        return switch (operand.toString()) {
            case "unicast" -> 1;
            case "local" -> 2;
            case "broadcast" -> 3;
            case "anycast" -> 4;
            case "multicast" -> 5;
            case "blackhole" -> 6;
            case "unreachable" -> 7;
            default -> 8;
        };
    }
}
