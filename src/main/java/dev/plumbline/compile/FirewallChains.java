package dev.plumbline.compile;

import dev.plumbline.compile.firewall.ChainParts;
import dev.plumbline.compile.firewall.NamedSets;
import dev.plumbline.compile.firewall.Place;
import dev.plumbline.compile.firewall.Translation;
import dev.plumbline.compile.firewall.UntranslatableException;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Macros;
import dev.plumbline.intent.firewall.RuleCheck;
import dev.plumbline.intent.firewall.Stage;
import dev.plumbline.intent.firewall.Stages;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Family;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.LiveFirewall.ChainId;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.TableFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The chains that the rules of one document make. Sub-chains are made anew for each stage that they are reached at. */
final class FirewallChains {

    /** Stands for all chains in which what only ends the way stands at every stage. */
    private static final BaseChain EVERY_STAGE = BaseChain.PREROUTING;
    private static final String COPY = "-copy";
    /** {@code NFT_JUMP_STACK_SIZE} without the base chain, and the two that a rule may need for itself. */
    private static final int DEEPEST = 13;

    private final Draft draft;
    private final Document document;
    private final NamedSets sets;
    private final FirewallLookups lookups;
    /** Chains in which a packet needs a word to pass. */
    private final Set<BaseChain> dropping;
    private final Map<String, List<FirewallItem>> subChains = new HashMap<>();
    private final Map<ChainId, List<Rule>> chains = new LinkedHashMap<>();
    private final Map<ChainId, Origin> places = new HashMap<>();
    private final Map<RuleKey, Origin> origins = new HashMap<>();
    private final Map<String, List<Rule>> instances = new HashMap<>();
    private final Set<Object> judged = new HashSet<>();
    /** The most chains that a packet goes through by jumps, but for the base chain. */
    private int deepest;

    FirewallChains(Draft draft, Document document, NamedSets sets, FirewallLookups lookups, Set<BaseChain> dropping) {
        this.draft = draft;
        this.document = document;
        this.sets = sets;
        this.lookups = lookups;
        this.dropping = dropping;
    }

    /** The rules of each chain; those whose names are no {@link Place}'s are sub-chains. */
    Map<ChainId, List<Rule>> chains() {
        return chains;
    }

    /** Where sub-chains come from. */
    Map<ChainId, Origin> places() {
        return places;
    }

    Map<RuleKey, Origin> origins() {
        return origins;
    }

