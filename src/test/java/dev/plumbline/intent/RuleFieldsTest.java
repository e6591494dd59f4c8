package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.Family;
import dev.plumbline.state.RoutingRule;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFieldsTest {

    private static List<RoutingRulesSpec.RuleSpec> specs(String... rules) {
        return ((RoutingRulesSpec) Intents.document(Intents.rules(rules)).spec()).rules();
    }

    /** Left what is written, then 4, 6 or 46 for the families, then the rule in the words of {@code ip}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {priority: 1, lookup: 100}                              | 46 | 1: from all lookup 100
            {priority: 1, lookup: main}                             | 46 | 1: from all lookup main
            {priority: 1, lookup: local, family: ipv6}              | 6  | 1: from all lookup local
            {priority: 1, lookup: default, family: ipv4}            | 4  | 1: from all lookup default
            {priority: 4294967295, lookup: 4294967295}              | 46 | 4294967295: from all lookup 4294967295
            {priority: 1000, from: 100.127.255.192/26, iif: tun0, lookup: 1} | 4 | 1000: from 100.127.255.192/26 iif tun0 lookup 1
            {priority: 1, from: 10.1.1.1/24, lookup: 1}             | 4  | 1: from 10.1.1.1/24 lookup 1
            {priority: 1, from: all, to: 2001:db8::/32, lookup: 1}  | 6  | 1: from all to 2001:db8::/32 lookup 1
            {priority: 1, from: 0.0.0.0/0, lookup: 1}               | 4  | 1: from all lookup 1
            {priority: 1, from: 10.0.0.1, to: 10.0.0.2, lookup: 1}  | 4  | 1: from 10.0.0.1 to 10.0.0.2 lookup 1
            {priority: 1, oif: eth0, lookup: 1}                     | 46 | 1: from all oif eth0 lookup 1
            {priority: 1001, fwmark: 0x10/0xff, action: blackhole}  | 46 | 1001: from all fwmark 0x10/0xff blackhole
            {priority: 1, fwmark: 16, action: unreachable}          | 46 | 1: from all fwmark 0x10 unreachable
            {priority: 1, fwmark: 0x10, action: prohibit}           | 46 | 1: from all fwmark 0x10 prohibit
            {priority: 1, fwmark: 0/0xff, action: nop}              | 46 | 1: from all fwmark 0x0/0xff nop
            {priority: 1, fwmark: 0, action: nop}                   | 46 | 1: from all fwmark 0x0 nop
            {priority: 1, fwmark: 16/0xffffffff, action: nop}       | 46 | 1: from all fwmark 0x10 nop
            {priority: 1, ipproto: tcp, dport: 22, lookup: 1}       | 46 | 1: from all ipproto 6 dport 22 lookup 1
            {priority: 1, ipproto: ipv6-icmp, lookup: 1}            | 46 | 1: from all ipproto 58 lookup 1
            {priority: 1, ipproto: icmpv6, lookup: 1}               | 46 | 1: from all ipproto 58 lookup 1
            {priority: 1, ipproto: 255, lookup: 1}                  | 46 | 1: from all ipproto 255 lookup 1
            {priority: 1, sport: 1000-2000, dport: 1-65534, lookup: 1} | 46 | 1: from all sport 1000-2000 dport 1-65534 lookup 1
            {priority: 1, sport: 5-5, lookup: 1}                    | 46 | 1: from all sport 5 lookup 1
            {priority: 1, tos: 0x10, lookup: 1}                     | 46 | 1: from all tos 0x10 lookup 1
            {priority: 1, tos: 0xfc, family: ipv6, lookup: 1}       | 6  | 1: from all tos 0xfc lookup 1
            {priority: 1, uidrange: 1000-2000, lookup: 1}           | 46 | 1: from all uidrange 1000-2000 lookup 1
            {priority: 1, uidrange: 0, lookup: 1}                   | 46 | 1: from all uidrange 0-0 lookup 1
            {priority: 1, not: true, from: 10.0.0.0/8, lookup: 1}   | 4  | 1: not from 10.0.0.0/8 lookup 1
            {priority: 1, goto: 2}                                  | 46 | 1: from all goto 2
            {priority: 1, l3mdev: true}                             | 46 | 1: from all lookup [l3mdev-table]
            {priority: 1, l3mdev: false, lookup: 9}                 | 46 | 1: from all lookup 9
            {priority: 1, lookup: main, suppressPrefixLength: 0}    | 46 | 1: from all lookup main suppress_prefixlength 0
            {priority: 1, l3mdev: true, suppressPrefixLength: 128, family: ipv6} | 6 | 1: from all lookup [l3mdev-table] suppress_prefixlength 128
            {priority: 1, lookup: main, suppressInterfaceGroup: 0}  | 46 | 1: from all lookup main suppress_ifgroup 0
            {priority: 32766, lookup: 100}                          | 46 | 32766: from all lookup 100
            {priority: 32766, from: 10.0.0.1, lookup: main}         | 4  | 32766: from 10.0.0.1 lookup main
            """)
    void rulesBecomeWhatTheKernelEchoes(String item, String families, String expected) {
        var specs = specs(item);
        var found = new StringBuilder();
        specs.forEach(spec -> found.append(spec.rule().family() == Family.IPV4 ? '4' : '6'));
        assertEquals(families, found.toString());
        specs.forEach(spec -> assertEquals(expected, spec.rule().toString()));
        specs.forEach(spec -> assertEquals("a.yaml:6:7 RoutingRules/r", spec.origin().toString()));
    }

    @Test
    void aTableByNameStaysAName() {
        var spec = specs("{priority: 1, lookup: plugin0}").getFirst();
        assertEquals(Optional.of("plugin0"), spec.table());
        assertEquals(0, spec.rule().table().orElseThrow());
        assertEquals(Optional.empty(), specs("{priority: 1, lookup: main}").getFirst().table());
    }

    /** A mark of 0 without a mask is a mark of 0, not any mark. */
    @Test
    void markZeroLooksAtAllBits() {
        assertEquals(Optional.of(new RoutingRule.Mark(0, 0xffffffffL)),
                specs("{priority: 1, fwmark: 0, lookup: 1}").getFirst().rule().mark());
    }

    /** Left what is written, right the problem behind {@code a.yaml:6:column: error: spec.rules[0]}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {lookup: 1}                          | 7: .priority: is missing; write for example `priority: 1000`
            {priority: 0, lookup: 1}             | 18: .priority: 0 comes right after the kernel's own rule for the `local` table and hides all others; write a number from 1 to 4294967295
            {priority: -1, lookup: 1}            | 18: .priority: expected a whole number from 0 to 4294967295; found the number -1
            {priority: "1", lookup: 1}           | 18: .priority: expected a whole number; found the text "1"; leave out the quotes
            {prioritty: 1, lookup: 1}            | 8: .prioritty: unknown field `prioritty`; did you mean `priority`?
            {priority: 1, lokup: 1}              | 21: .lokup: unknown field `lokup`; did you mean `lookup`?
            {priority: 1, lookup: 1, suppress-prefix-length: 0} | 32: .suppress-prefix-length: unknown field `suppress-prefix-length`; did you mean `suppressPrefixLength`?
            {priority: 1}                        | 7: : the rule decides nothing; give it one of lookup, action, goto, l3mdev
            {priority: 1, lookup: 1, goto: 5}    | 38: .goto: a rule decides one thing; it has lookup and goto
            {priority: 1, l3mdev: false}         | 29: : the rule decides nothing; give it one of lookup, action, goto, l3mdev
            {priority: 1, from: 10.0.0.0, to: "::1", lookup: 1} | 41: .to: ::1 is IPv6, but `from` says IPv4
            {priority: 1, from: 10.0.0.0, family: ipv6, lookup: 1} | 27: .from: 10.0.0.0 is IPv4, but `family` says IPv6
            {priority: 1, from: any, lookup: 1}  | 27: .from: expected a prefix, an address or `all`; found `any`
            {priority: 1, family: inet, lookup: 1} | 29: .family: expected one of ipv4, ipv6; found `inet`
            {priority: 1, iif: a2345678901234567, lookup: 1} | 26: .iif: the name of a device has at most 15 bytes; `a2345678901234567` has 17
            {priority: 1, fwmark: 0x10/0x1, lookup: 1} | 29: .fwmark: the mark has bits outside its mask, so that no packet can match; write 0x0/0x1, or widen the mask
            {priority: 1, fwmark: 0x10/0, lookup: 1} | 29: .fwmark: a mask of 0 looks at no bit: every packet matches; leave `fwmark` out
            {priority: 1, fwmark: 0x1ffffffff, lookup: 1} | 29: .fwmark: a mark and its mask have 32 bits; found the number 0x1ffffffff
            {priority: 1, fwmark: "16", lookup: 1} | 29: .fwmark: expected a number; found the text "16"; leave out the quotes
            {priority: 1, fwmark: sip, lookup: 1} | 29: .fwmark: expected a mark such as 0x10 or 16, or mark and mask such as 0x10/0xff; found `sip`
            {priority: 1, ipproto: tpc, lookup: 1} | 30: .ipproto: unknown protocol `tpc`; did you mean `tcp`?; or write its number
            {priority: 1, ipproto: 0, lookup: 1} | 30: .ipproto: expected a whole number from 1 to 255; found the number 0
            {priority: 1, sport: 0, lookup: 1}   | 28: .sport: expected numbers from 1 to 65534; found the number 0
            {priority: 1, sport: 65535, lookup: 1} | 28: .sport: expected numbers from 1 to 65534; found the number 65535
            {priority: 1, dport: 20-10, lookup: 1} | 28: .dport: the range ends before it begins; write 10-20
            {priority: 1, dport: http, lookup: 1} | 28: .dport: expected a number from 1 to 65534, or a range such as 1000-2000; found `http`
            {priority: 1, dport: "80", lookup: 1} | 28: .dport: expected a number; found the text "80"; leave out the quotes
            {priority: 1, dport: -80, lookup: 1} | 28: .dport: expected a number from 1 to 65534, or a range such as 1000-2000; found the number -80
            {priority: 1, tos: 1, lookup: 1}     | 26: .tos: the two lowest bits of the number 1 are ECN bits, which the kernel refuses here; write 0x0
            {priority: 1, tos: 0x20, lookup: 1}  | 26: .tos: an IPv4 rule can match the bits 0x1c of the tos only; found the number 0x20; write family: ipv6 if the rule is for IPv6
            {priority: 1, uidrange: 5-4, lookup: 1} | 31: .uidrange: the range ends before it begins; write 4-5
            {priority: 1, uidrange: 0-4294967295, lookup: 1} | 31: .uidrange: expected numbers from 0 to 4294967294; found `0-4294967295`
            {priority: 1, lookup: 0}             | 29: .lookup: expected a whole number from 1 to 4294967295; found the number 0
            {priority: 1, lookup: "100"}         | 29: .lookup: expected a table's number or name; found the text "100"; leave out the quotes
            {priority: 1, lookup: true}          | 29: .lookup: expected a table's number or name; found `true`; write "true" if that is its name
            {priority: 1, lookup: a b}           | 29: .lookup: expected a table's number or name; found `a b`
            {priority: 1, action: drop}          | 29: .action: expected one of blackhole, unreachable, prohibit, nop; found `drop`
            {priority: 9, goto: 9}               | 27: .goto: a rule can only go on to a later one; 9 is not above its own priority 9
            {priority: 1, goto: 7, suppressPrefixLength: 0} | 52: .suppressPrefixLength: refuses routes that `lookup` or `l3mdev` found; this rule finds none
            {priority: 1, lookup: 1, suppressPrefixLength: 33} | 54: .suppressPrefixLength: expected a whole number from 0 to 32; found the number 33
            {priority: 1, lookup: 1, suppressInterfaceGroup: 4294967295} | 56: .suppressInterfaceGroup: expected a whole number from 0 to 4294967294; found the number 4294967295
            {priority: 32766, lookup: main}      | 7: : the kernel has this very rule by itself; leave it out
            {priority: 32767, from: all, lookup: 253} | 7: : the kernel has this very rule by itself; leave it out
            [a]                                  | 7: : expected a mapping with the fields priority, from, to, iif, oif, fwmark, ipproto, sport, dport, tos, uidrange, not, lookup, action, goto, l3mdev, suppressPrefixLength, suppressInterfaceGroup, family; found a list
            """)
    void problemsSayWhatIsWrong(String item, String expected) {
        int colon = expected.indexOf(": ");
        var first = "a.yaml:6:" + expected.substring(0, colon) + ": error: spec.rules[0]" + expected.substring(colon + 2);
        assertEquals(first, Intents.problems(Intents.rules(item)).getFirst());
    }

    @Test
    void whatMatchesNothingIsWarnedOf() {
        assertEquals(List.of("a.yaml:6:26: warning: spec.rules[0].not: `not` without a selector matches no packet"),
                Intents.problems(Intents.rules("{priority: 1, not: true, lookup: 5}")));
        assertEquals(List.of("a.yaml:6:46: warning: spec.rules[0].sport: protocol 1 has no ports: the rule may match nothing"),
                Intents.problems(Intents.rules("{priority: 1, ipproto: icmp, sport:    5, lookup: 5}")));
    }
}
