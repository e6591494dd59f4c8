package dev.plumbline.compile;

import static dev.plumbline.compile.Intents.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.Method;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.plan.After;
import dev.plumbline.plan.Former;
import dev.plumbline.plan.LinkDiff;
import dev.plumbline.plan.RouteDiff;
import dev.plumbline.plan.RuleDiff;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.DesiredState.DesiredVrf;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LinkChanges;
import dev.plumbline.state.LinkChanges.AddressChange;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What source routing by a VRF wants, and what the kernel does by itself on the way there. */
class VrfTest {

    private static Document vrf(Document document) {
        var spec = (SourceRoutingSpec) document.spec();
        return new Document(document.kind(), document.name(), document.labels(), document.hosts(), document.netns(),
                document.drift(), spec.by(new Located<>(Method.VRF, document.origin())), document.origin());
    }

    private static List<String> errors(Compilation compilation) {
        return compilation.problems().stream().filter(each -> each.severity().name().equals("ERROR"))
                .map(each -> each.field() + ": " + each.message()).toList();
    }

    @Test
    void whatMainHadGoesIntoTheTableOfTheVrf() {
        var host = new Host().link("net1", "192.168.1.209/24").link("eth0", "10.0.0.10/24")
                .route("default via 192.168.1.1 dev net1 metric 50", "default via 10.0.0.1 dev eth0",
                        "203.0.113.0/24 via 192.168.1.2 dev net1 table 77 proto static");
        var document = vrf(source("sip", "net1").document());
        var result = host.compile(document);
        assertEquals(List.of(), errors(result));
        var wanted = result.desired();
        assertEquals(List.of(new DesiredVrf("vrf-net1", 100, "SourceRouting/sip", "net1", document.origin())),
                wanted.vrfs());
        assertEquals(List.of(), wanted.rules());
        assertEquals(List.of("203.0.113.0/24 via 192.168.1.2 dev net1 proto static table 77",
                "default via 192.168.1.1 dev net1 metric 50 table 100"), wanted.routes().tables().values().stream()
                        .flatMap(rows -> rows.toList().stream()).map(Object::toString).toList());
        assertEquals(List.of("default via 192.168.1.1 dev net1 metric 50 proto boot table main"),
                result.ledger().routes().stream().map(each -> each.route().toString()).toList());
        assertTrue(result.problems().getFirst().message().contains("net.ipv4.tcp_l3mdev_accept=1"),
                () -> result.problems().toString());

        var live = host.read(ReadScope.ALL);
        var changes = LinkDiff.between(wanted, live);
        assertEquals(List.of("vrf-net1 type vrf table 100", "net1"),
                changes.pending().map(each -> each.change().subject()).toList());
        var after = LinkEffects.after(live, changes);
        assertEquals(List.of("default via 10.0.0.1 dev eth0 proto boot table main",
                "192.168.1.0/24 dev net1 scope link src 192.168.1.209 proto kernel table 100"),
                after.routes().tables().values().stream().flatMap(rows -> rows.toList().stream()).map(Object::toString)
                        .filter(line -> !line.startsWith("10.0.0.0/24")).sorted((a, b) -> b.compareTo(a)).toList());
        assertEquals("vrf-net1", after.master(after.link("net1").orElseThrow()).orElseThrow().name());
        assertTrue(LinkDiff.between(wanted, after).isEmpty());
    }

    /** Nobody else's device is touched, and none of ours that a waiting or held document has. */
    @Test
    void onlyMarkedDevicesGo() {
        var host = new Host().link("net1", "192.168.1.209/24");
        host.links.add(new Link(50, "red", Link.VRF, 1, 1500, OptionalInt.empty(), "", "", Optional.of(7L)));
        host.links.add(new Link(51, "vrf-a", Link.VRF, 1, 1500, OptionalInt.empty(), "plumbline:SourceRouting/a", "",
                Optional.of(100L)));
        var live = host.read(ReadScope.ALL);
        assertEquals(List.of("vrf-a type vrf table 100"), LinkDiff.between(DesiredState.NOTHING, live).pending()
                .map(each -> each.change().subject()).toList());
        var kept = new DesiredState(RouteTables.NONE, Set.of(), RouteTables.NONE, Set.of(), List.of(), Set.of(100L));
        assertTrue(LinkDiff.between(kept, live).isEmpty());
    }

