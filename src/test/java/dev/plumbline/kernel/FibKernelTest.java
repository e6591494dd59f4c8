package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.plumbline.flow.Fib;
import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.FibResult.Found;
import dev.plumbline.state.FibResult.Refusal;
import dev.plumbline.state.FibResult.Refused;
import dev.plumbline.state.FibResult.Unknown;
import dev.plumbline.state.Flow;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Random rules, tables and flows: what plumbline says of a flow is what the kernel says ({@code RTM_GETROUTE}). */
@Tag("kernel")
class FibKernelTest {

    private static final int ROUNDS = 250;
    private static final int FLOWS = 60;
    private static final List<Long> TABLES = List.of(10L, 11L, 12L, 13L, 99L, 253L, 254L, 255L);

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private String name = "";
    private KernelNamespace kernel = null;

    @BeforeEach
    void topology() throws Exception {
        name = namespaces.create();
        kernel = namespaces.open(name);
        var ip = namespaces.ip(name);
        for (int i = 0; i < 4; i++) {
            ip.batch("""
                    link add v%1$d type veth peer name p%1$d
                    link set v%1$d addrgenmode none
                    link set p%1$d addrgenmode none
                    addr add 10.0.%1$d.1/24 dev v%1$d
                    addr add 2001:db8:%1$d::1/64 dev v%1$d nodad
                    link set v%1$d up
                    link set p%1$d up
                    """.formatted(i));
        }
        kernel.namespace().call(() -> {
            for (var each : List.of("ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter")) {
                Files.writeString(Path.of("/proc/sys/net/" + each), "0");
            }
            for (int i = 0; i < 4; i++) {
                Files.writeString(Path.of("/proc/sys/net/ipv4/conf/v" + i + "/rp_filter"), "0");
            }
            Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf/all/forwarding"), "1");
            return null;
        });
        // v3 has lost its carrier.
        ip.run("link set p3 down");
    }

    @Test
    void plumblineAndTheKernelAgreeOnIpv4() {
        compare(Family.IPV4);
    }

    @Test
    void plumblineAndTheKernelAgreeOnIpv6() {
        compare(Family.IPV6);
    }

    private void compare(Family family) {
        // A build is to say the same of the same code; -Dplumbline.seed=N looks further.
        long seed = Long.getLong("plumbline.seed", 20_261_121);
        var answers = new TreeMap<String, Integer>();
        for (int round = 0; round < ROUNDS; round++) {
            var random = new Random(seed + round);
            var scene = Scene.of(family, random);
            scene.make(name);
            var fib = fib();
            for (int i = 0; i < FLOWS; i++) {
                var flow = new Flows(family, random).next();
                var expected = kernel.lookup(flow);
                var actual = fib.lookup(flow);
                answers.merge(kind(actual), 1, Integer::sum);
                if (!agree(expected, actual)) {
                    fail(smallest(scene, flow, seed + round));
                }
            }
        }
        int compared = answers.values().stream().mapToInt(Integer::intValue).sum();
        int unknown = answers.entrySet().stream().filter(each -> each.getKey().startsWith("unknown"))
                .mapToInt(Map.Entry::getValue).sum();
        System.out.println(family + ": seed " + seed + ", " + compared + " flows compared, " + unknown
                + " of them unknown: " + answers);
        assertTrue(unknown < compared / 10, "few are unknown");
        assertTrue(answers.getOrDefault("found", 0) > compared / 4, "many are found");
    }

    private static String kind(FibResult result) {
        return switch (result) {
            case Found _ -> "found";
            case Refused(Refusal why) -> why.toString();
            case Unknown(String reason) -> "unknown: " + reason.replaceAll("`.*`", "…").replaceAll(" [vp][0-9]", "");
        };
    }

    private Fib fib() {
        var state = read();
        var routes = state.routes();
        return new Fib(state.links(), state.rules(), (_, key, flow, lookup) -> lookup.in(routes.rows(key), flow));
    }

    private NamespaceState read() {
        var keys = new HashSet<TableKey>();
        for (var family : Family.values()) {
            TABLES.forEach(table -> keys.add(new TableKey(family, table)));
        }
        return kernel.read(new ReadScope(false, keys, Set.of(), false));
    }

    private static boolean agree(FibResult expected, FibResult actual) {
        return switch (actual) {
            case Unknown _ -> true;
            // To the kernel a rule of type unreachable is no route.
            case Refused(Refusal why) -> expected instanceof Refused(Refusal other)
                    && (why == other || why == Refusal.UNREACHABLE && other == Refusal.NO_ROUTE);
            case Found found -> expected instanceof Found other && agree(other, found);
        };
    }

    private static boolean agree(Found expected, Found actual) {
        if (expected.route().table() != actual.route().table()
                || !expected.route().destination().equals(actual.route().destination())) {
            return false;
        }
        var one = expected.route().attributes();
        var two = actual.route().attributes();
        boolean same = expected.route().metric() == actual.route().metric() && one.type() == two.type()
                && one.from().equals(two.from()) && Set.copyOf(one.nextHops()).equals(Set.copyOf(two.nextHops()))
                && !actual.ways().isEmpty();
        // One of several default routes, as the routers answer.
        return same || actual.ways().size() > 1 && actual.ways().containsAll(expected.ways());
    }

