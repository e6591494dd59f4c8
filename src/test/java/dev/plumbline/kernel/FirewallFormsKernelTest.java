package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.firewall.NfTables;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleBuilder;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Every form of a rule: ours to the kernel and back, and beside it what {@code nft} makes of the same words. */
@Tag("kernel")
class FirewallFormsKernelTest {

    private static final List<FirewallForms.Form> FORMS = FirewallForms.all();

    private static final Map<String, Chain.Base> BASES = Map.of(
            "forw", new Chain.Base("filter", Hook.FORWARD, 0, Verdict.Code.DROP, List.of()),
            "raw", new Chain.Base("filter", Hook.PREROUTING, -300, Verdict.Code.ACCEPT, List.of()),
            "pre", new Chain.Base("nat", Hook.PREROUTING, -100, Verdict.Code.ACCEPT, List.of()),
            "post", new Chain.Base("nat", Hook.POSTROUTING, 100, Verdict.Code.ACCEPT, List.of()),
            "mangle", new Chain.Base("filter", Hook.PREROUTING, -150, Verdict.Code.ACCEPT, List.of()),
            "nat", new Chain.Base("nat", Hook.PREROUTING, -100, Verdict.Code.ACCEPT, List.of()),
            "dev", new Chain.Base("filter", Hook.INGRESS, 0, Verdict.Code.ACCEPT, List.of("lo")));

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    private NfTables open(String namespace) throws NetlinkException {
        return namespaces.closing(NfTables.open(namespaces.closing(NetworkNamespace.named(namespace))));
    }

    private static List<NftSet> sets() {
        var service = new SetElements.Builder(8, true);
        service.add(bytes("10.0.0.0").and(Bytes.u16(22)).padded(), bytes("10.255.255.255").and(Bytes.u16(23)).padded());
        var verdicts = new SetElements.Builder(2, false);
        verdicts.add(Bytes.u16(22), Bytes.u16(22), Verdict.jump("sub")).add(Bytes.u16(80), Bytes.u16(80), Verdict.DROP);
        return List.of(
                NftSet.named("four", List.of(DataType.IPV4_ADDR), true, new SetElements.Builder(4, true)
                        .add(bytes("10.0.0.0"), bytes("10.255.255.255")).add(bytes("192.168.1.1")).build()),
                NftSet.named("names", List.of(DataType.IFNAME), false,
                        SetElements.of(List.of(Bytes.text("eth0", 16), Bytes.text("wan", 16)))),
                NftSet.named("ports", List.of(DataType.INET_SERVICE), true, new SetElements.Builder(2, true)
                        .add(Bytes.u16(22)).add(Bytes.u16(65000), Bytes.u16(65535)).build()),
                NftSet.named("marks", List.of(DataType.MARK), false, SetElements.of(List.of(Bytes.host32(0x10)))),
                NftSet.named("macs", List.of(DataType.ETHER_ADDR), false,
                        SetElements.of(List.of(Bytes.of(new byte[] {0, 1, 2, 3, 4, 5})))),
                NftSet.named("pairs", List.of(DataType.IPV4_ADDR, DataType.INET_SERVICE), false,
                        SetElements.of(List.of(bytes("10.0.0.1").and(Bytes.u16(22)).padded()))),
                NftSet.named("services", List.of(DataType.IPV4_ADDR, DataType.INET_SERVICE), true, service.build()),
                NftSet.named("sixes", List.of(DataType.IFNAME, DataType.IPV6_ADDR), false,
                        SetElements.of(List.of(Bytes.text("eth0", 16).and(bytes("2001:db8::1"))))),
                NftSet.map("verdicts", List.of(DataType.INET_SERVICE), false, new NftSet.Mapping.Verdicts(),
                        verdicts.build()));
    }

    private static final String SETS = """
            set four { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.1.1 } }
            set names { type ifname; elements = { "eth0", "wan" } }
            set ports { type inet_service; flags interval; elements = { 22, 65000-65535 } }
            set marks { type mark; elements = { 0x10 } }
            set macs { type ether_addr; elements = { 00:01:02:03:04:05 } }
            set pairs { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 22 } }
            set services { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 22-23 } }
            set sixes { type ifname . ipv6_addr; elements = { "eth0" . 2001:db8::1 } }
            map verdicts { type inet_service : verdict; elements = { 22 : jump sub, 80 : drop } }
            chain sub { }
            """;

    private static Bytes bytes(String address) {
        return Bytes.of(FirewallForms.address(address));
    }

    private static FirewallState state() {
        var tables = new ArrayList<Table>();
        for (var family : TableFamily.values()) {
            var rules = new TreeMap<String, List<Rule>>();
            for (var form : FORMS) {
                if (form.family() == family) {
                    var in = rules.computeIfAbsent(form.chain(), chain -> new ArrayList<>());
                    in.add(new Rule(Optional.of(RuleKey.of("Firewall/edge", form.nft(), in.size())), "",
                            RuleBuilder.expressions(family, form.matches(), form.statements())));
                }
            }
            var chains = new ArrayList<Chain>();
            rules.forEach((name, some) -> chains.add(new Chain(name, Optional.of(BASES.get(name)), some)));
            boolean first = family == TableFamily.INET;
            if (first) {
                chains.add(Chain.regular("sub", List.of()));
            }
            tables.add(new Table(family, 0, chains, first ? sets() : List.of()));
        }
        return new FirewallState(tables);
    }

