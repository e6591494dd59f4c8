package dev.plumbline.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Route;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever devices, addresses and routes there are: the second plan is empty, what is ours can be made again when it is
 * lost, no route of another device changes, and without documents main is what it was.
 */
class CompilerPropertiesTest {

    @Property(tries = 300)
    void stableAndReversible(@ForAll long seed) {
        var random = new Random(seed);
        var host = host(random);
        var before = Set.copyOf(host.routes);
        var documents = documents(random);
        host.apply(documents);
        var state = Set.copyOf(host.routes);

        host.loseOurs();
        host.apply(documents);
        assertEquals(state, Set.copyOf(host.routes));

        host.apply();
        assertEquals(before, Set.copyOf(host.routes));
        assertEquals(List.of(), host.ourRules());
        assertEquals(List.of(), host.ledger.routes());
    }

    @Property(tries = 300)
    void aLostStoreChangesNothing(@ForAll long seed) {
        var random = new Random(seed);
        var host = host(random);
        var documents = documents(random);
        host.apply(documents);
        var routes = Set.copyOf(host.routes);
        var rules = List.copyOf(host.rules);
        host.ledger = Ledger.EMPTY;
        host.apply(documents);
        assertEquals(routes, Set.copyOf(host.routes));
        assertEquals(rules, host.rules);
    }

    @Property(tries = 300)
    void whateverHappensItConverges(@ForAll long seed) {
        var random = new Random(seed);
        var host = host(random);
        var original = documents(random);
        host.apply(original);
        for (int step = 0; step < 4; step++) {
            disturb(host, random);
            host.attended = false;
            var documents = random.nextInt(4) == 0 ? documents(random) : original;
            host.apply(documents);
        }
    }

    /** Other devices' routes are nobody's business. */
    @Property(tries = 300)
    void otherDevicesStay(@ForAll long seed) {
        var random = new Random(seed);
        var host = host(random);
        var before = ofEth0(host);
        host.apply(documents(random));
        assertEquals(before, ofEth0(host));
    }

    private static Set<Route> ofEth0(Host host) {
        var found = new HashSet<>(host.foreign());
        found.removeIf(each -> !each.attributes().uses("eth0") || each.table() != Route.TABLE_MAIN);
        return found;
    }

    private static void disturb(Host host, Random random) {
        var device = "net" + (1 + random.nextInt(2));
        switch (random.nextInt(6)) {
            case 0 -> host.loseOurs();
            case 1 -> {
                var there = host.addresses.stream().filter(each -> each.device().equals(device)).toList();
                if (!there.isEmpty()) {
                    host.dropAddress(device, there.get(random.nextInt(there.size())).peer().toString());
                }
            }
            case 2 -> {
                if (host.links.stream().anyMatch(each -> each.name().equals(device) && each.isUp())) {
                    host.address(device, (device.equals("net1") ? "10.50.0." : "10.60.0.") + (2 + host.addresses.size())
                            + "/24");
                }
            }
            case 3 -> {
                host.setDown(device);
                if (random.nextBoolean()) {
                    host.setUp(device);
                }
            }
            case 4 -> host.ledger.routes().stream().filter(each -> each.route().attributes().uses(device))
                    .filter(each -> host.links.stream().anyMatch(link -> link.name().equals(device) && link.isUp()))
                    .filter(each -> host.routes.stream().noneMatch(each.route()::sameIdentity))
                    .findFirst().ifPresent(each -> host.routes.add(each.route()));
            default -> host.routes.removeIf(each -> each.attributes().isOurs() && random.nextInt(3) == 0);
        }
    }

    private static Host host(Random random) {
        var host = new Host().link("eth0", "10.0.0.2/24").route("default via 10.0.0.1 dev eth0 metric 500");
        if (random.nextBoolean()) {
            host.route("10.88.0.0/16 via 10.0.0.8 dev eth0 proto static table 110", "blackhole 10.90.0.0/16 table 110");
            host.rule("800: from 10.4.0.0/16 lookup 110");
        }
        for (int device = 1; device <= 2; device++) {
            var name = "net" + device;
            host.link(name);
            var addresses = new ArrayList<>(List.of("10.1" + device + ".0.2/24", "10.1" + device + ".0.3/24",
                    "172.2" + device + ".0.2/16", "192.0.2." + device + "/32", "2001:db8:" + device + "::2/64",
                    "2001:db8:" + device + "::3/64", "2001:db8:f" + device + "::2/64", "fe80::" + device + "/64"));
            addresses.removeIf(each -> random.nextBoolean());
            addresses.forEach(each -> host.address(name, each));
            routes(name, device, random).stream().map(Ip::route).filter(route -> isPossible(host, route, name))
                    .forEach(host.routes::add);
        }
        return host;
    }