    @Test
    void whatCannotBeIsSaid() {
        var host = new Host().link("net1", "192.168.1.209/24");
        var facts = new Facts(host.read(ReadScope.ALL), host.ledger, List.of(100L), host.tableNames, true,
                Map.of(), false, FirewallFacts.NOWHERE, false);
        var document = vrf(source("sip", "net1").document());
        assertTrue(errors(Compiler.compile(List.of(document), facts)).getFirst().startsWith("spec.method: this kernel "
                + "makes no VRF devices: it was built without CONFIG_NET_VRF"));
        var bridge = new Link(50, "br0", "bridge", 1, 1500, OptionalInt.empty(), "", "", Optional.empty());
        host.links.add(bridge);
        host.links.replaceAll(link -> link.name().equals("net1") ? new Link(link.index(), "net1", "veth", 1, 1500,
                OptionalInt.of(50), "", "", Optional.empty()) : link);
        assertEquals(List.of("spec.device: net1 is a port of br0 (bridge) already, which is not plumbline's; take it "
                + "out, name another device, or say `method: rule`"), errors(host.compile(document)));
    }

    private static final int PERMANENT = 0x80;
    private static final int NODAD = 0x02;
    private static final int TENTATIVE = 0x40;

    /** net1 with a permanent IPv6 address, a passing one, and a default route behind them; and its document. */
    private static Host ipv6() {
        var host = new Host().link("net1", "192.168.1.209/24", "fe80::9/64");
        host.address("net1", "2001:db8:1::9/64");
        host.addresses.add(with(host.addresses.removeLast(), PERMANENT | NODAD | TENTATIVE));
        return host.address("net1", "2001:db8:1::a/64").route("default via 2001:db8:1::1 dev net1 metric 1024");
    }

    private static LinkAddress with(LinkAddress address, int flags) {
        return new LinkAddress(address.device(), address.local(), address.peer(), address.scope(), flags);
    }

    private static final Document SIP = vrf(source("sip", "net1").addresses("192.168.1.209", "2001:db8:1::9")
            .document());

    private static List<String> recorded(Ledger ledger) {
        return ledger.addresses().stream().map(each -> each.document() + " "
                + AddressChange.subject(each.address()) + " " + each.address().flags() + " " + each.deviceIndex()).toList();
    }

    private static List<String> lines(ChangeSet changes) {
        return changes.pending().map(each -> each.change().action().symbol() + " " + each.change().resource() + " "
                + each.change().subject()).toList();
    }

    /** The host as the plan makes it, and what is recorded then. */
    private static void carryOut(Host host, Compilation result) {
        var live = host.read(ReadScope.ALL);
        var links = LinkDiff.between(result.desired(), live);
        var then = LinkEffects.after(live, links);
        var state = After.of(live, List.of(links, RuleDiff.between(result.desired(), then),
                RouteDiff.between(result.desired(), then)));
        host.links.clear();
        host.links.addAll(state.links());
        host.addresses.clear();
        host.addresses.addAll(state.addresses());
        host.routes.clear();
        state.routes().tables().values().forEach(rows -> rows.forEach(host.routes::add));
        host.rules.clear();
        host.rules.addAll(state.rules());
        host.ledger = result.ledger();
        // That the VRF device was seen is recorded by the next run.
        var next = host.compile(SIP).ledger();
        assertEquals(result.ledger().addresses(), next.addresses());
        host.ledger = next;
        host.assertStable(SIP);
    }

    /** {@code ip link set net1 nomaster}: the kernel takes it down and up. */
    private static void takeOut(Host host) {
        host.setDown("net1");
        host.setUp("net1");
    }

    private static Host inVrf() {
        var host = ipv6();
        carryOut(host, host.compile(SIP));
        assertEquals("vrf-net1", host.read(ReadScope.ALL).master(host.links.getFirst()).orElseThrow().name());
        return host;
    }

