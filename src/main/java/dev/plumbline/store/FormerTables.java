package dev.plumbline.store;

import dev.plumbline.json.FirewallJson;
import dev.plumbline.json.JsonText;
import dev.plumbline.plan.FormerTable;
import dev.plumbline.plan.FormerTable.FormerChain;
import dev.plumbline.plan.FormerTable.FormerRule;
import dev.plumbline.plan.FormerTable.FormerSet;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.TableFamily;
import java.util.HashSet;
import java.util.List;

/** What a plan touches of plumbline's nftables, as bytes: rules one by one, so that they never stand in one tree. */
final class FormerTables {

    private static final int ABSENT = 0;
    private static final int WHOLE = 1;
    private static final int PARTS = 2;

    private FormerTables() {
    }

    static void write(List<FormerTable> tables, ByteWriter out) {
        out.list(tables, tables.size(), table -> {
            out.number(table.family().number());
            out.flag(table.was());
            out.number(table.flags());
            out.list(table.sets(), table.sets().size(), set -> write(set, out));
            out.list(table.chains(), table.chains().size(), chain -> write(chain, out));
        });
    }

    private static void write(FormerSet set, ByteWriter out) {
        switch (set) {
            case FormerSet.Absent it -> {
                out.number(ABSENT);
                out.text(it.name());
            }
            case FormerSet.Whole it -> {
                out.number(WHOLE);
                out.text(JsonText.of(FirewallJson.toJson(it.set())));
            }
            case FormerSet.Elements it -> {
                out.number(PARTS);
                out.text(it.name());
                out.text(JsonText.of(FirewallJson.toJson(it.had())));
                out.text(JsonText.of(FirewallJson.toJson(it.hadNot())));
            }
        }
    }

    private static void write(FormerChain chain, ByteWriter out) {
        switch (chain) {
            case FormerChain.Absent it -> {
                out.number(ABSENT);
                out.text(it.name());
            }
            case FormerChain.Whole it -> {
                out.number(WHOLE);
                out.text(JsonText.of(FirewallJson.toJson(it.chain().name(), it.chain().base())));
                out.list(it.chain().rules(), it.chain().rules().size(),
                        rule -> out.text(JsonText.of(FirewallJson.toJson(rule))));
            }
            case FormerChain.Rules it -> {
                out.number(PARTS);
                out.text(JsonText.of(FirewallJson.toJson(it.name(), it.base())));
                out.number(it.kept());
                out.list(it.had(), it.had().size(), each -> {
                    out.text(JsonText.of(FirewallJson.toJson(each.rule())));
                    out.number(each.place());
                    out.optional(each.behind(), key -> out.signed(key.value()));
                });
                out.list(it.hadNot(), it.hadNot().size(), key -> out.signed(key.value()));
            }
        }
    }

    /** @throws IllegalArgumentException if the bytes are damaged */
    static List<FormerTable> read(ByteReader in) {
        var tables = in.list(() -> new FormerTable(family(in.integer()), in.flag(), in.integer(),
                in.list(() -> set(in)), in.list(() -> chain(in))));
        in.end();
        return tables;
    }

    private static TableFamily family(int number) {
        return TableFamily.of(number)
                .orElseThrow(() -> new IllegalArgumentException("no family of tables has number " + number));
    }

    private static FormerSet set(ByteReader in) {
        return switch (in.integer()) {
            case ABSENT -> new FormerSet.Absent(in.text());
            case WHOLE -> new FormerSet.Whole(FirewallJson.set(JsonText.parse(in.text())));
            case PARTS -> new FormerSet.Elements(in.text(), FirewallJson.elements(JsonText.parse(in.text())),
                    FirewallJson.elements(JsonText.parse(in.text())));
            default -> throw new IllegalArgumentException("a set is neither absent nor whole nor in parts");
        };
    }

    private static FormerChain chain(ByteReader in) {
        switch (in.integer()) {
            case ABSENT -> {
                return new FormerChain.Absent(in.text());
            }
            case WHOLE -> {
                var chain = FirewallJson.chain(JsonText.parse(in.text()));
                return new FormerChain.Whole(new Chain(chain.name(), chain.base(),
                        in.list(() -> FirewallJson.rule(JsonText.parse(in.text())))));
            }
            case PARTS -> {
                var chain = FirewallJson.chain(JsonText.parse(in.text()));
                return new FormerChain.Rules(chain.name(), chain.base(), in.integer(),
                        in.list(() -> new FormerRule(FirewallJson.rule(JsonText.parse(in.text())), in.integer(),
                                in.optional(() -> new RuleKey(in.signed())))),
                        new HashSet<>(in.list(() -> new RuleKey(in.signed()))));
            }
            default -> throw new IllegalArgumentException("a chain is neither absent nor whole nor in parts");
        }
    }
}
