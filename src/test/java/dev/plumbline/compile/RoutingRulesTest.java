package dev.plumbline.compile;

import static dev.plumbline.compile.Intents.rules;
import static dev.plumbline.compile.Intents.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Document;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules: names of tables, and what the kernel would confuse. */
class RoutingRulesTest {

    private static void assertError(Host host, String expected, Document... documents) {
        var errors = Host.errors(host.compile(documents));
        assertTrue(errors.stream().anyMatch(each -> each.contains(expected)), () -> expected + " in " + errors);
    }

    @Test
    void namesOfTables() {
        var host = new Host().link("tun0");
        host.tableNames.put("office", 500L);
        host.apply(Intents.table("t", "10.0.0.0/8 dev tun0").id(110).document(),
                rules("r", "900: from 10.0.0.1 lookup t", "901: from 10.0.0.2 lookup main",
                        "902: from 10.0.0.3 lookup office", "903: from 10.0.0.4 lookup 7",
                        "904: from 10.0.0.5 blackhole"));
        assertEquals(List.of("900: from 10.0.0.1 lookup 110", "901: from 10.0.0.2 lookup main",
                "902: from 10.0.0.3 lookup 500", "903: from 10.0.0.4 lookup 7", "904: from 10.0.0.5 blackhole"),
                host.ourRules());
        assertError(host, "r.yaml:10:5: error: lookup: no RouteTable and no line of rt_tables is named ofice; did you "
                + "mean office?", rules("r", "900: from 10.0.0.1 lookup ofice"));
        assertError(host, "table 0 is not 1 to", rules("r", "900: from 10.0.0.1 lookup 0"));
        assertError(host, "goto 900 leads backwards", rules("r", "900: from 10.0.0.1 goto 900"));
    }

    @Test
    void theOrderWithinAPriorityIsTheDocuments() {
        var result = new Host().compile(rules("b", "900: from 10.0.0.2 lookup 7", "900: from 10.0.0.1 lookup 7"),
                rules("a", "900: from 10.0.0.3 lookup 7"));
        assertEquals(List.of("900: from 10.0.0.2 lookup 7", "900: from 10.0.0.1 lookup 7",
                "900: from 10.0.0.3 lookup 7"),
                result.desired().rules().stream().map(each -> each.rule().toString()).toList());
    }

    @Test
    void equalSelectorsAreRefused() {
        var host = Host.example();
        assertError(host, "b.yaml:10:5: error: `from 10.0.0.1` at priority 900 is already a rule of RoutingRules/a at "
                + "a.yaml:10:5", rules("a", "900: from 10.0.0.1 lookup 7"), rules("b", "900: from 10.0.0.1 blackhole"));
        assertError(host, "differs in `not` alone from the rule of RoutingRules/a at a.yaml:10:5",
                rules("a", "900: from 10.0.0.1 lookup 7", "900: not from 10.0.0.1 lookup 8"));
        assertError(host, "is already a rule of SourceRouting/sip",
                source("sip", "net1").document(), rules("a", "20000: from 192.168.1.209 lookup 7"));
        assertEquals(List.of(), Host.errors(host.compile(rules("a", "900: from all lookup 7",
                "900: inet6 from all lookup 7", "901: from all lookup 7"))));
    }

    @Test
    void aForeignRuleOfTheSameSelector() {
        var host = Host.example().rule("900: from 10.0.0.1 lookup 7").rule("20000: from 192.168.1.209 lookup 9");
        assertError(host, "rule `900: from 10.0.0.1 lookup 7 proto boot` is there already, and is not plumbline's; "
                + "say `adopt: true` to take it over", rules("a", "900: from 10.0.0.1 lookup 7"));
        assertError(host, "rule `20000: from 192.168.1.209 lookup 9 proto boot` is there already",
                source("sip", "net1").document());
        host.apply(rules("a", true, "900: from 10.0.0.1 lookup 7"));
        assertEquals(1, host.ledger.rules().size());
        assertTrue(host.compile(rules("a", true, "900: from 10.0.0.1 lookup 7")).desired().adopting()
                .contains("RoutingRules/a"));
        host.rule("901: from 10.0.0.1 lookup 7");
        assertError(host, "is there already", rules("a", true, "901: from 10.0.0.1 lookup 8"));
    }
}
