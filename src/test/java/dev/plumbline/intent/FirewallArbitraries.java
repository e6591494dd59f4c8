package dev.plumbline.intent;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.ActionValues;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.ElementText;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.OperandParser;
import dev.plumbline.intent.firewall.RejectType;
import dev.plumbline.intent.firewall.RuleCheck;
import dev.plumbline.intent.firewall.Stage;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.SetElements;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** Valid firewalls in the form that the parser gives. */
public final class FirewallArbitraries {

    private static final Origin NOWHERE = new Origin("", "", 1, 1);
    private static final Map<Subject, List<String>> VALUES = Map.ofEntries(
            Map.entry(Subject.FAMILY, List.of("ipv4", "ipv6")),
            Map.entry(Subject.IN_INTERFACE, List.of("eth0", "tun*", "no", "0x1", "a{b", "é", "${if}", "#x", "~")),
            Map.entry(Subject.OUT_INTERFACE, List.of("eth1", "br-lan", "null", "net1.100", "&x", "%")),
            Map.entry(Subject.SOURCE, List.of("10.0.0.0/8", "192.0.2.1", "0.0.0.0/0", "192.0.2.1-192.0.2.9", "blocked",
                    "2001:db8::/32", "::1", "fe80::", "${net}", "${a}/24", "no", "_x.y-z")),
            Map.entry(Subject.DESTINATION, List.of("198.51.100.3", "2001:db8::1-2001:db8::9", "web", "${b}")),
            Map.entry(Subject.PROTOCOL, List.of("tcp", "udp", "icmp", "ipv6-icmp", "gre", "255", "sctp", "${p}")),
            Map.entry(Subject.SOURCE_PORT, List.of("0", "1024-65535", "ports", "${port}")),
            Map.entry(Subject.DESTINATION_PORT, List.of("22", "443", "1000-2000", "65535", "services")),
            Map.entry(Subject.ICMP_TYPE, List.of("echo-request", "3/9", "port-unreachable", "250")),
            Map.entry(Subject.ICMPV6_TYPE, List.of("packet-too-big", "neighbour-solicitation", "1/6")),
            Map.entry(Subject.TCP_FLAGS, List.of("syn/fin,syn,rst,ack", "none/fin,syn,rst,psh,ack,urg", "syn/syn")),
            Map.entry(Subject.MARK, List.of("0x0", "0x10/0xff", "0xffffffff", "${mark}")),
            Map.entry(Subject.CT_STATE, List.of("new", "established", "related", "invalid", "untracked", "${State}")),
            Map.entry(Subject.CT_MARK, List.of("0x1", "0x0/0x0")),
            Map.entry(Subject.PACKET_TYPE, List.of("unicast", "broadcast", "multicast")),
            Map.entry(Subject.SOURCE_MAC, List.of("52:54:00:12:34:56", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:01")),
            Map.entry(Subject.DESTINATION_TYPE, List.of("local", "broadcast", "blackhole")),
            Map.entry(Subject.REVERSE_PATH, List.of("exists", "missing", "exists with mark", "missing with mark")),
            Map.entry(Subject.SET, List.of("services dst,dst", "blocked src", "no src,dst,src")),
            Map.entry(Subject.LIMIT, List.of("10/minute", "1/second burst 20", "4294967295/week", "${r}/hour")));
    private static final List<String> TEXTS = List.of("", "why", "no", "a: b", "\"q\"", "#x", "\\", "'", "-j DROP",
            "!", "é ü", "${x}", "1", "trailing ", " leading");

    private final Random random;

    public FirewallArbitraries(Random random) {
        this.random = random;
    }

    private <T> T one(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** A rule that fits together. */
    FirewallRule rule(List<String> chains) {
        while (true) {
            var rule = candidate(chains);
            if (RuleCheck.findings(rule).isEmpty()) {
                return rule;
            }
        }
    }

    private FirewallRule candidate(List<String> chains) {
        var conditions = new ArrayList<Condition>();
        for (int i = random.nextInt(5); i > 0; i--) {
            var subject = one(List.of(Subject.values()));
            boolean negated = subject.isNegatable() && chance(20);
            boolean twice = conditions.stream().anyMatch(each -> each.subject() == subject
                    && each.negated() == negated);
            if (!twice || subject == Subject.SET) {
                conditions.add(condition(subject, negated));
            }
        }
        var actions = new ArrayList<Action>();
        if (chance(70)) {
            actions.add(ending());
        }
        while (actions.isEmpty() || chance(10)) {
            var action = passing();
            if (actions.stream().noneMatch(each -> each.getClass() == action.getClass())) {
                actions.add(action);
            }
        }
        boolean copy = actions.stream().anyMatch(Action.Copy.class::isInstance);
        var chain = copy ? "macro" : chance(70) ? one(BaseChain.words().subList(0, 5)) : one(chains);
        var stage = chance(20) ? Optional.of(one(List.of(Stage.values()))) : Optional.<Stage>empty();
        return new FirewallRule(chain, stage, conditions, actions, chance(70) ? "" : one(TEXTS),
                chance(90) ? Optional.empty() : Optional.of(Instant.ofEpochSecond(random.nextInt())), chance(10),
                NOWHERE);
    }

    private Condition condition(Subject subject, boolean negated) {
        var operands = new ArrayList<Operand>();
        do {
            try {
                OperandParser.list(subject, one(VALUES.get(subject))).stream().filter(each -> !operands.contains(each))
                        .forEach(operands::add);
            } catch (MalformedException e) {
                throw new AssertionError(e);
            }
        } while (subject.isList() && chance(25));
        return new Condition(subject, negated, operands);
    }

    private Action passing() {
        return switch (random.nextInt(7)) {
            case 0 -> new Action.Count();
            case 1 -> chance(50) ? new Action.Log(one(TEXTS), random.nextInt(8), OptionalInt.empty())
                    : new Action.Log(one(TEXTS), Action.Log.LEVEL, OptionalInt.of(random.nextInt(65536)));
            case 2 -> new Action.RestoreMark();
            case 3 -> new Action.SetMark(mark());
            case 4 -> new Action.SetCtMark(mark());
            case 5 -> new Action.SaveMark();
            default -> new Action.ClampMss(chance(50) ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(9999)));
        };
    }

    private Operand mark() {
        return one(List.of(new Operand.Masked(16, 255), new Operand.Masked(7, Operand.Masked.ALL),
                new Operand.Template("${mark}/0xf0")));
    }

    private Operand endpoint() {
        try {
            return ActionValues.endpoint(one(List.of("198.51.100.3:22", "192.0.2.1", "[2001:db8::1]:80-90", ":8080",
                    "2001:db8::1", "192.0.2.1-192.0.2.9:1-2", "[::1]-[::9]:1", "${plugin_instance_1_ip}:22", "${a}")));
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    private Optional<Operand> ports() {
        return one(List.of(Optional.empty(), Optional.of(new Operand.Ports(80, 90)),
                Optional.of(new Operand.Template("${x}"))));
    }

    private Action ending() {
        boolean a = chance(30);
        boolean b = chance(30);
        return switch (random.nextInt(12)) {
            case 0 -> new Action.Accept();
            case 1 -> new Action.Drop();
            case 2 -> new Action.Return();
            case 3 -> new Action.Notrack();
            case 4 -> new Action.Reject(one(List.of(RejectType.values())));
            case 5 -> new Action.Jump(one(List.of("A", "no", "PRE_C_X")), a);
            case 6 -> new Action.Dnat(endpoint(), new Action.NatOptions(a, false, b));
            case 7 -> new Action.Snat(endpoint(), new Action.NatOptions(a, b, chance(30)));
            case 8 -> new Action.Masquerade(ports(), new Action.NatOptions(a, b, false), chance(50));
            case 9 -> new Action.Redirect(ports(), new Action.NatOptions(a, false, false));
            case 10 -> new Action.Lookup(one(List.of("plugin0", "110", "no", "1.5")), a,
                    b ? Optional.of("tun0") : Optional.empty());
            default -> new Action.Copy(one(List.of(Action.CopyDirection.values())), one(List.of(
                    new Operand.Network(dev.plumbline.state.Prefix.parse("198.51.100.3").orElseThrow()),
                    new Operand.Template("${plugin_instance_1_ip}"))), "tun0");
        };
    }

    private FirewallSet set(String name) {
        var type = one(List.of(List.of(DataType.IPV4_ADDR), List.of(DataType.IPV6_ADDR), List.of(DataType.IFNAME),
                List.of(DataType.INET_SERVICE), List.of(DataType.MARK), List.of(DataType.ETHER_ADDR),
                List.of(DataType.IPV4_ADDR, DataType.INET_PROTO, DataType.INET_SERVICE)));
        var words = Map.of(DataType.IPV4_ADDR, List.of("10.0.0.0/8", "192.0.2.1", "192.0.2.3-192.0.2.9", "0.0.0.0/0"),
                DataType.IPV6_ADDR, List.of("::", "2001:db8::/32", "fe80::1-fe80::9"), DataType.IFNAME,
                List.of("eth0", "no", "a{b"), DataType.INET_SERVICE, List.of("22", "1-9", "5-20"), DataType.MARK,
                List.of("0x1", "0xffffffff"), DataType.ETHER_ADDR, List.of("52:54:00:12:34:56"), DataType.INET_PROTO,
                List.of("tcp", "253"));
        var text = new ElementText(type);
        var spans = new ArrayList<ElementText.Span>();
        for (int i = random.nextInt(5); i > 0; i--) {
            try {
                spans.add(text.parse(String.join(" . ", type.stream().map(each -> one(words.get(each))).toList())));
            } catch (MalformedException e) {
                throw new AssertionError(e);
            }
        }
        while (text.collision(spans).isPresent()) {
            spans.removeLast();
        }
        boolean interval = chance(10) || spans.stream().anyMatch(ElementText.Span::isRange);
        var elements = new SetElements.Builder(NftSet.length(type), interval);
        spans.forEach(span -> elements.add(span.from(), span.to()));
        return new FirewallSet(name, type, interval, interval && type.size() == 1 ? elements.merged()
                : elements.build(), NOWHERE);
    }

    public FirewallSpec spec() {
        var policies = new TreeMap<BaseChain, FirewallSpec.Policy>();
        if (chance(40)) {
            policies.put(one(List.of(BaseChain.values()).subList(0, 5)), one(List.of(FirewallSpec.Policy.values())));
        }
        var variables = new TreeMap<String, String>();
        for (var name : List.of("web", "1", "no", "vns3_public_ip")) {
            if (chance(20)) {
                variables.put(name, one(List.of("192.0.2.1", "no", "::", "1", "a, b", "10.0.0.0/8,10.1.0.0/16")));
            }
        }
        var sets = new ArrayList<FirewallSet>();
        for (var name : List.of("blocked", "no", "x.y", "_s")) {
            if (chance(20)) {
                sets.add(set(name));
            }
        }
        var chains = List.of("A", "no", "PRE_C_X");
        var rules = new ArrayList<FirewallRule>();
        for (int i = random.nextInt(6); i > 0; i--) {
            var rule = rule(chains);
            boolean loop = rule.baseChain().isEmpty() && rule.ending().orElse(null) instanceof Action.Jump;
            if (!loop) {
                rules.add(rule);
            }
        }
        return new FirewallSpec(policies, chance(50), variables, sets, new TreeSet<>(new HashSet<>(chains)), rules);
    }
}
