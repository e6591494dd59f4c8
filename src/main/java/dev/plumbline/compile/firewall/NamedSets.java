package dev.plumbline.compile.firewall;

import dev.plumbline.intent.Spelling;
import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.Operand.Side;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Family;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The named sets of a firewall: whether a rule can use them so. */
public final class NamedSets {

    private final Map<String, FirewallSet> sets = new LinkedHashMap<>();

    /** Of sets with one name the first counts. */
    public NamedSets(List<FirewallSet> sets) {
        sets.forEach(set -> this.sets.putIfAbsent(set.name(), set));
    }

    public Optional<FirewallSet> named(String name) {
        return Optional.ofNullable(sets.get(name));
    }

    private FirewallSet known(String name) throws UntranslatableException {
        var set = sets.get(name);
        if (set == null) {
            throw new UntranslatableException("there is no set `" + name + "`" + (sets.isEmpty()
                    ? "; write it under `sets`" : Spelling.hint(name, sets.keySet())));
        }
        return set;
    }

    /** The family of a set of addresses. */
    Family family(Operand.InSet operand) throws UntranslatableException {
        var set = known(operand.name());
        if (set.type().equals(List.of(DataType.IPV4_ADDR))) {
            return Family.IPV4;
        }
        if (set.type().equals(List.of(DataType.IPV6_ADDR))) {
            return Family.IPV6;
        }
        throw unsuited(set, "addresses");
    }

    /** @throws UntranslatableException if it is no set of ports */
    void checkPorts(Operand.InSet operand) throws UntranslatableException {
        var set = known(operand.name());
        if (!set.type().equals(List.of(DataType.INET_SERVICE))) {
            throw unsuited(set, "ports");
        }
    }

    private static UntranslatableException unsuited(FirewallSet set, String what) {
        return new UntranslatableException("the set `" + set.name() + "` is of " + type(set) + ", not of " + what
                + (set.type().size() > 1 ? "; match its fields together: `set: " + set.name() + " "
                + set.type().stream().filter(NamedSets::hasSide).map(each -> "dst").collect(Collectors.joining(","))
                + "`" : ""));
    }

    private static String type(FirewallSet set) {
        return set.type().stream().map(DataType::toString).collect(Collectors.joining(" . "));
    }

    private static boolean hasSide(DataType type) {
        return type != DataType.INET_PROTO;
    }

    /** What of a packet the fields of a set's key are compared with. */
    List<Field> fields(Operand.SetMatch match) throws UntranslatableException {
        var set = known(match.name());
        long sides = set.type().stream().filter(NamedSets::hasSide).count();
        if (match.sides().size() != sides) {
            throw new UntranslatableException("the set `" + set.name() + "` is of " + type(set) + ": it needs " + sides
                    + " of src and dst, one for each field but a protocol; found " + match.sides().size());
        }
        var fields = new ArrayList<Field>();
        int next = 0;
        for (var type : set.type()) {
            fields.add(field(type, hasSide(type) ? match.sides().get(next++) : Side.SOURCE));
        }
        return fields;
    }

    private static Field field(DataType type, Side side) {
        boolean source = side == Side.SOURCE;
        return switch (type) {
            case IPV4_ADDR -> source ? Field.SOURCE_IPV4 : Field.DESTINATION_IPV4;
            case IPV6_ADDR -> source ? Field.SOURCE_IPV6 : Field.DESTINATION_IPV6;
            case ETHER_ADDR -> source ? Field.SOURCE_MAC : Field.DESTINATION_MAC;
            case INET_PROTO -> Field.PROTOCOL;
            case INET_SERVICE -> source ? Field.SOURCE_PORT : Field.DESTINATION_PORT;
            case MARK -> Field.MARK;
            case IFNAME -> source ? Field.IN_INTERFACE : Field.OUT_INTERFACE;
            default -> throw new IllegalArgumentException("no set of " + type);
        };
    }

    /** The families whose packets can be in a set. */
    static Optional<Family> family(List<Field> fields) throws UntranslatableException {
        boolean v4 = fields.contains(Field.SOURCE_IPV4) || fields.contains(Field.DESTINATION_IPV4);
        boolean v6 = fields.contains(Field.SOURCE_IPV6) || fields.contains(Field.DESTINATION_IPV6);
        if (v4 && v6) {
            throw new UntranslatableException("no packet has addresses of both families");
        }
        return v4 ? Optional.of(Family.IPV4) : v6 ? Optional.of(Family.IPV6) : Optional.empty();
    }
}
