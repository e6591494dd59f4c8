package dev.plumbline.compile;

import static dev.plumbline.compile.Intents.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.Method;
import dev.plumbline.plan.LinkDiff;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.DesiredState.DesiredVrf;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkEffects;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RouteTables;
import java.util.List;
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
                java.util.Map.of(), false, FirewallFacts.NOWHERE, false);
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

    @Test
    void namesFitTheKernel() {
        assertEquals("vrf-net1", VrfCompiler.nameFor("net1"));
        assertEquals("vrf-enp0s31f6ab", VrfCompiler.nameFor("enp0s31f6ab"));
        var one = VrfCompiler.nameFor("enp0s31f6.1001");
        assertTrue(one.length() == 15 && !one.equals(VrfCompiler.nameFor("enp0s31f6.1002")), one);
    }
}
