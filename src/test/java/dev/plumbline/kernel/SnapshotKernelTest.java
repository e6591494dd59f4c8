package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.Family;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.TableKey;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What is read, held against what {@code ip} shows. Protocols are given as numbers: {@code ip -batch} takes a name for
 * the number that it saw last.
 */
@Tag("kernel")
class SnapshotKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private String name = "";
    private Ip ip = new Ip("");
    private KernelNamespace kernel = null;

    @BeforeEach
    void setUp() {
        name = namespaces.create();
        ip = namespaces.ip(name);
        kernel = namespaces.open(name);
        ip.batch("""
                link add v0 type veth peer name v1
                link add v2 type veth peer name v3
                link set v0 up
                link set v1 up
                link set v2 up
                link set v3 up
                addr add 10.0.0.1/24 dev v0
                addr add 10.2.0.1/24 dev v2
                addr add 2001:db8::1/64 dev v0 nodad
                addr add 2001:db8:2::1/64 dev v2 nodad
                """);
    }

    private NamespaceState all() {
        return kernel.read(ReadScope.ALL);
    }

    private static List<String> texts(NamespaceState state, Family family, long table) {
        return state.routes().rows(new TableKey(family, table)).toList().stream().map(Route::toString).toList();
    }

    /** So many that the tables are asked one by one. */
    @Test
    void besideALargeTableOurRoutesOfAllTablesAreFound() {
        var batch = IntStream.range(0, 20_001).mapToObj(i -> "route add 10.%d.%d.%d/32 dev v0 table 1000%n"
                .formatted(100 + i / 65536, i / 256 % 256, i % 256)).collect(Collectors.joining());
        ip.batch(batch + """
                route add 192.0.2.1 dev v0 table 2000 protocol 157
                route add 192.0.2.2 dev v0 table 2000 protocol 4
                route add 192.0.2.3 dev v0 table 4294967294 protocol 157
                route add 192.0.2.4 dev v2 protocol 157
                route add 192.0.2.5 dev v2 table 253 protocol 157
                route add local 192.0.2.6 dev v2 table local protocol 157
                route add 192.0.2.7 dev v2 table 3000 protocol 4
                """);
        var scope = new ReadScope(true, Set.of(new TableKey(Family.IPV4, 1000)), Set.of(), false);

        var tables = kernel.read(scope).routes().tables();
        assertEquals(List.of(253L, 254L, 255L, 1000L, 2000L, 0xfffffffeL),
                tables.keySet().stream().map(TableKey::table).sorted().toList());
        assertEquals(20_001, tables.get(new TableKey(Family.IPV4, 1000)).size());
        assertEquals(5, tables.values().stream().mapToInt(rows -> rows.size()).sum() - 20_001);

        ip.batch("route flush table 1000");
        kernel.read(scope).routes().tables().forEach((key, rows) -> assertEquals(tables.get(key), rows));
    }

    @Test
    void linksAreThoseOfIp() {
        ip.batch("""
                link set v0 alias plumbline:test
                link set v2 mtu 1400
                link add br0 type bridge
                link set v1 master br0
                link set v3 down
                """);
        var links = all().links();
        var shown = ip.json("link");
        assertEquals(shown.size(), links.size());
        for (int i = 0; i < shown.size(); i++) {
            var expected = shown.get(i);
            var link = links.get(i);
            assertEquals(expected.get("ifindex").asInt(), link.index());
            assertEquals(expected.get("ifname").asString(), link.name());
            assertEquals(expected.get("mtu").asInt(), link.mtu());
            assertEquals(expected.path("linkinfo").path("info_kind").asString(""), link.kind());
            assertEquals(expected.path("ifalias").asString(""), link.alias());
            assertEquals(expected.path("address").asString(""), link.address());
            var flags = expected.get("flags").toString();
            assertEquals(flags.contains("\"UP\""), link.isUp());
            assertEquals(flags.contains("\"LOWER_UP\""), link.hasCarrier());
            assertEquals(flags.contains("\"LOOPBACK\""), link.isLoopback());
            var master = expected.path("master").asString("");
            assertEquals(master, links.stream().filter(each -> link.master().isPresent()
                    && each.index() == link.master().getAsInt()).map(each -> each.name()).findAny().orElse(""));
        }
    }

    @Test
    void addressesAreThoseOfIp() {
        ip.batch("""
                addr add 10.9.0.1 peer 10.9.0.2/32 dev v0
                addr add 2001:db8:9::1/64 dev v2
                addr add 10.8.0.1/24 dev v2 noprefixroute
                """);
        var found = all().addresses().stream().map(address -> address.device() + " " + address.local() + "/"
                + address.peer().length() + (address.peer().address().equals(address.local()) ? ""
                : " peer " + address.peer().address()) + (address.hasNoPrefixRoute() ? " noprefixroute" : "")
                + (address.isTentative() ? " tentative" : "")).collect(Collectors.toSet());
        var expected = new ArrayList<String>();
        for (var link : ip.json("addr")) {
            for (var address : link.get("addr_info")) {
                var text = link.get("ifname").asString() + " " + address.get("local").asString() + "/"
                        + address.get("prefixlen").asInt();
                text += address.has("address") ? " peer " + address.get("address").asString() : "";
                text += address.has("noprefixroute") ? " noprefixroute" : "";
                expected.add(text + (address.has("tentative") ? " tentative" : ""));
            }
        }
        assertEquals(Set.copyOf(expected), found);
    }

    @Test
    void routesOfEveryKindAreCanonical() {
        ip.batch("""
                route add default via 10.0.0.254 dev v0 proto 157 table 100
                route add 198.51.100.0/24 dev v0 src 10.0.0.1 scope link proto 157 table 100
                route add 198.51.101.0/24 via 10.7.7.7 dev v0 onlink proto 157 table 100
                route add 198.51.102.0/24 via inet6 fe80::1 dev v0 proto 157 table 100
                route add 198.51.103.0/24 proto 157 table 100 nexthop via 10.0.0.2 weight 3 nexthop via 10.2.0.2
                route add blackhole 198.51.104.0/24 proto 157 table 100 metric 7
                route add unreachable 198.51.105.0/24 proto 157 table 100
                route add prohibit 198.51.106.0/24 proto static table 100
                route add throw 198.51.107.0/24 proto 157 table 100
                route add 198.51.108.0/24 tos 0x10 via 10.0.0.2 mtu 1300 advmss 1200 proto 157 table 100
                route add 198.51.109.0/24 via 10.0.0.2 proto 157 table 4000000000
                route add 198.51.110.0/24 via 10.0.0.2 mtu lock 1300 congctl cubic proto 157 table 100
                """);
        var state = all();
        assertEquals(List.of(
                "default via 10.0.0.254 dev v0 table 100",
                "198.51.100.0/24 dev v0 scope link src 10.0.0.1 table 100",
                "198.51.101.0/24 via 10.7.7.7 dev v0 onlink table 100",
                "198.51.102.0/24 via inet6 fe80::1 dev v0 table 100",
                "198.51.103.0/24 nexthop via 10.0.0.2 dev v0 weight 3 nexthop via 10.2.0.2 dev v2 weight 1 table 100",
                "blackhole 198.51.104.0/24 metric 7 table 100",
                "unreachable 198.51.105.0/24 table 100",
                "prohibit 198.51.106.0/24 proto static table 100",
                "throw 198.51.107.0/24 table 100",
                "198.51.108.0/24 tos 0x10 via 10.0.0.2 dev v0 mtu 1300 advmss 1200 table 100",
                "198.51.110.0/24 via 10.0.0.2 dev v0 lock 4 mtu 1300 table 100"),
                texts(state, Family.IPV4, 100));
        assertEquals(List.of("198.51.109.0/24 via 10.0.0.2 dev v0 table 4000000000"),
                texts(state, Family.IPV4, 4_000_000_000L));
        assertTrue(state.routes().tables().keySet().stream().noneMatch(key -> key.table() == Route.TABLE_LOCAL));
        var congestion = state.routes().rows(new TableKey(Family.IPV4, 100)).attributes(10).other();
        assertEquals(1, congestion.size());
        assertTrue(new String(congestion.getFirst().payload()).contains("cubic"));
    }

    @Test
    void ipv6RoutesOfEveryKindAreCanonical() {
        ip.batch("""
                route add default via fe80::1 dev v0 proto 157 table 100
                route add 2001:db8:100::/64 dev v0 src 2001:db8::1 proto 157 table 100
                route add 2001:db8:101::/64 via 2001:db8::2 metric 5 proto 157 table 100
                route add 2001:db8:102::/64 table 100 proto 157 nexthop via 2001:db8::2 \
                    nexthop via 2001:db8:2::2 weight 4
                route add blackhole 2001:db8:103::/64 proto 157 table 100
                route add unreachable 2001:db8:104::/64 proto 157 table 100
                route add 2001:db8:105::/64 via 2001:db8::2 mtu 1300 proto 157 table 100
                route add 2001:db8:106::/64 via 2001:db8::2 pref high proto 157 table 100
                route add 2001:db8:107::/64 via 2001:db8::2 expires 600 proto 157 table 100
                """);
        var state = all();
        assertEquals(List.of(
                "default via fe80::1 dev v0 table 100",
                "2001:db8:100::/64 dev v0 src 2001:db8::1 table 100",
                "2001:db8:101::/64 via 2001:db8::2 dev v0 metric 5 table 100",
                "2001:db8:102::/64 nexthop via 2001:db8::2 dev v0 weight 1 nexthop via 2001:db8:2::2 dev v2 weight 4"
                        + " table 100",
                "blackhole 2001:db8:103::/64 table 100",
                "unreachable 2001:db8:104::/64 table 100",
                "2001:db8:105::/64 via 2001:db8::2 dev v0 mtu 1300 table 100",
                "2001:db8:106::/64 via 2001:db8::2 dev v0 table 100",
                "2001:db8:107::/64 via 2001:db8::2 dev v0 table 100"), texts(state, Family.IPV6, 100));
        var rows = state.routes().rows(new TableKey(Family.IPV6, 100));
        for (int row = 0; row < 7; row++) {
            assertEquals(List.of(), rows.attributes(row).other());
            assertEquals(0, rows.attributes(row).expires());
        }
        assertEquals("20:01", rows.attributes(7).other().getFirst().toString());
        int expires = rows.attributes(8).expires();
        assertTrue(expires > 500 && expires <= 600, () -> "expires " + expires);
    }

    @Test
    void equalIpv4RoutesKeepTheKernelsOrder() {
        ip.batch("""
                route add 198.51.100.0/24 via 10.0.0.2 proto 157 table 100
                route append 198.51.100.0/24 via 10.0.0.3 proto 157 table 100
                route prepend 198.51.100.0/24 via 10.0.0.4 proto 4 table 100
                """);
        assertEquals(List.of("198.51.100.0/24 via 10.0.0.4 dev v0 proto static table 100",
                "198.51.100.0/24 via 10.0.0.2 dev v0 table 100", "198.51.100.0/24 via 10.0.0.3 dev v0 table 100"),
                texts(all(), Family.IPV4, 100));
    }

    @Test
    void rulesOfEveryKindAreThoseOfIp() {
        ip.batch("""
                rule add pref 100 from 10.1.1.1/24 to 10.2.0.0/16 lookup 100 protocol 157
                rule add pref 101 not from 10.1.1.1 iif v0 lookup 4000000000 protocol 157
                rule add pref 102 fwmark 0x10/0xff oif v2 blackhole
                rule add pref 103 fwmark 0x20 unreachable
                rule add pref 104 ipproto tcp sport 100-200 dport 443 prohibit protocol 157
                rule add pref 105 uidrange 1000-2000 tos 0x10 lookup main suppress_prefixlength 0 suppress_ifgroup 7
                rule add pref 106 goto 32766
                rule add pref 107 nop
                rule add pref 108 l3mdev protocol 157
                rule add pref 109 fwmark 0/0xffffffff lookup 100 protocol 157
                rule add pref 110 fwmark 0/0x1 lookup 100 protocol 157
                """);
        var rules = all().rules().stream().filter(rule -> rule.family() == Family.IPV4).map(Object::toString).toList();
        assertEquals(List.of(
                "0: from all lookup local proto kernel",
                "100: from 10.1.1.1/24 to 10.2.0.0/16 lookup 100",
                "101: not from 10.1.1.1 iif v0 lookup 4000000000",
                "102: from all fwmark 0x10/0xff oif v2 blackhole proto unspec",
                "103: from all fwmark 0x20 unreachable proto unspec",
                "104: from all ipproto 6 sport 100-200 dport 443 prohibit",
                "105: from all tos 0x10 uidrange 1000-2000 lookup main suppress_prefixlength 0 suppress_ifgroup 7"
                        + " proto unspec",
                "106: from all goto 32766 proto unspec",
                "107: from all nop proto unspec",
                "108: from all lookup [l3mdev-table]",
                "109: from all fwmark 0x0 lookup 100",
                "110: from all fwmark 0x0/0x1 lookup 100",
                "32766: from all lookup main proto kernel",
                "32767: from all lookup default proto kernel"), rules);
        assertEquals(2, all().rules().stream().filter(rule -> rule.family() == Family.IPV6).count());
    }

    @Test
    void onlyWhatIsAskedForIsRead() {
        ip.batch(IntStream.range(0, 50_000).mapToObj(i -> "route add 20." + (i >> 8 & 255) + "." + (i & 255) + "."
                + (i >> 16) + "/32 dev v2 proto static table " + (i % 2 == 0 ? "main" : "300"))
                .collect(Collectors.joining("\n")));
        ip.batch("""
                route add 198.51.100.0/24 via 10.0.0.2 proto 157
                route add 198.51.101.0/24 via 10.0.0.2 proto 157 table 300
                route add 198.51.102.0/24 via 10.0.0.2 proto 4
                route add 198.51.103.0/24 proto 4 nexthop via 10.0.0.2 nexthop via 10.2.0.2
                route add 2001:db8:102::/64 proto 4 nexthop via 2001:db8:2::2 nexthop via 2001:db8::2
                route add 2001:db8:103::/64 proto 4 via 2001:db8:2::2
                route add 198.51.104.0/24 via 10.0.0.2 proto 4 table 400
                """);
        var ours = kernel.read(ReadScope.OURS).routes();
        assertEquals(2, ours.size());
        var device = kernel.read(new ReadScope(true, Set.of(new TableKey(Family.IPV4, 400)), Set.of("v0", "absent"),
                false));
        assertEquals(List.of("10.0.0.0/24 dev v0 scope link src 10.0.0.1 proto kernel table main",
                "198.51.100.0/24 via 10.0.0.2 dev v0 table main",
                "198.51.102.0/24 via 10.0.0.2 dev v0 proto static table main",
                "198.51.103.0/24 nexthop via 10.0.0.2 dev v0 weight 1 nexthop via 10.2.0.2 dev v2 weight 1 proto static"
                        + " table main"), texts(device, Family.IPV4, 254));
        assertTrue(texts(device, Family.IPV6, 254).toString().contains("2001:db8:102::/64 nexthop via"));
        assertFalse(texts(device, Family.IPV6, 254).toString().contains("2001:db8:103::/64"));
        assertEquals(1, texts(device, Family.IPV4, 400).size());
        assertEquals(1, texts(device, Family.IPV4, 300).size());
        assertTrue(kernel.isOccupied(400));
        assertFalse(kernel.isOccupied(401));
    }

    @Test
    void aGroupOverSeveralDevicesKeepsTheKernelsOrder() {
        ip.batch("""
                route append 198.51.100.0/24 via 10.2.0.2 proto 4
                route append 198.51.100.0/24 via 10.0.0.2 proto 4
                route append 198.51.100.0/24 via 10.2.0.3 proto 157
                route append 198.51.100.0/24 via 10.0.0.3 proto 4
                """);
        var state = kernel.read(new ReadScope(true, Set.of(), Set.of("v0"), false));
        assertEquals(List.of("198.51.100.0/24 via 10.0.0.2 dev v0 proto static table main",
                "198.51.100.0/24 via 10.2.0.3 dev v2 table main",
                "198.51.100.0/24 via 10.0.0.3 dev v0 proto static table main"),
                texts(state, Family.IPV4, 254).stream().filter(text -> text.startsWith("198")).toList());
    }

    @Test
    void aNamespaceThatIsNotThereIsSaidSo() {
        var missing = assertThrows(UncheckedIOException.class, () -> KernelNamespace.open("plt-absent"));
        assertTrue(missing.getMessage().contains("plt-absent"), missing.getMessage());
        var file = assertThrows(UncheckedIOException.class, () -> KernelNamespace.open("/etc/hostname"));
        assertTrue(file.getMessage().contains("/etc/hostname is not a network namespace"), file.getMessage());
    }

    @Test
    void identityIsTheNamespaces() {
        var other = namespaces.open(namespaces.create());
        try (var again = KernelNamespace.open(dev.plumbline.netlink.NetworkNamespace.path(name).toString());
                var host = KernelNamespace.open("host")) {
            assertEquals(kernel.id(), again.id());
            assertFalse(kernel.id().equals(other.id()));
            assertFalse(kernel.id().equals(host.id()));
        }
    }
}
