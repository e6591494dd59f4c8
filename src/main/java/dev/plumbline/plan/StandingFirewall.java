package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Some documents' rules and sets stay as they are, whatever is wanted of them: those of documents that wait, and those
 * whose drift is left alone. They keep their places behind the rules that stand before them; what they use stays with
 * them.
 */
final class StandingFirewall {

    private final DesiredFirewall desired;
    private final Set<String> standing;
    private final Set<String> held;

    private StandingFirewall(DesiredFirewall desired, Set<String> held) {
        this.desired = desired;
        this.held = held;
        standing = new HashSet<>(held);
        standing.addAll(desired.waiting());
    }

    /** What is to be, with what stays as it is. */
    static DesiredFirewall of(DesiredState desired, FirewallState live) {
        var firewall = desired.firewall();
        if (live.tables().isEmpty() && desired.held().documents().isEmpty()
                || firewall.waiting().isEmpty() && desired.held().documents().isEmpty()) {
            return firewall;
        }
        var standing = new StandingFirewall(firewall, desired.held().documents());
        var tables = new ArrayList<Table>();
        for (var family : TableFamily.values()) {
            standing.table(family, live.table(family)).ifPresent(tables::add);
        }
        return new DesiredFirewall(new FirewallState(tables), firewall.rules(), firewall.objects());
    }

    private Optional<Table> table(TableFamily family, Optional<Table> live) {
        var wanted = desired.state().table(family);
        var old = live.orElse(Table.empty(family));
        var now = wanted.orElse(Table.empty(family));
        Map<String, Chain> chains = new LinkedHashMap<>();
        now.chains().forEach(chain -> chain(family, chain, old.chain(chain.name()))
                .ifPresent(each -> chains.put(each.name(), each)));
        old.chains().stream().filter(chain -> !chains.containsKey(chain.name())).forEach(chain -> {
            var rules = rules(List.of(), chain.rules());
            if (!rules.isEmpty() || isStanding(family, "chain", chain.name())) {
                chains.put(chain.name(), new Chain(chain.name(), chain.base(), rules));
            }
        });
        Map<String, NftSet> sets = new LinkedHashMap<>();
        now.sets().stream().filter(set -> !isStanding(family, "set", set.name()))
                .forEach(set -> sets.put(set.name(), set));
        old.sets().stream().filter(set -> isStanding(family, "set", set.name()))
                .forEach(set -> sets.put(set.name(), set));
        used(old, chains, sets);
        if (wanted.isEmpty() && chains.isEmpty() && sets.isEmpty()) {
            return Optional.empty();
        }
        // One of which a held document alone wants something is not made.
        return live.isEmpty() && chains.isEmpty() && sets.isEmpty() ? Optional.empty()
                : Optional.of(new Table(family, wanted.orElse(old).flags(), List.copyOf(chains.values()),
                        List.copyOf(sets.values())));
    }

    private boolean isStanding(TableFamily family, String kind, String name) {
        return desired.origin(family, kind, name).map(Origin::document).filter(standing::contains).isPresent();
    }

    /** A wanted chain with the rules that stay; absent if it is there for held documents alone, and is not live. */
    private Optional<Chain> chain(TableFamily family, Chain wanted, Optional<Chain> live) {
        if (live.isEmpty()) {
            var rules = wanted.rules().stream().filter(rule -> !standing.contains(rule.document())).toList();
            boolean ofHeld = isStanding(family, "chain", wanted.name())
                    || rules.isEmpty() && !wanted.rules().isEmpty();
            return ofHeld && rules.isEmpty() ? Optional.empty()
                    : Optional.of(new Chain(wanted.name(), wanted.base(), rules));
        }
        var was = live.get();
        boolean stays = isStanding(family, "chain", wanted.name());
        return Optional.of(new Chain(wanted.name(), stays ? was.base() : wanted.base(),
                rules(wanted.rules(), was.rules())));
    }

    /** The wanted rules of the others, and those that stay behind what stands before them. */
    private List<Rule> rules(List<Rule> wanted, List<Rule> live) {
        var others = wanted.stream().filter(rule -> !standing.contains(rule.document())).toList();
        boolean all = !held.isEmpty() && others.isEmpty() && live.stream().map(Rule::document)
                .allMatch(document -> document.isEmpty() || held.contains(document))
                && wanted.stream().allMatch(rule -> held.contains(rule.document()));
        if (all && wanted.size() + live.size() > 0) {
            return live;
        }
        Map<Rule, Integer> places = new HashMap<>();
        for (int i = 0; i < others.size(); i++) {
            places.put(others.get(i), i + 1);
        }
        var rules = new ArrayList<Rule>(others.size() + live.size());
        int place = 0;
        for (var rule : live) {
            if (standing.contains(rule.document())) {
                rules.add(rule);
            } else {
                for (int behind = places.getOrDefault(rule, 0); place < behind; place++) {
                    rules.add(others.get(place));
                }
            }
        }
        rules.addAll(others.subList(place, others.size()));
        return rules;
    }

    /** Adds the chains and sets that rules of the given chains use and that only the live table has. */
    private void used(Table live, Map<String, Chain> chains, Map<String, NftSet> sets) {
        var open = new ArrayDeque<>(chains.values());
        while (!open.isEmpty()) {
            for (var rule : open.remove().rules()) {
                for (var expression : rule.expressions()) {
                    if (expression instanceof Expression.Decide decide) {
                        chain(live, decide.verdict(), chains, open);
                    } else if (expression instanceof Expression.Lookup lookup) {
                        lookup(live, lookup, chains, sets, open);
                    }
                }
            }
        }
    }

    private void lookup(Table live, Expression.Lookup lookup, Map<String, Chain> chains, Map<String, NftSet> sets,
            ArrayDeque<Chain> open) {
        var set = switch (lookup.set()) {
            case Expression.SetReference.Anonymous anonymous -> Optional.of(anonymous.set());
            case Expression.SetReference.Named named -> {
                if (!sets.containsKey(named.name())) {
                    live.set(named.name()).ifPresent(each -> sets.put(each.name(), each));
                }
                yield Optional.ofNullable(sets.get(named.name()));
            }
        };
        set.ifPresent(each -> {
            for (int row = 0; each.mapping().isPresent() && row < each.elements().size(); row++) {
                each.elements().verdict(row).ifPresent(verdict -> chain(live, verdict, chains, open));
            }
        });
    }

    private void chain(Table live, Verdict verdict, Map<String, Chain> chains, ArrayDeque<Chain> open) {
        if (!verdict.chain().isEmpty() && !chains.containsKey(verdict.chain())) {
            live.chain(verdict.chain()).ifPresent(was -> {
                var chain = new Chain(was.name(), was.base(), rules(List.of(), was.rules()));
                chains.put(chain.name(), chain);
                open.add(chain);
            });
        }
    }
}