    /** @param first the place of the first item among those of all documents */
    void compile(List<FirewallItem> items, int first) {
        items.stream().filter(each -> each.rule().baseChain().isEmpty()).forEach(each ->
                subChains.computeIfAbsent(each.rule().chain(), any -> new ArrayList<>()).add(each));
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            if (item.rule().baseChain().isPresent()) {
                base(item, item.rule().baseChain().get(), first + i);
            }
        }
        if (2 * deepest < DEEPEST) {
            divide();
        }
    }

    /** Puts what is many into parts: each makes the way through its chain a jump longer. */
    private void divide() {
        for (var entry : List.copyOf(chains.entrySet())) {
            var id = entry.getKey();
            var rules = entry.getValue();
            if (!ChainParts.isLarge(rules)) {
                continue;
            }
            var divided = ChainParts.of(id.chain(), document.id(), rules);
            divided.parts().forEach((name, part) -> {
                var of = new ChainId(id.family(), name);
                chains.put(of, part);
                places.put(of, document.origin());
            });
            divided.top().stream().flatMap(each -> each.key().stream())
                    .forEach(key -> origins.putIfAbsent(key, document.origin()));
            chains.put(id, divided.top());
        }
    }

    private List<Rule> rules(TableFamily family, String chain) {
        return chains.computeIfAbsent(new ChainId(family, chain), any -> new ArrayList<>());
    }

    private void base(FirewallItem item, BaseChain chain, int place) {
        if (chain == BaseChain.MACRO) {
            copies(item);
            return;
        }
        var ending = item.rule().ending().orElse(null);
        boolean byRouting = ending instanceof Action.Lookup && lookups.byRouting(item, place);
        boolean everyStage = isAtEveryStage(item.rule(), chain);
        if (ending instanceof Action.Jump jump) {
            judge(jump, chain, everyStage ? Optional.empty() : Optional.of(stage(item.rule(), chain)), 1);
        }
        for (var stage : stages(item.rule(), chain)) {
            if (!byRouting) {
                emit(item, stage, everyStage, new Place(chain, stage).name(), "",
                        rules(TableFamily.INET, new Place(chain, stage).name()));
            }
            if (chain == BaseChain.PREROUTING) {
                lookups.passes(item, stage);
            }
        }
        boolean filters = Place.ofPolicy(chain).stage() == Stage.FILTER;
        if (dropping.contains(chain) && !filters && (byRouting || rewrites(ending))) {
            var policy = Place.ofPolicy(chain).name();
            put(item, List.of(new Action.Accept()), policy, "accept", rules(TableFamily.INET, policy));
        }
    }

    private static boolean rewrites(Object ending) {
        return ending instanceof Action.Dnat || ending instanceof Action.Snat || ending instanceof Action.Masquerade
                || ending instanceof Action.Redirect;
    }

    private static boolean isAtEveryStage(FirewallRule rule, BaseChain chain) {
        return rule.stage().isEmpty() && Stages.natural(in(rule, chain)).isEmpty();
    }

    private static FirewallRule in(FirewallRule rule, BaseChain chain) {
        return rule.baseChain().isPresent() ? rule : FirewallRule.of(chain.toString(), Optional.empty(),
                rule.conditions(), rule.actions());
    }

    private static Stage stage(FirewallRule rule, BaseChain chain) {
        return rule.stage().or(() -> Stages.natural(in(rule, chain))).orElseThrow();
    }

    /** What speaks of connections has nothing to say before they are tracked. */
    private static List<Stage> stages(FirewallRule rule, BaseChain chain) {
        if (!isAtEveryStage(rule, chain)) {
            return List.of(stage(rule, chain));
        }
        boolean tracked = rule.speaksOf(Subject.CT_STATE) || rule.speaksOf(Subject.CT_MARK);
        return Place.stages(chain).stream().filter(each -> !tracked || each != Stage.RAW).toList();
    }

    /**
     * Puts a rule into a chain at one stage. What it does beside ending is done at one stage alone.
     *
     * @param everyStage it stands at the others too
     */
    private void emit(FirewallItem item, Stage stage, boolean everyStage, String chain, String part, List<Rule> into) {
        var actions = new ArrayList<>(item.rule().actions());
        if (everyStage && stage != Stage.MANGLE) {
            actions.removeIf(each -> !each.isFinal());
        }
        if (actions.getLast() instanceof Action.Jump jump && everyStage && !jump.go()
                && instance(jump.chain(), stage, false).isEmpty()) {
            actions.removeLast();
        }
        if (!actions.isEmpty()) {
            put(item, actions, chain, part, into, name -> reached(name, stage, !everyStage));
        }
    }

    private void put(FirewallItem item, List<Action> actions, String chain, String part, List<Rule> into) {
        put(item, actions, chain, part, into, name -> name);
    }

    private void put(FirewallItem item, List<Action> actions, String chain, String part, List<Rule> into,
            UnaryOperator<String> subChain) {
        put(TableFamily.INET, item, item.rule(), actions, chain, part, into, subChain);
    }

    private void put(TableFamily family, FirewallItem item, FirewallRule rule, List<Action> actions, String chain,
            String part, List<Rule> into, UnaryOperator<String> subChain) {
        var key = item.key(part);
        try {
            var target = new Translation.Target(family, sets, subChain, () -> chain + "." + key);
            Translation translation;
            if (actions.getLast() instanceof Action.Lookup) {
                var marking = lookups.byMark(item);
                if (marking.isEmpty()) {
                    return;
                }
                translation = Translation.marking(rule, actions.subList(0, actions.size() - 1), marking.get().value(),
                        marking.get().mask(), target);
            } else {
                translation = Translation.of(rule, actions, target);
            }
            add(item, key, part, translation.rules(), into);
            translation.chains().forEach((name, rules) -> {
                places.put(new ChainId(family, name), item.rule().origin());
                var of = part + name.substring(target.ownChain().get().length());
                add(item, item.key(of), of, rules, rules(family, name));
            });
        } catch (UntranslatableException e) {
            if (judged.add(List.of(item.rule().origin(), e.getMessage()))) {
                draft.error(item.rule().origin(), "", e.getMessage());
            }
        }
    }

    private void add(FirewallItem item, RuleKey first, String part, List<List<Expression>> translated,
            List<Rule> into) {
        for (int i = 0; i < translated.size(); i++) {
            var key = i == 0 ? first : item.key(part + "\n" + i);
            origins.put(key, item.rule().origin());
            into.add(Rule.of(key, item.comment(), translated.get(i)));
        }
    }

    private static String name(String subChain, Stage stage, boolean whole) {
        return subChain + "-" + stage + (whole && stage != Stage.FILTER ? "-all" : "");
    }

    /**
     * A sub-chain at a stage.
     *
     * @param whole all its rules stand there; else those alone whose actions have that stage
     */
    private List<Rule> instance(String subChain, Stage stage, boolean whole) {
        var name = name(subChain, stage, whole);
        var built = instances.get(name);
        if (built != null) {
            return built;
        }
        var rules = new ArrayList<Rule>();
        for (var item : subChains.getOrDefault(subChain, List.of())) {
            if (whole || stages(item.rule(), EVERY_STAGE).contains(stage)) {
                emit(item, stage, !whole && isAtEveryStage(item.rule(), EVERY_STAGE), name, "", rules);
            }
        }
        instances.put(name, rules);
        return rules;
    }

    /** The name of a sub-chain that a rule goes to, which is then there. */
    private String reached(String subChain, Stage stage, boolean whole) {
        var rules = instance(subChain, stage, whole);
        var id = new ChainId(TableFamily.INET, name(subChain, stage, whole));
        chains.putIfAbsent(id, rules);
        subChains.getOrDefault(subChain, List.of()).stream().findFirst()
                .ifPresent(each -> places.putIfAbsent(id, each.rule().origin()));
        places.putIfAbsent(id, document.origin());
        return id.chain();
    }

    /** Whether the rules of a sub-chain may stand where a chain jumps to it from. */
    private void judge(Action.Jump jump, BaseChain from, Optional<Stage> stage, int depth) {
        if (!judged.add(List.of(jump.chain(), from, stage))) {
            return;
        }
        deepest = Math.max(deepest, depth);
        for (var item : subChains.getOrDefault(jump.chain(), List.of())) {
            for (var finding : RuleCheck.findings(item.in(from, stage))) {
                if (judged.add(List.of(item.rule().origin(), finding.message()))) {
                    draft.error(item.rule().origin(), "", finding.message() + " (the chain `" + jump.chain()
                            + "` is reached from " + from + stage.map(each -> " at the stage " + each).orElse("")
                            + ")");
                }
            }
            if (item.rule().ending().orElse(null) instanceof Action.Jump next) {
                if (depth == DEEPEST) {
                    draft.error(item.rule().origin(), "", "this is the " + (DEEPEST + 1) + "th chain that a packet goes"
                            + " through by jumps; the kernel follows " + DEEPEST);
                    return;
                }
                judge(next, from, stage, depth + 1);
            }
        }
    }

    /** In tables of one family: {@code inet} has no copies. */
    private void copies(FirewallItem item) {
        int number = 0;
        for (var copy : Macros.copies(item.rule())) {
            var conditions = new FirewallRule(copy.chain().toString(), Optional.empty(), copy.conditions(),
                    item.rule().actions(), item.rule().comment(), item.rule().expires(), false, item.rule().origin());
            for (var family : RuleCheck.families(item.rule())) {
                var table = family == Family.IPV4 ? TableFamily.IP : TableFamily.IP6;
                var chain = new Place(copy.chain(), Stage.MANGLE).name();
                put(table, item, conditions, item.rule().actions(), chain, number == 0 ? "" : COPY + number,
                        rules(table, chain), name -> name);
            }
            number++;
        }
        draft.note(item.document().id() + ": " + item.rule().origin().position() + ": copying traffic costs as much as"
                + " the traffic itself, and is meant for a limited time; " + item.rule().expires()
                        .map(end -> "this copy ends " + end).orElse("give it an end with `expires`"));
    }
}
