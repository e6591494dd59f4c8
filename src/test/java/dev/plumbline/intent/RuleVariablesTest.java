package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.RuleLine;
import dev.plumbline.intent.firewall.RuleVariables;
import dev.plumbline.state.Origin;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleVariablesTest {

    private static final RuleVariables VARIABLES = new RuleVariables(Map.of("plugin_instance_1_ip", "198.51.100.3",
            "vns3_public_ip", "3.222.10.5", "nets", "10.0.0.0/8, 192.0.2.0/24,10.0.0.0/8", "six", "2001:db8::1", "port",
            "22", "word", "what else", "mark", "0x10", "own", "blocked"));

    private static FirewallRule rule(String line) throws MalformedException {
        return RuleLine.parse(line, new Origin("", "", 1, 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            POSTROUTING -s ${plugin_instance_1_ip} -j SNAT --to ${vns3_public_ip}|POSTROUTING -s 198.51.100.3 -j SNAT --to 3.222.10.5
            PREROUTING -p tcp --dport ${port} -j DNAT --to ${plugin_instance_1_ip}:${port}|PREROUTING -p tcp --dport 22 -j DNAT --to 198.51.100.3:22
            FORWARD ! -s ${nets} -d ${six} -j DROP|-
            FORWARD -s ${nets},192.0.2.1 -j DROP|FORWARD -s 10.0.0.0/8,192.0.2.0/24,192.0.2.1 -j DROP
            FORWARD -s ${plugin_instance_1_ip}/24 -j DROP|FORWARD -s 198.51.100.0/24 -j DROP
            FORWARD -s ${own} -m mark --mark ${mark}/0xff -j MARK --set-mark ${mark}/0xf0|FORWARD -s blocked -m mark --mark 0x10/0xff -j MARK --set-mark 0x10/0xf0
            MACRO -j COPY --inbound --to ${six} --from tun0|MACRO -j COPY --inbound --to 2001:db8::1 --from tun0
            PREROUTING -p tcp -j REDIRECT --to-ports ${port}|PREROUTING -p tcp -j REDIRECT --to-ports 22
            """)
    void namesGetTheirValues(String line, String expected) throws MalformedException {
        if (expected.equals("-")) {
            assertThrows(MalformedException.class, () -> VARIABLES.resolve(rule(line)));
        } else {
            assertEquals(rule(expected), VARIABLES.resolve(rule(line)));
        }
    }

    @Test
    void namesAreFound() throws MalformedException {
        assertEquals(new TreeSet<>(Set.of("a", "b", "c")), RuleVariables.names(
                rule("PREROUTING -p tcp -s ${a}/24,${b} -j DNAT --to ${c}:22")));
        var plain = rule("PREROUTING -s ${fwset_blocked} -j ACCEPT");
        assertEquals(Set.of(), RuleVariables.names(plain));
        assertSame(plain, VARIABLES.resolve(plain));
    }

    @Test
    void valuesThatDoNotSuitAreNamed() throws MalformedException {
        var wrong = rule("FORWARD -s ${word} -j DROP");
        assertEquals("with ${word} = `what else`: expected an address, a prefix, a range or the name of a set; found"
                + " `what else`", assertThrows(MalformedException.class, () -> VARIABLES.resolve(wrong)).getMessage());
        var mixed = rule("FORWARD -s ${six} -d 192.0.2.1 -j DROP");
        assertEquals("with ${six} = `2001:db8::1`: this is IPv4, but the rest of the rule is IPv6: no packet is both",
                assertThrows(MalformedException.class, () -> VARIABLES.resolve(mixed)).getMessage());
        var absent = rule("FORWARD -s ${nobody} -j DROP");
        assertThrows(IllegalArgumentException.class, () -> VARIABLES.resolve(absent));
    }
}