    /** With the document that enters: somebody may take the device out at once. */
    @Test
    void addressesOfTheDeviceAreRecorded() {
        var host = ipv6();
        assertEquals(List.of("SourceRouting/sip 2001:db8:1::9/64 dev net1 130 1"),
                recorded(host.compile(SIP).ledger()));
        host = inVrf();
        assertEquals(List.of("SourceRouting/sip 2001:db8:1::9/64 dev net1 130 1"), recorded(host.ledger));
        host.address("net1", "2001:db8:2::9/64");
        host.addresses.replaceAll(each -> with(each, PERMANENT));
        assertEquals(List.of("SourceRouting/sip 2001:db8:1::9/64 dev net1 128 1",
                "SourceRouting/sip 2001:db8:1::a/64 dev net1 128 1",
                "SourceRouting/sip 2001:db8:2::9/64 dev net1 128 1"), recorded(host.compile(SIP).ledger()));
    }

    /** The kernel would refuse them. */
    @Test
    void addressesAreGivenUpWhereThereIsNoIpv6() {
        var host = inVrf();
        takeOut(host);
        host.sysctls.put("net/ipv6/conf/net1/disable_ipv6", "0");
        assertEquals(List.of("~ link net1", "+ address 2001:db8:1::9/64 dev net1"),
                lines(LinkDiff.between(host.compile(SIP).desired(), host.read(ReadScope.ALL))));
        host.sysctls.put("net/ipv6/conf/net1/disable_ipv6", "1");
        var rest = vrf(source("sip", "net1").document());
        assertEquals(List.of("~ link net1"),
                lines(LinkDiff.between(host.compile(rest).desired(), host.read(ReadScope.ALL))));
        assertEquals(List.of(), recorded(host.compile(rest).ledger()));
    }

    /** A plan has them with the device, and what they reach in the table; the way back takes them away again. */
    @Test
    void addressesThatTheKernelDroppedAreBackWithTheDevice() {
        var host = inVrf();
        var recorded = host.ledger.addresses();
        takeOut(host);
        var before = host.read(ReadScope.ALL);
        var result = host.compile(SIP);
        assertEquals(List.of(), result.waiting());
        var changes = LinkDiff.between(result.desired(), before);
        assertEquals(List.of("~ link net1", "+ address 2001:db8:1::9/64 dev net1"), lines(changes));
        assertEquals(List.of("SourceRouting/sip", "SourceRouting/sip"),
                changes.pending().map(ChangeSet.Pending::document).toList());
        assertEquals(recorded, result.ledger().addresses());
        assertTrue(result.desired().routes().tables().values().stream().flatMap(rows -> rows.toList().stream())
                .anyMatch(each -> each.toString().equals("default via 2001:db8:1::1 dev net1 table 100")),
                () -> result.desired().routes().toString());
        var former = Former.of(before, List.of(changes), ReadScope.ALL);
        carryOut(host, result);
        var after = host.read(ReadScope.ALL);
        assertTrue(LinkDiff.between(host.compile(SIP).desired(), after).isEmpty());
        assertTrue(after.routes().rows(new TableKey(Family.IPV6, 100)).toList().stream().map(Object::toString)
                .anyMatch("2001:db8:1::/64 dev net1 metric 256 proto kernel table 100"::equals), after::toString);

        var back = former.wayFrom(after).changes().getFirst();
        assertEquals(List.of("~ link net1", "- address 2001:db8:1::9/64 dev net1"), lines(back));
        var then = LinkEffects.after(after, (LinkChanges) back);
        assertEquals(before.addresses(), then.addresses());
        assertTrue(former.wayFrom(then).changes().getFirst().isEmpty());
    }

