package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.link.LinkWriter.AddressOption;
import dev.plumbline.kernel.route.RouteQuery;
import dev.plumbline.netlink.Errno;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.ReadScope;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Links, addresses and route queries as the sandbox uses them. */
@Tag("kernel")
class LinkWriterKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private static IpAddress address(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    private static Prefix prefix(String text) {
        return Prefix.parse(text).orElseThrow();
    }

    @Test
    void linksAndAddressesAreMadeAndChanged() {
        var name = namespaces.create();
        var peerName = namespaces.create();
        var kernel = namespaces.open(name);
        var peer = namespaces.open(peerName);
        var links = kernel.links();
        links.veth("net1", "far1", peer.namespace());
        links.bridge("br0");
        links.veth("p0", "p1");
        links.master("p0", "br0");
        links.mtu("net1", 1400);
        links.alias("net1", "plumbline:test");
        links.up("net1");
        peer.links().up("far1");
        links.addAddress("net1", prefix("192.168.1.209/24"));
        links.addAddress("net1", prefix("192.168.2.1/24"), AddressOption.NO_PREFIX_ROUTE);
        links.addAddress("net1", prefix("2001:db8::1/64"), AddressOption.NO_DUPLICATE_DETECTION);
        var ip = namespaces.ip(name);
        var shown = ip.json("addr show dev net1").get(0);
        assertEquals("veth", shown.path("linkinfo").path("info_kind").asString("veth"));
        assertEquals(1400, shown.get("mtu").asInt());
        assertEquals("plumbline:test", shown.get("ifalias").asString());
        assertEquals("br0", ip.json("link show dev p0").get(0).get("master").asString());
        assertEquals(1, ip.lines("route show dev net1").size(), "an address without a prefix route has none");
        assertTrue(kernel.read(ReadScope.NO_ROUTES).addresses().stream()
                .anyMatch(each -> each.local().equals(address("2001:db8::1")) && each.isUsable()));
        assertEquals("far1", namespaces.ip(peerName).json("link show dev far1").get(0).get("ifname").asString());
        links.deleteAddress("net1", prefix("192.168.1.209/24"));
        links.noMaster("p0");
        links.down("net1");
        links.delete("br0");
        assertEquals(4, kernel.read(ReadScope.NO_ROUTES).links().size());
        var missing = assertThrows(UncheckedIOException.class, () -> links.up("absent"));
        assertTrue(missing.getMessage().contains("device absent: there is no such device (ENODEV)"),
                missing.getMessage());
    }

    @Test
    void theKernelSaysWhichRouteAFlowTakes() {
        var name = namespaces.create();
        var kernel = namespaces.open(name);
        var links = kernel.links();
        links.veth("a", "a1");
        links.veth("b", "b1");
        for (var device : new String[] {"a", "a1", "b", "b1"}) {
            links.up(device);
        }
        links.addAddress("a", prefix("10.0.0.1/24"));
        links.addAddress("b", prefix("10.1.0.1/24"));
        namespaces.ip(name).batch("""
                route add default via 10.0.0.254
                route add default via 10.1.0.254 table 100 proto 157
                route add prohibit 203.0.113.0/24
                rule add pref 100 from 10.1.0.1 lookup 100
                rule add pref 101 fwmark 0x7 lookup 100
                rule add pref 102 ipproto udp dport 53 lookup 100
                """);
        var target = RouteQuery.to(address("198.51.100.1"));
        var main = assertInstanceOf(RouteQuery.Answer.Found.class, kernel.lookup(target));
        assertEquals(254, main.route().table());
        assertEquals("a", main.device());
        for (var query : new RouteQuery[] {target.from(address("10.1.0.1")), target.marked(7),
            target.flow(17, 40000, 53)}) {
            var found = assertInstanceOf(RouteQuery.Answer.Found.class, kernel.lookup(query));
            assertEquals(100, found.route().table());
            assertEquals(157, found.route().attributes().protocol());
            assertEquals(address("10.1.0.254"), found.gateway().orElseThrow());
            assertEquals("b", found.device());
        }
        namespaces.ip(name).run("route add blackhole 2001:db8:1::/64 table 77 proto 157");
        namespaces.ip(name).run("-6 rule add pref 100 from all lookup 77");
        links.addAddress("a", prefix("2001:db8:2::1/64"), AddressOption.NO_DUPLICATE_DETECTION);
        namespaces.ip(name).run("-6 route add default via 2001:db8:2::2 table 77 proto 157");
        var six = assertInstanceOf(RouteQuery.Answer.Found.class,
                kernel.lookup(RouteQuery.to(address("2001:db8:9::9"))));
        assertEquals(77, six.route().table());
        assertEquals("a", six.device());
        namespaces.ip(name).run("-6 route del default table 77");
        assertEquals(Errno.EACCES, assertInstanceOf(RouteQuery.Answer.Refused.class,
                kernel.lookup(RouteQuery.to(address("203.0.113.1")))).errno());
        assertEquals(Errno.ENETUNREACH, assertInstanceOf(RouteQuery.Answer.Refused.class,
                kernel.lookup(RouteQuery.to(address("2001:db8::9")))).errno());
    }
}
