package dev.plumbline.plan;

import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.FirewallEdits.Action;
import dev.plumbline.state.firewall.FirewallEdits.ChainEdit;
import dev.plumbline.state.firewall.FirewallEdits.RuleEdit;
import dev.plumbline.state.firewall.FirewallEdits.SetEdit;
import dev.plumbline.state.firewall.FirewallEdits.TableEdit;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One table of plumbline's as far as a plan touches it, as it was. What the plan makes is named alone; what it takes
 * away is here whole; of a chain in which rules come and go, and of a set in which elements do, only those are here.
 *
 * @param was whether the table was there; if not, nothing else is said
 * @param flags of the table
 */
public record FormerTable(TableFamily family, boolean was, int flags, List<FormerSet> sets, List<FormerChain> chains) {

    public FormerTable {
        sets = List.copyOf(sets);
        chains = List.copyOf(chains);
    }

    /** A set that a plan touches. */
    public sealed interface FormerSet {
        String name();

        /** It was not there. */
        record Absent(String name) implements FormerSet {
        }

        /** It was there, with all of its elements. */
        record Whole(NftSet set) implements FormerSet {
            @Override
            public String name() {
                return set.name();
            }
        }

        /** It had some elements, and had not others. */
        record Elements(String name, SetElements had, SetElements hadNot) implements FormerSet {
        }
    }

    /** A chain that a plan touches. */
    public sealed interface FormerChain {
        String name();

        /** It was not there. */
        record Absent(String name) implements FormerChain {
        }

        /** It was there, with all of its rules. */
        record Whole(Chain chain) implements FormerChain {
            @Override
            public String name() {
                return chain.name();
            }
        }

        /**
         * It had some rules, and had not others.
         *
         * @param kept how many rules the plan leaves in it
         * @param hadNot rules that come, those that only move included; all of them have keys
         */
        record Rules(String name, Optional<Chain.Base> base, int kept, List<FormerRule> had, Set<RuleKey> hadNot)
                implements FormerChain {
            public Rules {
                had = List.copyOf(had);
                hadNot = Set.copyOf(hadNot);
            }
        }
    }

    /**
     * A rule that goes or moves.
     *
     * @param place how many of the rules that stay stood before it
     * @param behind the last of those, where others have made the place mean something else
     */
    public record FormerRule(Rule rule, int place, Optional<RuleKey> behind) {
    }

    static FormerTable of(TableEdit edit) {
        if (edit.action() == Action.CREATE) {
            return new FormerTable(edit.family(), false, 0, List.of(), List.of());
        }
        var before = edit.before();
        if (edit.action() == Action.DELETE) {
            return new FormerTable(edit.family(), true, before.flags(),
                    before.sets().stream().<FormerSet>map(FormerSet.Whole::new).toList(),
                    before.chains().stream().<FormerChain>map(FormerChain.Whole::new).toList());
        }
        return new FormerTable(edit.family(), true, before.flags(), edit.sets().stream().map(FormerTable::of).toList(),
                edit.chains().stream().map(FormerTable::of).toList());
    }

    private static FormerSet of(SetEdit edit) {
        return switch (edit) {
            case SetEdit.Create it -> new FormerSet.Absent(it.set().name());
            case SetEdit.Delete it -> new FormerSet.Whole(it.set());
            case SetEdit.Recreate it -> new FormerSet.Whole(it.before());
            case SetEdit.Change it -> new FormerSet.Elements(it.before().name(),
                    select(it.before(), it.elements().removed()), select(it.after(), it.elements().added()));
        };
    }

    private static SetElements select(NftSet set, int[] rows) {
        var builder = builder(set);
        for (int row : rows) {
            add(builder, set.elements(), row);
        }
        return builder.build();
    }

    private static SetElements.Builder builder(NftSet set) {
        return new SetElements.Builder(set.keyLength(), set.interval());
    }

    private static void add(SetElements.Builder builder, SetElements elements, int row) {
        var verdict = elements.verdict(row);
        var value = elements.value(row);
        if (verdict.isPresent()) {
            builder.add(elements.key(row), elements.end(row), verdict.get());
        } else if (value.isPresent()) {
            builder.add(elements.key(row), elements.end(row), value.get());
        } else {
            builder.add(elements.key(row), elements.end(row));
        }
    }

    private static FormerChain of(ChainEdit edit) {
        return switch (edit) {
            case ChainEdit.Create it -> new FormerChain.Absent(it.chain().name());
            case ChainEdit.Delete it -> new FormerChain.Whole(it.chain());
            case ChainEdit.Recreate it -> new FormerChain.Whole(it.before());
            case ChainEdit.Change it -> changed(it);
        };
    }