    @Test
    void whatGoesFromADeviceInItsVrfIsGone() {
        var host = inVrf();
        host.addresses.removeIf(each -> each.peer().toString().equals("2001:db8:1::9/64"));
        var result = host.compile(SIP);
        assertEquals("address 2001:db8:1::9 is not on net1 now", result.waiting().getFirst().message());
        assertEquals(List.of(), recorded(result.ledger()));
        assertTrue(LinkDiff.between(result.desired(), host.read(ReadScope.ALL)).isEmpty());
        host.ledger = result.ledger();
        takeOut(host);
        assertEquals(List.of(), host.compile(SIP).desired().addresses());
    }

    @Test
    void aDeviceMadeAnewHasNothingToGetBack() {
        var host = inVrf();
        host.dropLink("net1");
        var recorded = host.ledger.addresses();
        var result = host.compile(SIP);
        assertEquals(recorded, result.ledger().addresses());
        host.ledger = result.ledger();
        host.links.add(new Link(99, "net1", "veth", 1, 1500, OptionalInt.empty(), "", "", Optional.empty()));
        host.address("net1", "192.168.1.209/24");
        assertEquals(List.of(), host.compile(SIP).desired().addresses());
        assertEquals(List.of(), recorded(host.compile(vrf(source("sip", "net1").document())).ledger()));
    }

    /** Nobody's document any more, or one of rules: the address is there again, and on record no more. */
    @Test
    void formerDocumentsGiveThemBack() {
        for (var documents : List.of(List.<Document>of(), List.of(source("sip", "net1").document()))) {
            var host = inVrf();
            takeOut(host);
            var result = host.compile(documents.toArray(Document[]::new));
            assertEquals(List.of(), errors(result));
            assertEquals(List.of("+ address 2001:db8:1::9/64 dev net1", "- link vrf-net1 type vrf table 100"),
                    lines(LinkDiff.between(result.desired(), host.read(ReadScope.ALL))));
            assertEquals(List.of(), recorded(result.ledger()));
            assertEquals(documents.isEmpty() ? 0 : 2, result.desired().rules().size());
        }
    }

    /** In another's bridge or VRF by now: that is somebody's decision. */
    @Test
    void nothingIsGivenToAPortOfOthers() {
        var host = inVrf();
        takeOut(host);
        host.links.replaceAll(link -> link.name().equals("net1") ? new Link(link.index(), "net1", "veth", 1, 1500,
                OptionalInt.of(77), "", "", Optional.empty()) : link);
        assertEquals(List.of(), host.compile().desired().addresses());
    }

    /** Said to have drifted, and left; what is on record stays, so that whoever corrects it gets it back. */
    @Test
    void whereDriftIsLeftAloneNothingIsPutBack() {
        var host = inVrf();
        host.attended = false;
        host.uncorrected = Map.of(SIP.id(), DriftMode.REPORT);
        var recorded = host.ledger.addresses();
        takeOut(host);
        host.address("net1", "2001:db8:2::9/64");
        host.addresses.replaceAll(each -> with(each, PERMANENT));
        var live = host.read(ReadScope.ALL);
        var result = host.compile(SIP);
        assertTrue(LinkDiff.between(result.desired(), live).isEmpty());
        assertEquals(List.of("~ link net1", "+ address 2001:db8:1::9/64 dev net1"),
                lines(LinkDiff.between(result.corrected(), live)));
        assertEquals(recorded, result.ledger().addresses());
        assertTrue(result.ledger().carriedOut().contains(SIP.id()));
        host.ledger = result.ledger();
        assertTrue(LinkDiff.between(host.compile(SIP).desired(), live).isEmpty());
        host.attended = true;
        assertEquals(List.of("~ link net1", "+ address 2001:db8:1::9/64 dev net1"),
                lines(LinkDiff.between(host.compile(SIP).desired(), live)));
    }

    @Test
    void namesFitTheKernel() {
        assertEquals("vrf-net1", VrfCompiler.nameFor("net1"));
        assertEquals("vrf-enp0s31f6ab", VrfCompiler.nameFor("enp0s31f6ab"));
        var one = VrfCompiler.nameFor("enp0s31f6.1001");
        assertTrue(one.length() == 15 && !one.equals(VrfCompiler.nameFor("enp0s31f6.1002")), one);
    }
}
