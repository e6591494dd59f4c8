package dev.plumbline.kernel.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.Ip;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.netlink.MulticastSocket;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Prefix;
import java.nio.file.Path;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code ip} changes is heard, or not. */
@Tag("kernel")
@Timeout(60)
class WatchKernelTest {

    private static final Duration SETTLE = Duration.ofMillis(50);

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private String name = "";
    private Ip ip = null;
    private NetworkWatch watch = null;

    @BeforeEach
    void setUp() throws Exception {
        name = namespaces.create();
        ip = namespaces.ip(name);
        ip.batch("link add d0 type veth peer name d1\nlink set d0 addrgenmode none\n"
                + "link set d1 addrgenmode none\nlink set d0 up\nlink set d1 up\n"
                + "address add 192.0.2.1/24 dev d0\naddress add 198.51.100.1/24 dev d1\n"
                + "address add 2001:db8:a::1/64 dev d0 nodad\naddress add 2001:db8:b::1/64 dev d1 nodad");
        watch = namespaces.closing(NetworkWatch.open(NetworkNamespace.named(name), SETTLE));
        heard();
    }

    private int index(String device) {
        return ip.json("link show dev " + device).get(0).get("ifindex").asInt();
    }

    private Interests host(Map<Integer, String> devices, Set<Long> tables, Map<Long, Set<Prefix>> shared) {
        return new Interests(Interests.HOST, devices, tables, shared);
    }