    /** Takes lines away as long as the two still disagree. */
    private String smallest(Scene scene, Flow flow, long seed) {
        var least = scene;
        for (boolean shorter = true; shorter;) {
            shorter = false;
            for (int i = 0; i < least.lines().size(); i++) {
                var lines = new ArrayList<>(least.lines());
                lines.remove(i);
                var less = new Scene(scene.family(), lines);
                less.make(name);
                if (!agree(kernel.lookup(flow), fib().lookup(flow))) {
                    least = less;
                    shorter = true;
                    i--;
                }
            }
        }
        least.make(name);
        return "seed " + seed + ": " + flow + "\nkernel:    " + kernel.lookup(flow) + "\nplumbline: "
                + fib().lookup(flow) + "\n" + String.join("\n", least.lines());
    }

    private static <T> T one(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** Rules and routes in the words of {@code ip}; what it refuses is left out by the kernel for both sides. */
    private record Scene(Family family, List<String> lines) {

        private static final List<String> PREFIXES4 = List.of("default", "default", "10.9.0.0/16", "10.9.1.0/24",
                "10.9.1.0/25", "10.9.1.0/30", "10.9.1.1", "10.8.0.0/13", "10.0.0.0/8", "10.0.1.0/24", "0.0.0.0/1",
                "203.0.113.0/24", "203.0.113.128/25", "203.0.113.7");
        private static final List<String> PREFIXES6 = List.of("default", "default", "2001:db8:9::/48",
                "2001:db8:9:1::/64", "2001:db8:9:1::/72", "2001:db8:9:1::1", "2001:db8::/32", "2000::/3",
                "2001:db8:1::/64", "2001:db8:f::/48", "2001:db8:f::7");

        static Scene of(Family family, Random random) {
            var lines = new ArrayList<String>();
            int routes = 10 + random.nextInt(40);
            for (int i = 0; i < routes; i++) {
                lines.add(route(family, random));
            }
            int rules = random.nextInt(14);
            for (int i = 0; i < rules; i++) {
                lines.add(rule(family, random));
            }
            if (random.nextInt(3) == 0) {
                // Of two next hops one is dead.
                lines.add("link set v2 down");
            }
            return new Scene(family, lines);
        }

        private static String prefix(Family family, Random random) {
            return one(random, family == Family.IPV4 ? PREFIXES4 : PREFIXES6);
        }

        private static String hop(Family family, Random random) {
            int device = random.nextInt(4);
            int host = 2 + random.nextInt(3);
            var gateway = family == Family.IPV4 ? "10.0." + device + "." + host : "2001:db8:" + device + "::" + host;
            return random.nextInt(4) == 0 ? "dev v" + device : "via " + gateway + " dev v" + device;
        }

        private static String route(Family family, Random random) {
            boolean append = random.nextInt(3) == 0;
            var verb = append ? "route append " : "route add ";
            var type = random.nextInt(7) != 0 ? ""
                    : one(random, List.of("blackhole ", "unreachable ", "prohibit ", "throw "));
            var to = prefix(family, random);
            var tos = family == Family.IPV4 && random.nextInt(6) == 0 ? " tos " + one(random, List.of(4, 8, 16)) : "";
            var from = family == Family.IPV6 && random.nextInt(8) == 0
                    ? " from " + one(random, List.of("2001:db8:0::/64", "2001:db8::/32", "2001:db8:1::1")) : "";
            var metric = random.nextInt(3) == 0 ? " metric " + (10 + random.nextInt(3)) : "";
            var preference = family == Family.IPV6 && !append && random.nextInt(6) == 0
                    ? " pref " + one(random, List.of("high", "low")) : "";
            var table = " table " + one(random, List.of(10, 11, 12, 13, 254, 254));
            var hops = !type.isEmpty() ? "" : random.nextInt(6) == 0
                    ? " nexthop " + hop(family, random) + " nexthop " + hop(family, random) : " " + hop(family, random);
            return verb + type + to + from + tos + metric + preference + table + hops;
        }

        private static String rule(Family family, Random random) {
            var line = new StringBuilder("rule add pref " + (1 + random.nextInt(30)));
            boolean not = random.nextInt(8) == 0;
            line.append(not ? " not" : "");
            var sources = family == Family.IPV4
                    ? List.of("10.0.0.0/16", "10.0.1.1", "10.0.2.0/24", "0.0.0.0/8", "10.77.0.0/16", "10.0.1.200/24")
                    : List.of("2001:db8::/32", "2001:db8:1::1", "2001:db8:2::/64", "2001:db8:77::/48");
            append(line, random, 3, " from " + one(random, sources));
            append(line, random, 4, " to " + prefix(family, random));
            append(line, random, 8, " iif " + one(random, List.of("lo", "v0", "v1", "absent")));
            append(line, random, 8, " oif " + one(random, List.of("v0", "v1", "absent")));
            append(line, random, 6, " fwmark " + one(random, List.of("1", "0x10/0xf0", "0/0x1", "3/2")));
            append(line, random, 8, " tos " + one(random, List.of("0x04", "0x08", "0x10")));
            append(line, random, 8, " uidrange " + one(random, List.of("0-0", "1000-2000")));
            append(line, random, 8, " ipproto " + one(random, List.of("tcp", "udp")));
            append(line, random, 8, " sport " + one(random, List.of("22", "1000-2000")));
            append(line, random, 8, " dport " + one(random, List.of("22", "1000-2000")));
            switch (random.nextInt(16)) {
                case 0 -> line.append(" blackhole");
                case 1 -> line.append(" unreachable");
                case 2 -> line.append(" prohibit");
                case 3, 4 -> line.append(" goto ").append(one(random, List.of(31, 20, 25, 32766)));
                case 5 -> line.append(" nop");
                case 6 -> line.append(not ? " nop" : " l3mdev");
                default -> {
                    line.append(" lookup ").append(one(random, List.of(10, 11, 12, 13, 99, 254)));
                    append(line, random, 5, " suppress_prefixlength " + one(random, List.of(0, 8, 16, 25)));
                    append(line, random, 60, " suppress_ifgroup 7");
                }
            }
            return line.toString();
        }

        private static void append(StringBuilder line, Random random, int oneOf, String words) {
            if (random.nextInt(oneOf) == 0) {
                line.append(words);
            }
        }

        void make(String name) {
            var option = family == Family.IPV4 ? "-4" : "-6";
            var all = new ArrayList<String>();
            for (int table : List.of(10, 11, 12, 13)) {
                all.add("route flush table " + table);
            }
            all.add("route flush table main proto boot");
            all.add("rule flush");
            all.add("rule add pref 32766 lookup main");
            all.add("rule add pref 32767 lookup default");
            all.add("link set v2 up");
            all.addAll(lines);
            // What is refused is refused, and the rest goes on.
            Ip.execute(List.of("sh", "-c", "ip " + option + " -n " + name + " -force -batch - >/dev/null 2>&1 || true"),
                    String.join("\n", all) + "\n");
            if (lines.contains("link set v2 down")) {
                return;
            }
            // Its addresses stay, but for IPv6 of a device that was down the connected route must come back.
            Ip.execute(List.of("sh", "-c", "ip -6 -n " + name + " addr add 2001:db8:2::1/64 dev v2 nodad 2>/dev/null; "
                    + "ip -4 -n " + name + " addr add 10.0.2.1/24 dev v2 2>/dev/null || true"), "");
        }
    }

    /** Flows that rules and routes of the scenes may select. */
    private record Flows(Family family, Random random) {

        Flow next() {
            boolean ipv4 = family == Family.IPV4;
            var to = one(random, ipv4
                    ? List.of("10.9.1.1", "10.9.1.2", "10.9.1.7", "10.9.1.200", "10.9.7.7", "10.10.1.1", "10.0.1.7",
                            "10.0.2.9", "10.0.1.1", "100.1.1.1", "203.0.113.7", "203.0.113.200", "198.18.7.7")
                    : List.of("2001:db8:9:1::1", "2001:db8:9:1::2", "2001:db8:9:1:1::", "2001:db8:9:7::7",
                            "2001:db8:1::7", "2001:db8:1::1", "2001:db8:f::7", "2001:db8:f::8", "2a00::1",
                            "3001:db8::1", "fd00::1"));
            boolean forwarded = random.nextInt(4) == 0;
            var own = ipv4 ? "10.0." + random.nextInt(2) + ".1" : "2001:db8:" + random.nextInt(2) + "::1";
            var others = ipv4 ? "10.77." + random.nextInt(3) + ".9" : "2001:db8:77::" + (1 + random.nextInt(3));
            var source = forwarded ? Optional.of(others) : random.nextBoolean() ? Optional.of(own)
                    : Optional.<String>empty();
            var iif = forwarded ? "v" + random.nextInt(2) : "";
            var oif = !forwarded && random.nextInt(6) == 0 ? "v" + random.nextInt(4) : "";
            boolean tcp = random.nextBoolean();
            int protocol = random.nextInt(3) == 0 ? 0 : tcp ? 6 : 17;
            return new Flow(IpAddress.parse(to).orElseThrow(), source.map(text -> IpAddress.parse(text).orElseThrow()),
                    one(random, List.of(0L, 0L, 1L, 2L, 0x10L, 0x13L)), iif, oif,
                    one(random, List.of(0, 0, 4, 8, 16, 0x48)), forwarded ? 0 : one(random, List.of(0L, 1500L)),
                    protocol,
                    protocol == 0 ? 0 : one(random, List.of(22, 1500, 40000)),
                    protocol == 0 ? 0 : one(random, List.of(22, 1500, 443)));
        }
    }
}
