package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plumbline.json.FirewallJson;
import dev.plumbline.json.JsonText;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleBuilder;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is written of tables is read back as it was: every form of a rule, and every kind of set. */
class FirewallJsonTest {

    private static Table again(Table table) {
        return FirewallJson.table(JsonText.parse(JsonText.of(FirewallJson.toJson(table))));
    }

    @Test
    void everyForm() {
        for (var family : TableFamily.values()) {
            var rules = new ArrayList<Rule>();
            for (var form : FirewallForms.all()) {
                if (form.family() == family) {
                    rules.add(Rule.of(new RuleKey(-rules.size()), "Firewall/a", RuleBuilder.expressions(family,
                            form.matches(), form.statements())));
                }
            }
            rules.add(new Rule(Optional.empty(), "", List.of(new Expression.Raw("quota", Optional.empty()),
                    new Expression.Raw("secmark", Optional.of(Bytes.u16(4711))))));
            var base = new Chain.Base("filter", Hook.INPUT, -150, Verdict.Code.DROP, List.of("eth0", "eth1"));
            var table = new Table(family, 1, List.of(Chain.regular("a", rules),
                    new Chain("b", Optional.of(base), List.of())), List.of());
            assertEquals(table, again(table));
        }
    }

    @Test
    void everyKindOfSet() {
        var from = Bytes.of((byte) 10, (byte) 0, (byte) 0, (byte) 0);
        var to = Bytes.of((byte) 10, (byte) 0, (byte) 0, (byte) 9);
        var ranges = new SetElements.Builder(4, true).add(from, to).build();
        var verdicts = new SetElements.Builder(4, false).add(from, from, Verdict.jump("a"))
                .add(to, to, Verdict.DROP).build();
        var values = new SetElements.Builder(4, false).add(from, from, Bytes.u16(1)).build();
        var both = List.of(DataType.IPV4_ADDR, DataType.INET_SERVICE);
        var sets = List.of(NftSet.named("empty", both, false, SetElements.NONE),
                NftSet.named("ranges", List.of(DataType.IPV4_ADDR), true, ranges),
                NftSet.map("verdicts", List.of(DataType.IPV4_ADDR), false, new NftSet.Mapping.Verdicts(), verdicts),
                NftSet.map("values", List.of(DataType.IPV4_ADDR), false,
                        new NftSet.Mapping.Values(List.of(DataType.INET_SERVICE)), values),
                new NftSet("others", both, false, false, true, Optional.empty(), OptionalLong.of(5000),
                        OptionalLong.of(9), SetElements.NONE,
                        List.of(RawAttribute.of(99, new byte[] {1}))));
        var table = new Table(TableFamily.IP, 0, List.of(), sets);
        assertEquals(table, again(table));
    }

    @Test
    void whatIsNoneOfThemIsRefused() {
        for (var text : List.of("{\"expressions\":[[\"payload\",\"NETWORK\",1]]}", "{\"expressions\":[[\"huh\"]]}",
                "{\"expressions\":[[\"counter\",1]]}", "{\"expressions\":[5]}", "{\"other\":1}")) {
            assertThrows(IllegalArgumentException.class, () -> FirewallJson.rule(JsonText.parse(text)), text);
        }
        for (var text : List.of("{\"width\":4,\"keys\":\"AAA=\"}", "{\"width\":4,\"keys\":\"AAAAAA==\",\"ends\":\"AAA=\"}",
                "{\"width\":4,\"keys\":\"AAAAAA==\",\"verdicts\":[\"DROP\",\"DROP\"]}")) {
            assertThrows(IllegalArgumentException.class, () -> FirewallJson.elements(JsonText.parse(text)), text);
        }
    }
}
