package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Macros;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.RuleLine;
import dev.plumbline.intent.firewall.RuleParts;
import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lookups through a host become the four rules of VNS3 5.2.4, and copies the places where they are made. */
class MacrosTest {

    private static final String NET = "100.127.255.192/26";

    private static FirewallRule rule(String line) throws MalformedException {
        return RuleLine.parse(line, new Origin("", "", 1, 1));
    }

    private static List<FirewallRule> longForm() throws MalformedException {
        var rules = new ArrayList<FirewallRule>();
        for (var line : List.of("PREROUTING_CUST -i tun0 -s " + NET + " -j NOTRACK",
                "ROUTING_CUST -i tun0 -s " + NET + " -m mark --mark 0 -j LOOKUP --table plugin0",
                "PREROUTING_CUST -i plugin0 -d " + NET + " -j NOTRACK",
                "ROUTING_CUST -i plugin0 -d " + NET + " -m mark --mark 0 -j LOOKUP --table plugin0")) {
            rules.add(rule(line));
        }
        return rules;
    }

    @Test
    void everyShortFormIsTheLongForm() throws MalformedException {
        var source = rule("PREROUTING -i tun0 -s " + NET + " -j LOOKUP --through --table plugin0");
        var stated = rule("PREROUTING -i plugin0 -d " + NET + " -j LOOKUP --through --table plugin0 --from tun0");
        var printed = rule("PREROUTING -i plugin0 -d " + NET + " -j LOOKUP --through --table plugin0");
        assertFalse(Macros.needsRoute(source));
        assertFalse(Macros.needsRoute(stated));
        assertTrue(Macros.needsRoute(printed));
        assertEquals(longForm(), Macros.through(source, Optional.empty()));
        assertEquals(longForm(), Macros.through(stated, Optional.empty()));
        assertEquals(longForm(), Macros.through(printed, Optional.of("tun0")));
        assertEquals("the incoming interface is not known: the table plugin0 has no route to 100.127.255.192/26; write"
                + " the interface behind --from (`from:`), or the rule with -i of that interface and -s",
                assertThrows(MalformedException.class, () -> Macros.through(printed, Optional.empty())).getMessage());
        var numbered = rule("PREROUTING -i tun0 -s " + NET + " -j LOOKUP --through --table 110");
        assertThrows(MalformedException.class, () -> Macros.through(numbered, Optional.empty()));
    }

    private static List<String> places(String line) throws MalformedException {
        return Macros.copies(rule(line)).stream().map(place -> RuleParts.conditions(FirewallRule.of(
                place.chain().toString(), Optional.empty(), place.conditions(), List.of(new Action.Count())))
                + " to " + place.to()).toList();
    }

    @Test
    void copiesAreMadeOnBothWays() throws MalformedException {
        var in = "PREROUTING -i tun0 -s 10.100.0.0/24 to 198.51.100.3";
        var out = "POSTROUTING -o tun0 -d 10.100.0.0/24 to 198.51.100.3";
        assertEquals(List.of(in, out), places("MACRO_CUST -s 10.100.0.0/24 -j COPY --bidirectional --to 198.51.100.3"
                + " --from tun0"));
        assertEquals(List.of(in), places("MACRO_CUST -s 10.100.0.0/24 -j COPY --inbound --to 198.51.100.3 --from tun0"));
        assertEquals(List.of("POSTROUTING -o tun0 ! -s 10.0.0.2 -d 10.0.0.1 -p tcp --sport 80 --dport 1024-65535"
                + " -m set --match-set web src,dst to 198.51.100.3"), places("MACRO -s 10.0.0.1 ! -d 10.0.0.2 -p tcp"
                + " --sport 1024: --dport 80 -m set --match-set web dst,src -j COPY --outbound --to 198.51.100.3"
                + " --from tun0"));
    }
}