    private static List<String> routes(String name, int device, Random random) {
        var all = new ArrayList<>(List.of(
                "default via 10.1" + device + ".0.1 dev " + name + " metric " + device,
                "default via 172.2" + device + ".0.1 dev " + name + " proto dhcp metric 1" + device,
                "default via fe80::99 dev " + name + " proto ra expires 900 metric " + (100 + device),
                "default via 2001:db8:" + device + "::1 dev " + name + " metric " + (200 + device),
                "169.254.1.1 dev " + name, "10.20" + device + ".0.0/16 via 169.254.1.1 dev " + name,
                "10.21" + device + ".0.0/16 via 10.1" + device + ".0.7 dev " + name + " src 172.2" + device + ".0.2",
                "10.22" + device + ".0.0/16 via 203.0.113.9 dev " + name + " onlink mtu 1400",
                "10.23" + device + ".0.0/16 dev " + name + " tos 0x10",
                "10.24" + device + ".0.0/16 nexthop via 10.1" + device + ".0.7 dev " + name + " weight 2 nexthop via "
                        + "172.2" + device + ".0.7 dev " + name + " weight 1",
                "2001:db8:aa" + device + "::/48 via 2001:db8:f" + device + "::7 dev " + name));
        all.removeIf(each -> random.nextInt(3) == 0);
        return all;
    }

    /** The kernel would have taken it: gateways are reachable, the source is here, and the identity is new. */
    private static boolean isPossible(Host host, Route route, String device) {
        boolean source = route.attributes().source().map(each -> host.addresses.stream()
                .anyMatch(address -> address.local().equals(each))).orElse(true);
        boolean address = route.attributes().hasGateway() || host.addresses.stream()
                .anyMatch(each -> each.device().equals(device) && each.local().family() == route.family());
        return source && address && host.routes.stream().noneMatch(route::sameIdentity)
                && route.attributes().nextHops().stream().allMatch(hop -> hop.gateway().isEmpty() || hop.onlink()
                || hop.gateway().get().isLinkLocal() && hop.gateway().get().family() == Family.IPV6
                || host.routes.stream().anyMatch(each -> !each.attributes().hasGateway()
                        && each.attributes().uses(hop.device()) && each.destination().contains(hop.gateway().get())))
                && (!route.attributes().hasGateway() || host.addresses.stream()
                        .anyMatch(each -> each.device().equals(device) && each.local().family() == route.family()));
    }

    private static Document[] documents(Random random) {
        var documents = new ArrayList<Document>();
        for (int device = 1; device <= 2; device++) {
            if (random.nextInt(4) == 0) {
                continue;
            }
            var source = Intents.source("s" + device, "net" + device);
            var mode = RoutesMode.values()[random.nextInt(8) < 6 ? 0 : 1 + random.nextInt(2)];
            source.routes(mode);
            if (random.nextInt(4) == 0) {
                source.table(70 + device);
            }
            if (random.nextInt(4) == 0 && mode == RoutesMode.MOVE) {
                source.sourceHints();
            }
            if (random.nextInt(4) == 0) {
                source.extra("10.66.0.0/16 dev net" + device, "default via fe80::7 metric 900",
                        "blackhole 10.67.0.0/16");
            }
            documents.add(source.document());
        }
        if (random.nextBoolean()) {
            documents.add(Intents.table("t", "10.77.0.0/16 via 10.0.0.9", "2001:db8:77::/48 dev eth0").document());
            documents.add(Intents.rules("r", "900: from all lookup t", "20000: from 10.9.9.9 lookup t"));
        }
        if (random.nextBoolean()) {
            documents.add(Intents.table("adopted", "10.88.0.0/16 via 10.0.0.9", "10.89.0.0/16 dev eth0",
                    "blackhole 10.90.0.0/16").id(110).adopt().document());
            documents.add(Intents.rules("ra", true, "800: from 10.4.0.0/16 lookup adopted"));
        }
        Collections.shuffle(documents, random);
        return documents.toArray(Document[]::new);
    }
}
