package dev.plumbline.intent;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.ChainNames;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Binds the spec of a Firewall. */
final class FirewallBinder implements DocumentBinder.SpecBinder {

    private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
    private static final FieldPath RULES = SPEC.field("rules");
    private static final FieldPath SETS = SPEC.field("sets");
    private static final List<String> FIELDS = List.of("policies", "sysctls", "variables", "sets", "chains", "rules");
    private static final List<String> POLICY_CHAINS = BaseChain.words().subList(0, BaseChain.MACRO.ordinal());
    private static final List<String> POLICIES = List.of("accept", "drop");

    private final Values values;
    private final FirewallRuleBinder ruleBinder;
    private final FirewallSetBinder setBinder;
    private final List<FirewallRule> rules = new ArrayList<>();
    private final List<Integer> items = new ArrayList<>();
    private final List<FirewallSet> sets = new ArrayList<>();

    FirewallBinder(Values values, SourceText source) {
        this.values = values;
        ruleBinder = new FirewallRuleBinder(values, source);
        setBinder = new FirewallSetBinder(values, source);
    }

    @Override
    public List<String> fields() {
        return FIELDS;
    }

    @Override
    public YamlReader.@Nullable Items stream(String field) {
        return switch (field) {
            case "rules" -> itemByItem(this::rule);
            case "sets" -> itemByItem(this::set);
            default -> null;
        };
    }

    /** Takes an item of a list. */
    private interface Item {
        void take(Node item, int index);
    }

    private static YamlReader.Items itemByItem(Item item) {
        return new YamlReader.Items() {
            @Override
            public void item(Node node, int index) {
                item.take(node, index);
            }

            @Override
            public boolean line(byte[] content, int from, int to, int line) {
                return false;
            }
        };
    }

    private void rule(Node item, int index) {
        for (var rule : ruleBinder.bind(item, RULES.item(index))) {
            rules.add(rule);
            items.add(index);
        }
    }

    private void set(Node item, int index) {
        var set = setBinder.bind(item, SETS.item(index));
        if (set == null) {
            return;
        }
        if (sets.stream().anyMatch(each -> each.name().equals(set.name()))) {
            values.error(set.origin().line(), set.origin().column(), SETS.item(index), "there is a set `" + set.name()
                    + "` already");
        }
        sets.add(set);
    }

    @Override
    public Spec finish(Node.Mapping spec, String name, Origin document) {
        list(spec.get("rules"), RULES, "rules, such as [INPUT -p tcp --dport 22 -j ACCEPT]", this::rule);
        list(spec.get("sets"), SETS, "sets, such as [{name: blocked, type: ipv4_addr}]", this::set);
        var policies = policies(spec);
        boolean manage = values.managesSysctls(spec, SPEC);
        var variables = variables(spec);
        var chains = chains(spec);
        checkChains(chains);
        return new FirewallSpec(policies, manage, variables,
                sets.stream().map(set -> new FirewallSet(set.name(), set.type(), set.interval(), set.elements(),
                        at(document, set.origin()))).toList(), chains,
                rules.stream().map(rule -> rule.at(at(document, rule.origin()))).toList());
    }

    private static Origin at(Origin document, Origin place) {
        return new Origin(document.document(), document.file(), place.line(), place.column());
    }

    private void list(@Nullable Node node, FieldPath path, String what, Item item) {
        if (node instanceof Node.Sequence sequence) {
            for (int i = 0; !sequence.streamed() && i < sequence.items().size(); i++) {
                item.take(sequence.items().get(i), i);
            }
        } else if (node != null) {
            values.error(node, path, "expected a list of " + what + "; found " + node);
        }
    }

    private SortedMap<BaseChain, FirewallSpec.Policy> policies(Node.Mapping spec) {
        var policies = new TreeMap<BaseChain, FirewallSpec.Policy>();
        var node = spec.get("policies");
        var path = SPEC.field("policies");
        var mapping = node == null ? null : values.mapping(node, path, POLICY_CHAINS);
        for (var entry : mapping == null ? List.<Node.Entry>of() : mapping.entries()) {
            var chain = BaseChain.of(entry.key().text());
            var word = values.word(entry.value(), path.field(entry.key().text()), POLICIES);
            if (chain.isPresent() && word != null) {
                policies.put(chain.get(), FirewallSpec.Policy.values()[POLICIES.indexOf(word)]);
            }
        }
        return policies;
    }

    private SortedMap<String, String> variables(Node.Mapping spec) {
        var node = spec.get("variables");
        return node == null ? new TreeMap<>() : values.variables(node, SPEC.field("variables"));
    }

    private SortedSet<String> chains(Node.Mapping spec) {
        var chains = new TreeSet<String>();
        var node = spec.get("chains");
        var path = SPEC.field("chains");
        if (node == null) {
            return chains;
        }
        var listed = values.list(node, path, "names of sub-chains");
        for (int i = 0; listed != null && i < listed.size(); i++) {
            var item = listed.get(i);
            var at = path.item(i);
            var name = values.text(item, at, "the name of a sub-chain");
            if (name != null) {
                ChainNames.problem(name).ifPresentOrElse(problem -> values.error(item, at, problem),
                        () -> chains.add(name));
            }
        }
        return chains;
    }

    /** Every chain that is jumped to is there, every one that is there is jumped to, and none leads back to itself. */
    private void checkChains(Set<String> declared) {
        var known = new HashSet<>(declared);
        rules.stream().filter(rule -> rule.baseChain().isEmpty()).forEach(rule -> known.add(rule.chain()));
        var jumps = new HashMap<String, Set<String>>();
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).ending().orElse(null) instanceof Action.Jump jump) {
                jumps.computeIfAbsent(rules.get(i).chain(), any -> new TreeSet<>()).add(jump.chain());
                if (!known.contains(jump.chain())) {
                    error(i, "no rule stands in a chain `" + jump.chain() + "`" + hint(jump.chain(), known));
                }
            }
        }
        var reached = new HashSet<>(declared);
        jumps.values().forEach(reached::addAll);
        var reported = new HashSet<String>();
        for (int i = 0; i < rules.size(); i++) {
            var chain = rules.get(i).chain();
            if (rules.get(i).baseChain().isEmpty() && !reached.contains(chain) && reported.add(chain)) {
                error(i, "no rule jumps to the chain `" + chain + "`" + hint(chain, BaseChain.words())
                        + "; if it is meant to be there, name it in `chains`");
            }
            if (jumps.containsKey(chain) && leadsTo(chain, chain, jumps, new HashSet<>()) && reported.add(chain)) {
                error(i, "the chain `" + chain + "` leads back to itself");
            }
        }
    }

    private static String hint(String name, Collection<String> known) {
        var candidates = new TreeSet<>(known);
        candidates.addAll(ChainNames.TARGETS);
        return Spelling.nearest(name, candidates).map(near -> "; did you mean `" + near + "`?").orElse("");
    }

    private static boolean leadsTo(String from, String to, HashMap<String, Set<String>> jumps, Set<String> seen) {
        for (var next : jumps.getOrDefault(from, Set.of())) {
            if (next.equals(to) || seen.add(next) && leadsTo(next, to, jumps, seen)) {
                return true;
            }
        }
        return false;
    }

    private void error(int rule, String message) {
        var origin = Objects.requireNonNull(rules.get(rule)).origin();
        values.error(origin.line(), origin.column(), RULES.item(items.get(rule)), message);
    }
}
