package dev.plumbline.kernel;

import static dev.plumbline.compile.FirewallScene.document;
import static dev.plumbline.compile.FirewallScene.errors;
import static dev.plumbline.compile.FirewallScene.firewall;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.compile.FirewallScene;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallArbitraries;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.DesiredFirewall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What compilers make of Firewall documents, on the running kernel. */
@Tag("kernel")
class FirewallCompilerKernelTest extends FirewallFixture {

    private final FirewallScene scene = new FirewallScene();

    /** Loads it; what is read back is the same, and a second plan empty. */
    private void load(DesiredFirewall desired) {
        var outcome = tables.commit(FirewallDiff.between(desired, tables.read()), Progress.SILENT);
        assertEquals(new Outcome.Done(), outcome);
        assertEquals(desired.state(), tables.read().state());
        assertTrue(FirewallDiff.between(desired, tables.read()).isEmpty());
    }

    private List<String> listed(String family, String chain) {
        return nft.rules(family, "plumbline", chain).stream().map(each -> each.replaceAll(" comment \".*\"$", ""))
                .toList();
    }

    @Test
    void everyLineOfTheExampleLoads() throws IOException {
        scene.attachment("plugin_instance_1", "198.51.100.3");
        scene.variables = Optional.of(Map.of("vns3_public_ip", "192.0.2.7"));
        var lines = Files.readAllLines(Path.of("examples/vns3-edge/edge.rules")).stream()
                .filter(each -> !each.isBlank() && !each.startsWith("#")).toArray(String[]::new);

        load(scene.apply(firewall("edge", lines), FirewallScene.routeTable("plugin0", "id: 110")));

        assertEquals(List.of("iifname \"eth0\" meta nfproto ipv4 tcp dport 45 dnat ip to 198.51.100.3:22"),
                listed("inet", "prerouting-nat"));
        assertEquals(List.of("iifname \"tun0\" ip saddr 100.127.255.192/26 notrack",
                "iifname \"plugin0\" ip daddr 100.127.255.192/26 notrack"), listed("inet", "prerouting-raw"));
        assertEquals(List.of("oifname \"eth0\" ip saddr 198.51.100.3 snat ip to 192.0.2.7"),
                listed("inet", "postrouting-nat"));
        assertEquals(List.of("iifname \"tun0\" ip saddr 10.100.0.0/24 dup to 198.51.100.3"),
                listed("ip", "prerouting-mangle"));
        assertEquals(List.of("oifname \"tun0\" ip daddr 10.100.0.0/24 dup to 198.51.100.3"),
                listed("ip", "postrouting-mangle"));
    }

    private static final Map<String, String> VARIABLES = Map.ofEntries(Map.entry("if", "eth9"),
            Map.entry("net", "10.9.0.0/16"), Map.entry("a", "10.0.0.0"), Map.entry("b", "198.51.100.9"),
            Map.entry("p", "tcp"), Map.entry("port", "99"), Map.entry("mark", "0x50"), Map.entry("State", "new"),
            Map.entry("r", "10"), Map.entry("x", "8080"), Map.entry("plugin_instance_1_ip", "198.51.100.3"));

    /** Whatever compiles is loaded by the kernel, comes back equal, and leaves nothing to do. */
    @Test
    void anyFirewallThatCompilesLoads() {
        scene.variables = Optional.of(VARIABLES);
        int compiled = 0;
        for (int seed = 0; seed < 400; seed++) {
            var spec = new FirewallArbitraries(new Random(seed)).spec();
            var desired = without(spec, seed);
            try {
                load(desired);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + String.join("\n", FirewallScene.inet(desired)), e);
            }
            compiled += desired.rules().size();
        }
        assertTrue(compiled > 400, compiled + " rules");
    }

    /** Compiles without the rules that are refused: each refusal says why. */
    private DesiredFirewall without(FirewallSpec spec, int seed) {
        var rules = new ArrayList<>(spec.rules());
        while (true) {
            var numbered = new ArrayList<dev.plumbline.intent.firewall.FirewallRule>();
            for (var rule : rules) {
                numbered.add(rule.at(new Origin("Firewall/r", "r.yaml", numbered.size() + 1, 1)));
            }
            var document = new Document("Firewall", "r", Map.of(), HostSelector.ALL, Document.HOST, Optional.empty(),
                    new FirewallSpec(spec.policies(), false, spec.variables(), spec.sets(), spec.chains(), numbered),
                    new Origin("Firewall/r", "r.yaml", 0, 0));
            var tables = FirewallScene.parse(FirewallScene.routeTable("plugin0", "id: 110"),
                    FirewallScene.routeTable("no", "id: 111"));
            var compilation = scene.compile(List.of(document, tables.get(0), tables.get(1)));
            var wrong = compilation.problems().stream().filter(each -> errors(compilation).contains(each.toString()))
                    .map(each -> each.origin().line()).distinct().sorted().toList();
            if (wrong.isEmpty()) {
                assertEquals(List.of(), compilation.waiting());
                return compilation.desired().firewall();
            }
            assertTrue(wrong.getFirst() > 0, () -> "seed " + seed + errors(compilation));
            wrong.reversed().forEach(line -> rules.remove(line - 1));
        }
    }
}