    private static FormerChain changed(ChainEdit.Change edit) {
        var before = edit.before().rules();
        var goes = new HashSet<Integer>();
        var comes = new HashSet<RuleKey>();
        for (var rule : edit.rules()) {
            switch (rule) {
                case RuleEdit.Delete it -> goes.add(it.before());
                case RuleEdit.Replace it -> {
                    goes.add(it.before());
                    edit.after().rules().get(it.after()).key().ifPresent(comes::add);
                }
                case RuleEdit.Insert it -> edit.after().rules().get(it.after()).key().ifPresent(comes::add);
            }
        }
        var had = new ArrayList<FormerRule>();
        Optional<RuleKey> behind = Optional.empty();
        int place = 0;
        for (int i = 0; i < before.size(); i++) {
            if (goes.contains(i)) {
                had.add(new FormerRule(before.get(i), place, behind));
            } else {
                place++;
                behind = before.get(i).key();
            }
        }
        return new FormerChain.Rules(edit.before().name(), edit.before().base(), place, had, comes);
    }

    /**
     * The table as an undo is to make it: as it was, where the plan touches it, and as it is, elsewhere.
     *
     * @param impossible takes a line for what cannot come back
     */
    Optional<Table> wanted(Optional<Table> live, Collection<String> impossible) {
        if (!was) {
            return Optional.empty();
        }
        Map<String, NftSet> wantedSets = new HashMap<>();
        Map<String, Chain> wantedChains = new HashMap<>();
        live.ifPresent(table -> {
            table.sets().forEach(set -> wantedSets.put(set.name(), set));
            table.chains().forEach(chain -> wantedChains.put(chain.name(), chain));
        });
        for (var set : sets) {
            switch (set) {
                case FormerSet.Absent it -> wantedSets.remove(it.name());
                case FormerSet.Whole it -> wantedSets.put(it.name(), it.set());
                case FormerSet.Elements it -> {
                    if (wantedSets.computeIfPresent(it.name(), (name, now) -> wanted(it, now)) == null) {
                        impossible.add(lost("set", it.name()));
                    }
                }
            }
        }
        for (var chain : chains) {
            switch (chain) {
                case FormerChain.Absent it -> wantedChains.remove(it.name());
                case FormerChain.Whole it -> wantedChains.put(it.name(), it.chain());
                case FormerChain.Rules it -> {
                    if (wantedChains.computeIfPresent(it.name(), (name, now) -> wanted(it, now)) == null) {
                        impossible.add(lost("chain", it.name()));
                    }
                }
            }
        }
        return Optional.of(new Table(family, flags, List.copyOf(wantedChains.values()),
                List.copyOf(wantedSets.values())));
    }

    private String lost(String what, String name) {
        return "nft " + what + " " + family + " " + Table.NAME + " " + name + ": others took it away meanwhile";
    }

    private static NftSet wanted(FormerSet.Elements former, NftSet now) {
        var without = new ArrayList<Integer>();
        var difference = SetElements.difference(now.elements(), former.hadNot());
        for (int row : difference.removed()) {
            without.add(row);
        }
        var builder = builder(now);
        var had = former.had();
        for (int row = 0; row < had.size(); row++) {
            add(builder, had, row);
        }
        // Of two elements of one key the builder keeps the first.
        without.forEach(row -> add(builder, now.elements(), row));
        return now.withElements(builder.build());
    }

    /** The rules that are there without all that come or go, and among them those that went, where they were. */
    private static Chain wanted(FormerChain.Rules former, Chain now) {
        var touched = new HashSet<Rule>();
        former.had().forEach(each -> touched.add(each.rule()));
        var stay = now.rules().stream().filter(rule -> !touched.contains(rule)
                && rule.key().filter(former.hadNot()::contains).isEmpty()).toList();
        Map<RuleKey, Integer> places = new HashMap<>();
        for (int i = 0; i < stay.size(); i++) {
            int place = i + 1;
            stay.get(i).key().ifPresent(key -> places.put(key, place));
        }
        var rules = new ArrayList<Rule>(stay.size() + former.had().size());
        int next = 0;
        for (var each : former.had()) {
            int place = stay.size() == former.kept() ? each.place()
                    : each.behind().map(places::get).orElse(Math.min(each.place(), stay.size()));
            while (next < place) {
                rules.add(stay.get(next++));
            }
            rules.add(each.rule());
        }
        rules.addAll(stay.subList(next, stay.size()));
        return new Chain(now.name(), former.base(), rules);
    }
}