    /** What is told until nothing comes for a while, as text. */
    private Set<String> heard() throws Exception {
        var heard = new TreeSet<String>();
        while (true) {
            var waker = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(700);
                    watch.wake();
                } catch (InterruptedException e) {
                    // Something was told.
                }
            });
            var changes = watch.await();
            waker.interrupt();
            waker.join();
            if (changes.isEmpty()) {
                return heard;
            }
            changes.forEach(change -> heard.add(change.toString()));
        }
    }

    private Set<String> heard(String lines) throws Exception {
        ip.batch(lines);
        return heard();
    }

    @Test
    void rulesAndRoutesOfOursAreHeardAndThoseOfOthersAreNot() throws Exception {
        assertEquals(Set.of("rule 1000 IPv4"), heard("rule add pref 1000 from 10.0.0.0/8 lookup 110 protocol 157"));
        assertEquals(Set.of("rule 1000 IPv4"), heard("rule del pref 1000"));
        ip.batch6("rule add pref 1001 from 2001:db8::/32 lookup 110 protocol 157");
        assertEquals(Set.of("rule 1001 IPv6"), heard());
        assertEquals(Set.of(), heard("rule add pref 1002 from 10.0.0.0/8 lookup 110 protocol 4\nrule del pref 1002"));
        assertEquals(Set.of("route 10.0.0.0/8 table 4000000000"),
                heard("route add 10.0.0.0/8 dev d0 table 4000000000 proto 157"));
        assertEquals(Set.of("route 10.0.0.0/8 table 4000000000"), heard("route flush table 4000000000"));
        assertEquals(Set.of("route 2001:db8:1::/48 table 110", "route default table 254"),
                heard("route add 2001:db8:1::/48 dev d0 table 110 proto 157\nroute add default dev d0 proto 157"));
        assertEquals(Set.of(), heard("route add 10.1.0.0/16 dev d0\nroute add 10.1.0.0/16 dev d0 table 110\n"
                + "route add 2001:db8:2::/48 dev d0 table 110\nroute flush table 111"));
    }

    /** By the files, as {@code sysctl -w} does it. */
    @Test
    void forwardingAndFiltersAreHeard() throws Exception {
        var device = "sysctl net.ipv4.conf.#" + index("d0");
        write("net/ipv4/conf/d0/rp_filter", "2");
        assertEquals(Set.of(device), heard());
        write("net/ipv4/conf/d0/rp_filter", "2");
        assertEquals(Set.of(), heard());
        write("net/ipv4/ip_forward", "1");
        var forwarding = heard();
        assertTrue(forwarding.containsAll(Set.of("sysctl net.ipv4.conf.all", device)),
                forwarding::toString);
        write("net/ipv6/conf/all/forwarding", "1");
        assertTrue(heard().contains("sysctl net.ipv6.conf.all"));
    }

    private void write(String path, String value) throws Exception {
        try (var namespace = NetworkNamespace.named(name)) {
            namespace.call(() -> Files.writeString(Path.of("/proc/sys", path), value));
        }
    }

    @Test
    void everyRouteOfAPrivateTableIsHeard() throws Exception {
        assertTrue(watch.interests(List.of(host(Map.of(), Set.of(110L, 4_000_000_000L), Map.of()))));
        assertFalse(watch.interests(List.of(host(Map.of(), Set.of(4_000_000_000L, 110L), Map.of()))));
        assertEquals(Set.of("route 10.1.0.0/16 table 110", "route 10.2.0.0/16 table 4000000000"),
                heard("route add 10.1.0.0/16 dev d0 table 110\nroute add 10.2.0.0/16 dev d0 table 4000000000\n"
                        + "route add 10.3.0.0/16 dev d0 table 112"));
    }

    @Test
    void mainRoutesOfABoundDeviceAreHeard() throws Exception {
        watch.interests(List.of(host(Map.of(index("d0"), "d0"), Set.of(), Map.of())));
        assertEquals(Set.of("route 10.1.0.0/16 table 254", "route default table 254",
                "route 2001:db8:1::/48 table 254"), heard("route add 10.1.0.0/16 dev d0\n"
                + "route add 10.2.0.0/16 dev d1\nroute add 10.3.0.0/16 dev d0 table 112\n"
                + "route add blackhole 10.4.0.0/16\nroute add default via 192.0.2.9 metric 5\n"
                + "route add 2001:db8:1::/48 via 2001:db8:a::9\nroute add 2001:db8:2::/48 via 2001:db8:b::9"));
        assertEquals(Set.of("route 10.5.0.0/16 table 254", "route 2001:db8:5::/48 table 254"),
                heard("route add 10.5.0.0/16 nexthop via 198.51.100.9 nexthop via 192.0.2.9\n"
                        + "route add 2001:db8:5::/48 nexthop via 2001:db8:b::9 nexthop via 2001:db8:a::9"));
        assertEquals(Set.of(), heard("route add 10.6.0.0/16 nexthop via 198.51.100.9 nexthop via 198.51.100.8"));
    }

    @Test
    void aReplacedRouteIsHeardByItsDestination() throws Exception {
        var main = Map.of(254L, Set.of(Prefix.parse("10.1.0.0/16").get(), Prefix.parse("2001:db8:1::/48").get()),
                300L, Set.of(Prefix.parse("0.0.0.0/0").get()));
        ip.batch("route add 10.1.0.0/16 dev d1 proto 157\nroute add 2001:db8:1::/48 dev d1 proto 157\n"
                + "route add 10.2.0.0/16 dev d1\nroute add default dev d1 table 300 proto 157");
        heard();
        watch.interests(List.of(host(Map.of(), Set.of(), main)));
        assertEquals(Set.of("route 10.1.0.0/16 table 254", "route 2001:db8:1::/48 table 254",
                "route default table 300"), heard("route replace 10.1.0.0/16 dev d0 proto 4\n"
                + "route replace 2001:db8:1::/48 dev d0 proto 4\nroute replace 10.2.0.0/16 dev d0\n"
                + "route replace default dev d0 table 300 proto 4\nroute add 10.1.0.0/16 dev d0 metric 7"));
    }

    @Test
    void linksAndAddressesAreHeardOnce() throws Exception {
        assertTrue(heard("link add d2 type veth peer name d3\nlink set d2 addrgenmode none")
                .containsAll(Set.of("link d2", "link d3")));
        assertTrue(heard("link set d2 up").contains("link d2"));
        assertEquals(Set.of("address 203.0.113.1 dev d2"), heard("address add 203.0.113.1/24 dev d2"));
        assertEquals(Set.of("address 203.0.113.1 dev d2"), heard("address del 203.0.113.1/24 dev d2"));
        heard("address add 2001:db8:c::1/64 dev d2 nodad valid_lft 500 preferred_lft 400");
        assertEquals(Set.of(), heard("address change 2001:db8:c::1/64 dev d2 nodad valid_lft 900 preferred_lft 800"),
                "a router advertisement would prolong it so");
        assertTrue(heard("link del d2").containsAll(Set.of("link d2", "link d3")));
    }

    @Test
    void anotherNamespaceIsHeardByItsNameAndNotKeptAlive() throws Exception {
        var other = namespaces.create();
        var silent = namespaces.create();
        assertEquals(Set.of(), heard());
        var rule = "rule add pref 1000 from 10.0.0.0/8 lookup 110 protocol 157";
        namespaces.ip(other).run(rule);
        assertEquals(Set.of(), heard(), "nobody asked for it");
        assertTrue(watch.interests(List.of(host(Map.of(), Set.of(), Map.of()),
                new Interests(other, Map.of(), Set.of(110L), Map.of()),
                new Interests("plt-absent", Map.of(), Set.of(), Map.of()))));
        namespaces.ip(other).batch("rule add pref 1001 lookup 110 protocol 157\n"
                + "route add blackhole 10.0.0.0/8 table 110\nroute add blackhole 10.0.0.0/8 table 111");
        namespaces.ip(silent).run(rule);
        ip.run("rule add pref 1002 from 10.0.0.0/8 lookup 110 protocol 157");
        assertEquals(Set.of("rule 1001 IPv4 in " + other, "route 10.0.0.0/8 table 110 in " + other, "rule 1002 IPv4"),
                heard());
        namespaces.remove(other);
        assertTrue(heard().stream().anyMatch(text -> text.startsWith("namespace number ")), "its number is free");
        ip.run("link add p0 type veth peer name p1 netns " + silent);
        assertTrue(heard().stream().anyMatch(text -> text.startsWith("namespace number ")), "a namespace got a number");
    }

    @Test
    void aNamespaceOfTheSameNumberAndNameIsHeardAnew() throws Exception {
        var other = namespaces.create();
        var interests = List.of(new Interests(other, Map.of(), Set.of(), Map.of()));
        watch.interests(interests);
        namespaces.remove(other);
        heard();
        namespaces.create(other);
        assertTrue(watch.interests(interests), "it is another namespace");
        namespaces.ip(other).run("rule add pref 1001 lookup 110 protocol 157");
        assertTrue(heard().contains("rule 1001 IPv4 in " + other));
    }

    @Test
    void whatCannotBeHeardIsSaidAndTheRestIsHeard() throws Exception {
        var other = namespaces.create();
        var interests = List.of(new Interests("/etc/hostname", Map.of(), Set.of(), Map.of()),
                new Interests(other, Map.of(), Set.of(), Map.of()), host(Map.of(), Set.of(110L), Map.of()));
        var refused = assertThrows(NetlinkException.class, () -> watch.interests(interests));
        assertTrue(refused.getMessage().contains("/etc/hostname"), refused.getMessage());
        namespaces.ip(other).run("rule add pref 1001 lookup 110 protocol 157");
        assertEquals(Set.of("rule 1001 IPv4 in " + other, "route 10.0.0.0/8 table 110"),
                heard("route add blackhole 10.0.0.0/8 table 110"));
    }

    @Test
    void whatWasLostIsSaid() throws Exception {
        ip.batch(IntStream.range(0, 10_000).mapToObj(i -> "rule add pref " + (1000 + i) + " lookup 110 protocol 157")
                .collect(Collectors.joining("\n")));
        assertTrue(heard().contains("anything"));
    }

    @Test
    void manyDevicesAndTablesAreStillToldApart() throws Exception {
        var tables = IntStream.range(0, 3000).mapToObj(i -> 1000L + i).collect(Collectors.toSet());
        var devices = IntStream.range(0, 3000).boxed().collect(Collectors.toMap(i -> 100_000 + i, i -> "x" + i));
        devices.put(index("d0"), "d0");
        watch.interests(List.of(host(devices, tables, Map.of())));
        assertEquals(Set.of("route 10.1.0.0/16 table 3999", "route 10.3.0.0/16 table 254"),
                heard("route add 10.1.0.0/16 dev d1 table 3999\nroute add 10.2.0.0/16 dev d1 table 4000\n"
                        + "route add 10.3.0.0/16 dev d0\nroute add 10.4.0.0/16 dev d1"));
        var some = new HashSet<>(tables.stream().limit(600).toList());
        var few = devices.entrySet().stream().sorted(Map.Entry.comparingByKey()).limit(600)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        long heard = some.iterator().next();
        watch.interests(List.of(host(few, some, Map.of())));
        assertEquals(Set.of("route 10.5.0.0/16 table " + heard, "route 10.7.0.0/16 table 254"),
                heard("route add 10.5.0.0/16 dev d1 table " + heard + "\nroute add 10.6.0.0/16 dev d1 table 999\n"
                        + "route add 10.7.0.0/16 dev d0\nroute add 10.8.0.0/16 dev d1"));
    }

    /** A routing daemon's routes cost nothing: they are dropped before they arrive. */
    @Test
    void flappingRoutesOfOthersAreDroppedInTheKernel() throws Exception {
        var interests = List.of(host(Map.of(index("d0"), "d0"), Set.of(110L),
                Map.of(254L, Set.of(Prefix.parse("10.1.0.0/16").get()))));
        try (var namespace = NetworkNamespace.named(name);
                var all = MulticastSocket.open(namespace, Rtnetlink.PROTOCOL, Rtnetlink.RTNLGRP_IPV4_ROUTE);
                var some = MulticastSocket.open(namespace, Rtnetlink.PROTOCOL, Rtnetlink.RTNLGRP_IPV4_ROUTE)) {
            some.filter(Filter.of(interests));
            ip.batch(IntStream.range(0, 500).mapToObj(i -> "route add 20.0." + (i >> 8) + "." + (i & 255)
                    + " dev d1 proto 186\nroute del 20.0." + (i >> 8) + "." + (i & 255) + " dev d1 proto 186")
                    .collect(Collectors.joining("\n")));
            ip.run("route add 10.9.0.0/16 dev d0 proto 186");
            var passed = new int[2];
            assertTrue(all.receive((from, message) -> passed[0]++));
            assertTrue(some.receive((from, message) -> passed[1]++));
            assertEquals(List.of(1001, 1), List.of(passed[0], passed[1]));
        }
    }
}