    /** The same in the words of nft. */
    private static String ruleset() {
        var text = new StringBuilder();
        for (var family : TableFamily.values()) {
            text.append("table ").append(family).append(" plumbline {\n");
            text.append(family == TableFamily.INET ? SETS : "");
            FORMS.stream().filter(form -> form.family() == family).map(FirewallForms.Form::chain).distinct()
                    .forEach(chain -> chain(text, family, chain));
            text.append("}\n");
        }
        return text.toString();
    }

    private static void chain(StringBuilder text, TableFamily family, String name) {
        var base = BASES.get(name);
        text.append("chain ").append(name).append(" { type ").append(base.type()).append(" hook ").append(base.hook());
        base.devices().forEach(device -> text.append(" device ").append(device));
        text.append(" priority ").append(base.priority()).append("; policy ")
                .append(base.policy() == Verdict.Code.DROP ? "drop" : "accept").append(";\n");
        FORMS.stream().filter(form -> form.family() == family && form.chain().equals(name))
                .forEach(form -> text.append(form.nft()).append('\n'));
        text.append("}\n");
    }

    private static void apply(NfTables tables, FirewallState state) {
        var changes = FirewallDiff.between(DesiredFirewall.of(state), tables.read());
        assertEquals(new Outcome.Done(), tables.commit(changes, Progress.SILENT));
    }

    @Test
    void whatWeWriteComesBackEqual() throws NetlinkException {
        var tables = open(namespaces.create());
        var state = state();

        apply(tables, state);

        var live = tables.read();
        compare(state, live);
        assertEquals(state, live.state());
        assertTrue(FirewallDiff.between(DesiredFirewall.of(state), live).isEmpty());
    }

    /** Rule by rule first: a failure names the form. */
    private static void compare(FirewallState state, LiveFirewall live) {
        for (var table : state.tables()) {
            for (var chain : table.chains()) {
                var now = live.state().table(table.family()).orElseThrow().chain(chain.name()).orElseThrow();
                for (int i = 0; i < chain.rules().size(); i++) {
                    assertEquals(chain.rules().get(i).expressions(), now.rules().get(i).expressions(),
                            NftText.of(table.family(), chain.rules().get(i)));
                }
            }
            for (var set : table.sets()) {
                assertEquals(set, live.state().table(table.family()).orElseThrow().set(set.name()).orElseThrow());
            }
        }
    }

    @Test
    void nftMakesTheSameOfTheSameWords() throws NetlinkException {
        var name = namespaces.create();
        var nft = new Nft(name);
        nft.load(ruleset());

        var live = open(name).read();

        compare(state(), live);
    }

    @Test
    void nftPrintsOursLikeItsOwn() throws NetlinkException {
        var mine = namespaces.create();
        var theirs = namespaces.create();
        apply(open(mine), state());
        new Nft(theirs).load(ruleset());

        assertEquals(listed(theirs), listed(mine));
    }

    /** What nft lists as JSON, without handles, by kind and chain; the rules of a chain keep their order. */
    private static String listed(String namespace) {
        var lines = new TreeMap<String, List<String>>();
        for (JsonNode each : new Nft(namespace).json("list ruleset")) {
            for (var entry : each.properties()) {
                if (entry.getValue() instanceof ObjectNode object && object.has("family")) {
                    object.remove("handle");
                    sort(object);
                    var key = entry.getKey() + " " + object.get("family") + " "
                            + (object.has("chain") ? object.get("chain") : object.get("name"));
                    lines.computeIfAbsent(key, group -> new ArrayList<>()).add(object.toString());
                }
            }
        }
        return lines.entrySet().stream().map(entry -> entry.getKey() + "\n" + String.join("\n", entry.getValue()))
                .collect(Collectors.joining("\n"));
    }

    private static void sort(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (var key : List.of("elem", "set")) {
                if (object.get(key) instanceof tools.jackson.databind.node.ArrayNode array) {
                    var sorted = new ArrayList<JsonNode>();
                    array.forEach(sorted::add);
                    sorted.sort((one, two) -> one.toString().compareTo(two.toString()));
                    array.removeAll();
                    sorted.forEach(array::add);
                }
            }
        }
        node.forEach(FirewallFormsKernelTest::sort);
    }

    @Test
    void ourWordsAreThoseOfNft() throws NetlinkException {
        var name = namespaces.create();
        apply(open(name), state());
        var nft = new Nft(name);

        Map<String, List<String>> printed = new HashMap<>();
        Map<String, List<String>> worded = new HashMap<>();
        for (var form : FORMS) {
            var place = form.family() + " " + form.chain();
            printed.computeIfAbsent(place, each -> nft.rules(form.family().toString(), "plumbline", form.chain()));
            worded.computeIfAbsent(place, each -> new ArrayList<>()).add(NftText.of(form.family(),
                    RuleBuilder.expressions(form.family(), form.matches(), form.statements())));
        }
        worded.forEach((place, texts) -> assertEquals(String.join("\n", printed.get(place)), String.join("\n", texts)));
        assertEquals(FORMS.stream().map(FirewallForms.Form::nft).collect(Collectors.joining("\n")),
                FORMS.stream().map(form -> NftText.of(form.family(), RuleBuilder.expressions(form.family(),
                        form.matches(), form.statements()))).collect(Collectors.joining("\n")));
    }
}
