package dev.plumbline.intent;

import dev.plumbline.state.Family;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Binds one rule. The limits are the kernel's own ({@code net/core/fib_rules.c}), seen on Linux 6.18. */
final class RuleBinder {

    static final List<String> FIELDS = List.of("priority", "from", "to", "iif", "oif", "fwmark", "ipproto", "sport",
            "dport", "tos", "uidrange", "not", "lookup", "action", "goto", "l3mdev", "suppressPrefixLength",
            "suppressInterfaceGroup", "family");
    private static final List<String> DECISIONS = List.of("lookup", "action", "goto", "l3mdev");
    private static final List<String> SELECTORS =
            List.of("from", "to", "iif", "oif", "fwmark", "ipproto", "sport", "dport", "tos", "uidrange");
    private static final List<String> ACTIONS = List.of("blackhole", "unreachable", "prohibit", "nop");
    private static final Map<String, Long> KERNEL_TABLES =
            Map.of("main", Route.TABLE_MAIN, "local", Route.TABLE_LOCAL, "default", Route.TABLE_DEFAULT);
    private static final Pattern MARK =
            Pattern.compile("(0x[0-9a-fA-F]{1,16}|[0-9]{1,19})(?:/(0x[0-9a-fA-F]{1,16}|[0-9]{1,19}))?");
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,10})(?:-([0-9]{1,10}))?");
    /** All ones stands for "no user" in the kernel. */
    private static final long MAX_UID = 0xfffffffeL;
    /** The kernel refuses port 65535 in rules ({@code fib_rule_port_range_valid}). */
    private static final long MAX_PORT = 65534;
    /** All ones stands for "no group". */
    private static final long MAX_GROUP = 0xfffffffeL;
    private static final List<Family> BOTH = List.of(Family.IPV4, Family.IPV6);

    /** A rule of one family, and where it stands. */
    record Parsed(RoutingRule rule, Optional<String> table, int line, int column) {
    }

    private record Decision(RuleAction action, Optional<String> table) {
    }

    private final Values values;

    RuleBinder(Values values) {
        this.values = values;
    }

    /** The rule, once a family for which it holds; nothing if an error was reported. */
    List<Parsed> bind(Node node, FieldPath path) {
        int before = values.errors();
        var mapping = values.mapping(node, path, FIELDS);
        if (mapping == null) {
            return List.of();
        }
        long priority = priority(mapping, path);
        var from = prefix(mapping, "from", path);
        var to = prefix(mapping, "to", path);
        var families = families(mapping, path, from, to);
        var decision = decision(mapping, path, priority);
        var protocol = protocol(mapping, path);
        var rule = new RoutingRule(families.getFirst(), priority, values.flag(mapping, "not", path, false),
                Optional.ofNullable(from), Optional.ofNullable(to), device(mapping, "iif", path),
                device(mapping, "oif", path), mark(mapping, path), tos(mapping, path, families), protocol,
                range(mapping, "sport", path, 1, MAX_PORT), range(mapping, "dport", path, 1, MAX_PORT),
                range(mapping, "uidrange", path, 0, MAX_UID), decision.action, suppressPrefix(mapping, path, families),
                suppressGroup(mapping, path), Protocol.PLUMBLINE, List.of());
        checkSuppress(mapping, path, decision);
        if (values.errors() != before) {
            return List.of();
        }
        checkSense(mapping, path, rule);
        var parsed = new ArrayList<Parsed>(families.size());
        for (var family : families) {
            var own = family == rule.family() ? rule : inFamily(rule, family);
            checkDefaultRule(mapping, path, own);
            parsed.add(new Parsed(own, decision.table, mapping.line(), mapping.column()));
        }
        return parsed;
    }

    /** The same rule for another family. */
    static RoutingRule inFamily(RoutingRule rule, Family family) {
        return new RoutingRule(family, rule.priority(), rule.not(), rule.from(), rule.to(), rule.iif(), rule.oif(),
                rule.mark(), rule.tos(), rule.ipProtocol(), rule.sourcePort(), rule.destinationPort(), rule.uids(),
                rule.action(), rule.suppressPrefixLength(), rule.suppressInterfaceGroup(), rule.protocol(),
                rule.other());
    }

    private long priority(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("priority");
        var field = path.field("priority");
        if (node == null) {
            values.required(mapping, "priority", path, FIELDS, "priority: 1000");
            return 0;
        }
        long priority = values.integer(node, field, 0, Values.MAX_U32).orElse(-1);
        if (priority == 0) {
            values.error(node, field, "0 comes right after the kernel's own rule for the `local` table and hides all"
                    + " others; write a number from 1 to 4294967295");
        }
        return Math.max(priority, 0);
    }

    private @Nullable Prefix prefix(Node.Mapping mapping, String name, FieldPath path) {
        var node = mapping.get(name);
        return node == null || isAll(node) ? null : values.prefix(node, path.field(name), "all");
    }

    private static boolean isAll(Node node) {
        return node instanceof Node.Scalar scalar && scalar.text().equals("all");
    }

    private List<Family> families(Node.Mapping mapping, FieldPath path, @Nullable Prefix from, @Nullable Prefix to) {
        var node = mapping.get("family");
        var word = node == null ? null : values.word(node, path.field("family"), List.of("ipv4", "ipv6"));
        Family family = word == null ? null : word.equals("ipv4") ? Family.IPV4 : Family.IPV6;
        family = agree(mapping, "from", path, from, family, "`family`");
        family = agree(mapping, "to", path, to, family, from == null ? "`family`" : "`from`");
        return family == null ? BOTH : List.of(family);
    }

    private @Nullable Family agree(Node.Mapping mapping, String field, FieldPath path, @Nullable Prefix prefix,
            @Nullable Family known, String knownFrom) {
        if (prefix == null) {
            return known;
        }
        if (known != null && known != prefix.family()) {
            values.error(Objects.requireNonNull(mapping.get(field)), path.field(field),
                    (prefix.isHost() ? prefix.address() : prefix) + " is "
                    + RouteBinder.name(prefix.family()) + ", but " + knownFrom + " says " + RouteBinder.name(known));
        }
        return prefix.family();
    }

    private String device(Node.Mapping mapping, String field, FieldPath path) {
        var node = mapping.get(field);
        var name = node == null ? null : values.device(node, path.field(field));
        return name == null ? "" : name;
    }

    private Optional<RoutingRule.Mark> mark(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("fwmark");
        if (node == null) {
            return Optional.empty();
        }
        var field = path.field("fwmark");
        var matcher = node instanceof Node.Scalar scalar ? MARK.matcher(scalar.text()) : null;
        if (matcher == null || !matcher.matches() || ((Node.Scalar) node).isFloat()) {
            values.error(node, field, "expected a mark such as 0x10 or 16, or mark and mask such as 0x10/0xff; found "
                    + node);
            return Optional.empty();
        }
        if (!((Node.Scalar) node).plain() && matcher.group(2) == null) {
            values.error(node, field, "expected a number; found " + node + "; leave out the quotes");
            return Optional.empty();
        }
        long value = number(matcher.group(1));
        long mask = matcher.group(2) == null ? Values.MAX_U32 : number(matcher.group(2));
        if (value < 0 || value > Values.MAX_U32 || mask < 0 || mask > Values.MAX_U32) {
            values.error(node, field, "a mark and its mask have 32 bits; found " + node);
        } else if (mask == 0) {
            values.error(node, field, "a mask of 0 looks at no bit: every packet matches; leave `fwmark` out");
        } else if ((value & ~mask) != 0) {
            values.error(node, field, "the mark has bits outside its mask, so that no packet can match; write 0x"
                    + Long.toHexString(value & mask) + "/0x" + Long.toHexString(mask) + ", or widen the mask");
        }
        return Optional.of(new RoutingRule.Mark(value, mask));
    }

    /** The protocol's name, or its number. */
    private static long number(String text) {
        try {
            return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException tooLong) {
            return -1;
        }
    }

    private OptionalInt protocol(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("ipproto");
        if (node == null) {
            return OptionalInt.empty();
        }
        var field = path.field("ipproto");
        if (node instanceof Node.Scalar scalar && scalar.isText() && !scalar.text().matches("[0-9]+")) {
            var known = IpProtocol.number(scalar.text());
            if (known.isPresent()) {
                return known;
            }
            values.error(node, field, "unknown protocol " + node + Spelling.hint(scalar.text(),
                    IpProtocol.names()) + "; or write its number");
            return OptionalInt.empty();
        }
        var number = values.integer(node, field, 1, 255);
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    private Optional<RoutingRule.Range> range(Node.Mapping mapping, String name, FieldPath path, long least,
            long most) {
        var node = mapping.get(name);
        if (node == null) {
            return Optional.empty();
        }
        var field = path.field(name);
        var matcher = node instanceof Node.Scalar scalar ? RANGE.matcher(scalar.text()) : null;
        if (matcher == null || !matcher.matches() || ((Node.Scalar) node).isFloat()) {
            values.error(node, field, "expected a number from " + least + " to " + most
                    + ", or a range such as 1000-2000; found " + node);
            return Optional.empty();
        }
        if (!((Node.Scalar) node).plain() && matcher.group(2) == null) {
            values.error(node, field, "expected a number; found " + node + "; leave out the quotes");
            return Optional.empty();
        }
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2) == null ? first : Long.parseLong(matcher.group(2));
        if (first < least || last > most || first > most) {
            values.error(node, field, "expected numbers from " + least + " to " + most + "; found " + node);
        } else if (first > last) {
            values.error(node, field, "the range ends before it begins; write " + last + "-" + first);
        }
        return Optional.of(new RoutingRule.Range(first, last));
    }

    /** IPv4 rules match the old type of service alone ({@code IPTOS_TOS_MASK}); IPv6 rules all but the ECN bits. */
    private int tos(Node.Mapping mapping, FieldPath path, List<Family> families) {
        var node = mapping.get("tos");
        if (node == null) {
            return 0;
        }
        var field = path.field("tos");
        var value = values.integer(node, field, 0, 255);
        if (value.isEmpty()) {
            return 0;
        }
        int tos = (int) value.getAsLong();
        if ((tos & 3) != 0) {
            values.error(node, field, "the two lowest bits of " + node + " are ECN bits, which the kernel refuses here;"
                    + " write 0x" + Integer.toHexString(tos & ~3));
        } else if (families.contains(Family.IPV4) && (tos & ~0x1c) != 0) {
            values.error(node, field, "an IPv4 rule can match the bits 0x1c of the tos only; found " + node
                    + (families.size() > 1 ? "; write family: ipv6 if the rule is for IPv6" : ""));
        }
        return tos;
    }

    private Decision decision(Node.Mapping mapping, FieldPath path, long priority) {
        var none = new Decision(new RuleAction.Nop(), Optional.empty());
        var l3mdevNode = mapping.get("l3mdev");
        boolean l3mdev = values.flag(mapping, "l3mdev", path, false);
        var given = DECISIONS.stream().filter(name -> mapping.get(name) != null && (!name.equals("l3mdev") || l3mdev))
                .toList();
        if (given.isEmpty() && values.isMisspelt(mapping, DECISIONS, FIELDS)) {
            return none;
        }
        if (given.size() != 1) {
            var at = given.size() > 1 ? Objects.requireNonNull(mapping.get(given.get(1)))
                    : l3mdevNode != null ? l3mdevNode : mapping;
            values.error(at, given.size() > 1 ? path.field(given.get(1)) : path, given.isEmpty()
                    ? "the rule decides nothing; give it one of lookup, action, goto, l3mdev"
                    : "a rule decides one thing; it has " + String.join(" and ", given));
            return none;
        }
        var node = mapping.get(given.getFirst());
        var field = path.field(given.getFirst());
        if (node == null) {
            return none;
        }
        return switch (given.getFirst()) {
            case "lookup" -> lookup(node, field);
            case "action" -> action(node, field);
            case "goto" -> jump(node, field, priority);
            default -> new Decision(new RuleAction.L3mdev(), Optional.empty());
        };
    }

    private Decision lookup(Node node, FieldPath path) {
        if (node instanceof Node.Scalar scalar && (scalar.isInteger() || scalar.isFloat())) {
            long number = values.integer(node, path, 1, Values.MAX_U32).orElse(0);
            return new Decision(new RuleAction.Lookup(number), Optional.empty());
        }
        var name = values.tableName(node, path, "a table's number or name");
        var number = name == null ? null : KERNEL_TABLES.get(name);
        return number != null ? new Decision(new RuleAction.Lookup(number), Optional.empty())
                : new Decision(new RuleAction.Lookup(0), Optional.ofNullable(name));
    }

    private Decision action(Node node, FieldPath path) {
        var word = values.word(node, path, ACTIONS);
        RuleAction action = word == null ? new RuleAction.Nop() : switch (word) {
            case "blackhole" -> new RuleAction.Blackhole();
            case "unreachable" -> new RuleAction.Unreachable();
            case "prohibit" -> new RuleAction.Prohibit();
            default -> new RuleAction.Nop();
        };
        return new Decision(action, Optional.empty());
    }

    private Decision jump(Node node, FieldPath path, long priority) {
        long target = values.integer(node, path, 1, Values.MAX_U32).orElse(-1);
        if (target >= 0 && target <= priority) {
            values.error(node, path, "a rule can only go on to a later one; " + target
                    + " is not above its own priority " + priority);
        }
        return new Decision(new RuleAction.Goto(Math.max(target, 0)), Optional.empty());
    }

    private OptionalInt suppressPrefix(Node.Mapping mapping, FieldPath path, List<Family> families) {
        var node = mapping.get("suppressPrefixLength");
        if (node == null) {
            return OptionalInt.empty();
        }
        int most = families.contains(Family.IPV4) ? 32 : 128;
        var value = values.integer(node, path.field("suppressPrefixLength"), 0, most);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    private OptionalLong suppressGroup(Node.Mapping mapping, FieldPath path) {
        var node = mapping.get("suppressInterfaceGroup");
        return node == null ? OptionalLong.empty()
                : values.integer(node, path.field("suppressInterfaceGroup"), 0, MAX_GROUP);
    }

    private void checkSuppress(Node.Mapping mapping, FieldPath path, Decision decision) {
        boolean finds = decision.action instanceof RuleAction.Lookup || decision.action instanceof RuleAction.L3mdev;
        for (var field : List.of("suppressPrefixLength", "suppressInterfaceGroup")) {
            var node = mapping.get(field);
            if (node != null && !finds) {
                values.error(node, path.field(field),
                        "refuses routes that `lookup` or `l3mdev` found; this rule finds none");
            }
        }
    }

    private void checkSense(Node.Mapping mapping, FieldPath path, RoutingRule rule) {
        for (var field : List.of("sport", "dport")) {
            var node = mapping.get(field);
            if (node != null && rule.ipProtocol().isPresent() && !IpProtocol.hasPorts(rule.ipProtocol().getAsInt())) {
                values.warning(node, path.field(field), "protocol " + rule.ipProtocol().getAsInt()
                        + " has no ports: the rule may match nothing");
            }
        }
        var not = mapping.get("not");
        if (rule.not() && not != null && rule.withNot(false).selector().equals("from all")) {
            values.warning(not, path.field("not"), "`not` without a selector matches no packet");
        }
    }

    /** The rules that the kernel makes itself: 32766 to main, and 32767 to default for IPv4. */
    private void checkDefaultRule(Node.Mapping mapping, FieldPath path, RoutingRule rule) {
        boolean everything = SELECTORS.stream().allMatch(name -> mapping.get(name) == null
                || (name.equals("from") || name.equals("to")) && isAll(Objects.requireNonNull(mapping.get(name))));
        boolean same = rule.priority() == 32766 && rule.table().equals(OptionalLong.of(Route.TABLE_MAIN))
                || rule.priority() == 32767 && rule.family() == Family.IPV4
                && rule.table().equals(OptionalLong.of(Route.TABLE_DEFAULT));
        if (same && everything && !rule.not()) {
            values.error(mapping, path, "the kernel has this very rule by itself; leave it out");
        }
    }
}
