package dev.plumbline.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.plan.SysctlDiff;
import dev.plumbline.state.Ledger.TakenSysctl;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Sysctl;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SysctlsTest {

    private static final String FORWARD = "net.ipv4.ip_forward";
    private static final String FORWARD6 = "net.ipv6.conf.all.forwarding";

    /** An edge: clients behind tun0, a plugin behind plugin0, the world behind eth0. */
    private static Host edge() {
        return new Host().link("lo", "127.0.0.1/8").link("eth0", "198.51.100.2/24", "2001:db8::2/64")
                .link("tun0", "10.8.0.1/24").link("plugin0", "10.9.0.1/24", "2001:db8:9::1/64")
                .route("default via 198.51.100.1 dev eth0").defaultSysctls();
    }

    private static Document managed(Document rules) {
        var spec = (RoutingRulesSpec) rules.spec();
        return new Document(rules.kind(), rules.name(), Map.of(), HostSelector.ALL, Document.HOST, Optional.empty(),
                new RoutingRulesSpec(spec.adopt(), true, spec.rules()), rules.origin());
    }

    private static Document table() {
        return Intents.table("plugin", "default via 10.9.0.2 dev plugin0").id(110).document();
    }

    private static Document firewall(boolean manage, String... rules) {
        var yaml = "apiVersion: plumbline.dev/v1\nkind: Firewall\nmetadata: {name: edge}\nspec:\n"
                + (manage ? "  sysctls: manage\n" : "") + "  rules:\n    - " + String.join("\n    - ", rules) + "\n";
        return parsed("edge.yaml", yaml);
    }

    private static Document parsed(String file, String yaml) {
        var parsed = new IntentParser().parse(List.of(new IntentFile(file, yaml.getBytes(StandardCharsets.UTF_8))));
        assertEquals(List.of(), parsed.problems());
        return parsed.documents().getFirst();
    }

    /** {@code NAME=VALUE} of what is to be written, in this order. */
    private static List<String> writes(Host host, Compilation result) {
        return SysctlDiff.between(result.desired(), host.read(ReadScope.ALL)).writes().stream()
                .map(each -> Sysctl.name(each.path()) + "=" + each.after()).toList();
    }

    private static List<String> needs(Host host, Document... documents) {
        var result = host.compile(documents);
        assertEquals(List.of(), Host.errors(result));
        return writes(host, result);
    }

    @Test
    void rulesForPacketsOfOthersNeedForwarding() {
        var rules = managed(Intents.rules("r", "1000: iif tun0 from 10.8.0.0/24 lookup plugin"));
        assertEquals(List.of(FORWARD + "=1"), needs(edge(), rules, table()));
    }

    @Test
    void aTableOfAnInterfaceForwardsWhatComesInByIt() {
        var yaml = "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: eth0}\nspec:\n"
                + "  interface: eth0\n  sysctls: manage\n  routes: [{to: 10.9.0.0/16, dev: eth0}]\n";
        assertEquals(List.of(FORWARD + "=1"), needs(edge(), FirewallScene.parse(yaml).getFirst()));
        var both = yaml.replace("}]", "}, {to: 2001:db8:9::/48, dev: eth0}]");
        assertEquals(List.of(FORWARD + "=1", FORWARD6 + "=1"), needs(edge(), FirewallScene.parse(both).getFirst()));
        var nobodys = yaml.replace("  interface: eth0\n  sysctls: manage\n", "");
        assertEquals(List.of(), needs(edge(), FirewallScene.parse(nobodys).getFirst()));
        var host = edge();
        var warned = host.compile(FirewallScene.parse(yaml.replace("  sysctls: manage\n", "")).getFirst());
        assertTrue(warned.problems().toString().contains("packets that come in by eth0 are not forwarded"),
                () -> warned.problems().toString());
        assertEquals(List.of(), writes(host, warned));
    }

    @Test
    void rulesForPacketsOfThisHostNeedNothing() {
        for (var rule : List.of("1000: from 10.8.0.0/24 lookup plugin", "1000: iif lo lookup plugin",
                "1000: to 10.8.0.0/24 lookup plugin", "1000: iif tun0 blackhole", "1000: not iif tun0 lookup plugin")) {
            var host = edge().sysctl("net.ipv4.conf.all.rp_filter", "1");
            assertEquals(List.of(), needs(host, managed(Intents.rules("r", rule)), table()), rule);
        }
    }

    @Test
    void sourceRoutingNeedsNothing() {
        var host = edge().sysctl("net.ipv4.conf.all.rp_filter", "1");
        host.apply(Intents.source("sip", "eth0").document());
        assertEquals(List.of(), host.ledger.sysctls());
    }

    @Test
    void rulesForIpv6NeedItsForwarding() {
        assertEquals(List.of(FORWARD6 + "=1"),
                needs(edge(), managed(Intents.rules("r", "1000: inet6 iif tun0 lookup 120"))));
    }

    @Test
    void aRuleWithoutAFamilyForwardsIpv6OnlyWhereItsTableHasRoutesForThat() {
        var yaml = "apiVersion: plumbline.dev/v1\nkind: RoutingRules\nmetadata: {name: r}\nspec:\n  sysctls: manage\n"
                + "  rules: [{priority: 1000, iif: tun0, lookup: plugin}]\n";
        var rules = parsed("r.yaml", yaml);
        assertEquals(List.of(FORWARD + "=1"), needs(edge(), rules, table()));
        assertEquals(List.of(FORWARD + "=1", FORWARD6 + "=1"), needs(edge(), rules, Intents.table("plugin",
                "default via 10.9.0.2 dev plugin0", "2001:db8:f::/48 dev plugin0").id(110).document()));
    }

    /** {@code max(all, device)} counts. */
    @ParameterizedTest
    @CsvSource({"0, 0, false", "0, 1, true", "0, 2, false", "1, 0, true", "1, 1, true", "1, 2, false", "2, 0, false",
        "2, 1, false"})
    void answersToWhatAMarkLedAwayPassALooseFilter(String all, String device, boolean strict) {
        var host = edge().sysctl("net.ipv4.conf.all.rp_filter", all)
                .sysctl("net.ipv4.conf.plugin0.rp_filter", device);
        var rules = managed(Intents.rules("r", "1000: fwmark 0x10/0xff lookup plugin"));
        assertEquals(strict ? List.of("net.ipv4.conf.plugin0.rp_filter=2") : List.of(), needs(host, rules, table()));
    }

    @Test
    void aDeviceThatDoesNotForwardAlone() {
        var host = edge().sysctl(FORWARD, "1").sysctl("net.ipv4.conf.tun0.forwarding", "0");
        var rules = managed(Intents.rules("r", "1000: iif tun0 lookup 120"));
        assertEquals(List.of("net.ipv4.conf.tun0.forwarding=1"), needs(host, rules));
    }

    @Test
    void warnsWithTheLineWhereItIsLeftToOthers() {
        var host = edge().sysctl("net.ipv4.conf.plugin0.rp_filter", "1");
        var result = host.compile(Intents.rules("r", "1000: iif tun0 fwmark 0x1 lookup plugin"), table());
        assertEquals(List.of(), writes(host, result));
        assertEquals(List.of("r.yaml:10:5: warning: spec.sysctls: answers to what `from all fwmark 0x1 iif tun0` leads"
                + " over plugin0 come in there, and a strict reverse-path filter drops them, for it does not follow that"
                + " rule: net.ipv4.conf.plugin0.rp_filter is 1; say `sysctls: manage`, or `sysctl -w"
                + " net.ipv4.conf.plugin0.rp_filter=2`",
                "r.yaml:10:5: warning: spec.sysctls: packets that come in by tun0 are not forwarded:"
                + " net.ipv4.ip_forward is 0; say `sysctls: manage`, or `sysctl -w net.ipv4.ip_forward=1`"),
                Host.warnings(result).stream().sorted().toList());
    }

    @Test
    void aFirewallNeedsWhatItsRulesDo() {
        var host = edge().sysctl("net.ipv4.conf.all.rp_filter", "1");
        var loose = List.of("net.ipv4.conf.plugin0.rp_filter=2", "net.ipv4.conf.tun0.rp_filter=2");
        assertEquals(List.of(FORWARD + "=1"),
                needs(host, firewall(true, "PREROUTING -i eth0 -p tcp --dport 45 -j DNAT --to 10.9.0.2:22")));
        assertEquals(List.of(), needs(host, firewall(true, "PREROUTING -p tcp --dport 45 -j DNAT --to 10.9.0.1:22")),
                "to an address of this host");
        assertEquals(List.of("net.ipv4.conf.eth0.route_localnet=1"),
                needs(host, firewall(true, "PREROUTING -i eth0 -p tcp --dport 45 -j DNAT --to 127.0.0.1:22")));
        assertEquals(List.of("net.ipv4.conf.all.route_localnet=1"),
                needs(host, firewall(true, "PREROUTING -p tcp --dport 45 -j DNAT --to 127.0.0.1:22")));
        assertEquals(List.of(FORWARD + "=1"), needs(host, firewall(true, "POSTROUTING -o eth0 -j MASQUERADE")));
        assertEquals(List.of(FORWARD + "=1"), needs(host, firewall(true, "FORWARD -i eth0 -j ACCEPT")));
        assertEquals(List.of(FORWARD6 + "=1"), needs(host, firewall(true, "FORWARD -d 2001:db8::/32 -j ACCEPT")));
        assertEquals(List.of(), needs(host, firewall(true, "FORWARD -i eth0 -j DROP", "INPUT -j ACCEPT",
                "MACRO_CUST -j COPY --bidirectional --to 10.9.0.2 --from eth0")));
        var through = firewall(true, "PREROUTING -i tun0 -s 10.8.0.0/24 -j LOOKUP --through --table plugin0");
        var plugin0 = Intents.table("plugin0", "default via 10.9.0.2 dev plugin0").id(111).document();
        assertEquals(List.of(FORWARD + "=1", loose.getFirst(), loose.getLast()), needs(host, plugin0, through));
        assertEquals(List.of(FORWARD + "=1", loose.getFirst()), needs(host, table(),
                firewall(true, "PREROUTING -i tun0 -s 10.8.0.0/24 -j LOOKUP --table plugin")));
        assertEquals(List.of("net.ipv4.conf.eth0.rp_filter=2"),
                needs(host, firewall(true, "{chain: prerouting, inInterface: eth0, restoreMark: true}")));
        assertEquals(List.of("net.ipv4.conf.all.rp_filter=2"),
                needs(host, firewall(true, "{chain: prerouting, restoreMark: true}")));
    }

    @Test
    void aSubChainIsJudgedByWhereItIsReachedFrom() {
        var accepts = "{chain: web, protocol: tcp, action: accept}";
        assertEquals(List.of(FORWARD + "=1"), needs(edge(), firewall(true, "{chain: forward, jump: web}", accepts)));
        assertEquals(List.of(), needs(edge(), firewall(true, "{chain: input, jump: web}", accepts)));
    }

    @Test
    void whatRouterAdvertisementsGaveIsKept() {
        var host = edge().route("default via fe80::1 dev eth0 proto ra metric 1024");
        var rules = managed(Intents.rules("r", "1000: inet6 iif tun0 lookup 120"));
        assertEquals(List.of("net.ipv6.conf.eth0.accept_ra=2", FORWARD6 + "=1"), needs(host, rules));
        host.apply(rules);
        host.routes.removeIf(each -> each.toString().contains("fe80::1"));
        host.assertStable(rules);
        host.apply();
        assertEquals("1", host.sysctl("net.ipv6.conf.eth0.accept_ra"));
        assertEquals("0", host.sysctl(FORWARD6));
        assertEquals(List.of(), host.ledger.sysctls());
    }

    @Test
    void formerValuesAreKeptUntilNobodyWantsThem() {
        var host = edge();
        var former = new TreeMap<>(host.sysctls);
        var one = managed(Intents.rules("one", "1000: iif tun0 lookup 120"));
        var two = managed(Intents.rules("two", "1001: iif eth0 lookup 120"));
        host.apply(one, two);
        assertEquals(List.of(new TakenSysctl(List.of("RoutingRules/one", "RoutingRules/two"), "net/ipv4/ip_forward",
                "0", "1", 0)), host.ledger.sysctls());
        host.apply(two);
        assertEquals("1", host.sysctl(FORWARD));
        host.apply();
        assertEquals(former, host.sysctls);
        assertEquals(List.of(), host.ledger.sysctls());
    }

    /** Forwarding, switched off again, would take redirects and stop a device that forwarded by itself. */
    @Test
    void whatTheKernelChangesAlongIsPutBackToo() {
        var host = edge().sysctl("net.ipv4.conf.all.accept_redirects", "0")
                .sysctl("net.ipv4.conf.eth0.forwarding", "1");
        var former = new TreeMap<>(host.sysctls);
        host.apply(managed(Intents.rules("r", "1000: iif tun0 lookup 120")));
        assertEquals("1", host.sysctl("net.ipv4.conf.plugin0.forwarding"));
        var back = host.compile();
        assertEquals(List.of(FORWARD + "=0", "net.ipv4.conf.all.accept_redirects=0", "net.ipv4.conf.eth0.forwarding=1"),
                writes(host, back));
        host.apply();
        assertEquals(former, host.sysctls);
    }

    @Test
    void aForeignChangeIsCorrectedAndTheFirstValueStaysTheFormerOne() {
        var host = edge().sysctl("net.ipv4.conf.plugin0.rp_filter", "1");
        Document[] documents = {managed(Intents.rules("r", "1000: fwmark 0x1 lookup plugin")), table()};
        host.apply(documents);
        host.sysctl("net.ipv4.conf.plugin0.rp_filter", "0");
        assertEquals(List.of("net.ipv4.conf.plugin0.rp_filter=2"), needs(host, documents));
        host.apply(documents);
        host.apply();
        assertEquals("1", host.sysctl("net.ipv4.conf.plugin0.rp_filter"));
    }

    @Test
    void whatSomebodyHasMadeAnotherIsNotPutBack() {
        var host = edge().sysctl("net.ipv4.conf.plugin0.rp_filter", "1");
        host.apply(managed(Intents.rules("r", "1000: fwmark 0x1 lookup plugin")), table());
        host.sysctl("net.ipv4.conf.plugin0.rp_filter", "0");
        var result = host.apply();
        assertEquals("0", host.sysctl("net.ipv4.conf.plugin0.rp_filter"));
        assertEquals(List.of("RoutingRules/r: net.ipv4.conf.plugin0.rp_filter is not put back to 1: somebody has made"
                + " it 0 since"), result.notes());
    }

    @Test
    void theSysctlOfADeviceGoesWithIt() {
        var host = edge().link("vlan.7", "10.7.0.1/24").defaultSysctls()
                .sysctl("net.ipv4.conf.vlan/7.rp_filter", "1");
        Document[] documents = {managed(Intents.rules("r", "1000: fwmark 0x1 lookup plugin")),
            Intents.table("plugin", "default via 10.7.0.2 dev vlan.7").id(110).document()};
        host.apply(documents);
        assertEquals(1, host.ledger.sysctls().size());
        host.dropLink("vlan.7");
        host.sysctls.keySet().removeIf(path -> path.contains("vlan.7"));
        host.apply(documents);
        assertEquals(List.of(), host.ledger.sysctls());
        host.link("vlan.7", "10.7.0.1/24").defaultSysctls();
        host.apply(documents);
        assertEquals(List.of(), host.ledger.sysctls(), "made anew, with a filter that is off");
    }

    /** Over which device its table leads is not known while that waits. */
    @Test
    void aDownDeviceChangesNothing() {
        var host = edge().sysctl("net.ipv4.conf.plugin0.rp_filter", "1");
        Document[] documents = {managed(Intents.rules("r", "1000: fwmark 0x1 lookup plugin")), table()};
        host.apply(documents);
        var recorded = host.ledger.sysctls();
        host.setDown("plugin0");
        assertEquals(List.of(), needs(host, documents));
        assertEquals(recorded, host.compile(documents).ledger().sysctls());
    }

    @Test
    void driftThatIsOnlyReportedIsLeft() {
        var host = edge();
        var rules = managed(Intents.rules("r", "1000: iif tun0 lookup 120"));
        host.apply(rules);
        host.sysctl(FORWARD, "0");
        host.attended = false;
        host.uncorrected = Map.of("RoutingRules/r", DriftMode.REPORT);
        var result = host.compile(rules);
        assertEquals(List.of(), writes(host, result));
        assertEquals(host.ledger.sysctls(), result.ledger().sysctls());
        assertEquals(List.of("net.ipv4.ip_forward=1"), SysctlDiff.between(result.corrected(), host.read(ReadScope.ALL))
                .writes().stream().map(each -> Sysctl.name(each.path()) + "=" + each.after()).toList());
        var other = managed(Intents.rules("other", "1001: iif eth0 lookup 120"));
        assertEquals(List.of(FORWARD + "=1"), writes(host, host.compile(rules, other)));
    }

    @Test
    void aKernelWithoutTheProtocolIsAnError() {
        var host = edge();
        host.sysctls.keySet().removeIf(path -> path.startsWith("net/ipv6"));
        var rules = Intents.rules("r", "1000: inet6 iif tun0 lookup 120");
        assertEquals(List.of("r.yaml:10:5: error: spec.sysctls: packets that come in by tun0 are not forwarded (IPv6),"
                + " and this kernel has no net.ipv6.conf.all.forwarding to be set: the protocol is not built in, or"
                + " switched off (ipv6.disable=1)"), Host.errors(host.compile(managed(rules))));
        assertEquals(List.of(), Host.errors(host.compile(rules)));
    }

    @Test
    void nothingIsReadWhereNothingIsNeeded() {
        var host = edge();
        assertEquals(ReadScope.NO_ROUTES, Compiler.first(List.of(table())));
        var needs = Compiler.needs(List.of(table(), Intents.rules("r", "1000: from 10.8.0.0/24 lookup plugin")),
                host.ledger, host.read(ReadScope.NO_ROUTES), Map.of());
        assertEquals(java.util.Set.of(), needs.scope().sysctls());
    }
}
