package dev.plumbline.state.firewall;

import dev.plumbline.state.Change;
import dev.plumbline.state.Change.Difference;
import dev.plumbline.state.ChangeSet.Pending;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Phase;
import dev.plumbline.state.firewall.FirewallEdits.ChainEdit;
import dev.plumbline.state.firewall.FirewallEdits.RuleEdit;
import dev.plumbline.state.firewall.FirewallEdits.SetEdit;
import dev.plumbline.state.firewall.FirewallEdits.TableEdit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The edits of one table as changes for people, in the words of {@code nft}. */
public final class FirewallWords {

    private static final int MOST_ELEMENTS = 10;

    private final DesiredFirewall desired;
    private final TableEdit edit;
    private final TableFamily family;

    public FirewallWords(DesiredFirewall desired, TableEdit edit) {
        this.desired = desired;
        this.edit = edit;
        family = edit.family();
    }

    /** One change of a list. */
    private record Item(Change.Action action, Optional<Origin> origin, Supplier<Change> wording) {
        Pending pending() {
            return new Pending(origin.map(Origin::document).orElse(""), wording);
        }
    }

    /** How many changes are of this kind; what is made again counts as one that comes and one that goes. */
    int count(Change.Action action) {
        int count = 0;
        for (var item : items()) {
            boolean again = item.action() == Change.Action.RECREATE
                    && (action == Change.Action.CREATE || action == Change.Action.DELETE);
            count += item.action() == action || again ? 1 : 0;
        }
        return count;
    }

    List<Pending> coming() {
        return items().stream().filter(item -> item.action() != Change.Action.DELETE).map(Item::pending).toList();
    }

    List<Pending> going() {
        return items().stream().filter(item -> item.action() == Change.Action.DELETE).map(Item::pending).toList();
    }

    private List<Item> items() {
        var items = new ArrayList<Item>();
        switch (edit.action()) {
            case CREATE, CHANGE -> items.add(new Item(table().action(), table().origin(), this::table));
            case KEEP -> { }
            case DELETE -> {
                items.add(new Item(Change.Action.DELETE, Optional.empty(), this::table));
                edit.before().sets().forEach(set -> set(items, new SetEdit.Delete(set)));
                edit.before().chains().forEach(chain -> chain(items, new ChainEdit.Delete(chain)));
            }
        }
        edit.sets().forEach(each -> set(items, each));
        edit.chains().forEach(each -> chain(items, each));
        return items;
    }

    /** The table itself. */
    public Change table() {
        var subject = family + " " + Table.NAME;
        return switch (edit.action()) {
            case CREATE -> change(Change.Action.CREATE, "nft table", subject, List.of(), first(edit.after().chains()),
                    "");
            case DELETE -> change(Change.Action.DELETE, "nft table", subject, List.of(), Optional.empty(), "");
            case CHANGE, KEEP -> change(Change.Action.CHANGE, "nft table", subject, List.of(new Difference("flags",
                    Integer.toString(edit.before().flags()), Integer.toString(edit.after().flags()))),
                    first(edit.after().chains()), "");
        };
    }

    /** What serves several documents is told with the first of them. */
    private Optional<Origin> first(List<Chain> chains) {
        return chains.stream().flatMap(chain -> chain.rules().stream()).map(desired::origin).flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<Origin> origin(Chain chain) {
        return desired.origin(family, "chain", chain.name()).or(() -> first(List.of(chain)));
    }

    private void set(List<Item> items, SetEdit each) {
        var words = set(each);
        items.add(new Item(words.action(), words.origin(), () -> words));
    }

    /** A set. */
    public Change set(SetEdit each) {
        return switch (each) {
            case SetEdit.Create it -> set(Change.Action.CREATE, it.set(), List.of(), "");
            case SetEdit.Delete it -> set(Change.Action.DELETE, it.set(), List.of(), "");
            case SetEdit.Recreate it -> set(Change.Action.RECREATE, it.after(),
                    List.of(new Difference("type", type(it.before()), type(it.after()))), "");
            case SetEdit.Change it -> set(Change.Action.CHANGE, it.after(), List.of(new Difference("elements",
                    elements(it.before(), it.elements().removed()), elements(it.after(), it.elements().added()))), "");
        };
    }

    private Change set(Change.Action action, NftSet set, List<Difference> differences, String note) {
        var resource = set.mapping().isPresent() ? "nft map" : "nft set";
        int size = set.elements().size();
        var content = action == Change.Action.CREATE || action == Change.Action.DELETE
                ? " (" + size + (size == 1 ? " element)" : " elements)") : "";
        return change(action, resource, family + " " + Table.NAME + " " + set.name() + content, differences,
                desired.origin(family, "set", set.name()), note);
    }

    private static String type(NftSet set) {
        var text = new StringBuilder();
        set.key().forEach(type -> text.append(text.isEmpty() ? "" : " . ").append(type));
        return text + (set.interval() ? " interval" : "") + (set.constant() ? " constant" : "");
    }

    private static String elements(NftSet set, int[] rows) {
        var text = new StringBuilder();
        for (int i = 0; i < Math.min(rows.length, MOST_ELEMENTS); i++) {
            text.append(i == 0 ? "" : ", ").append(NftWords.element(set, rows[i]));
        }
        return text + (rows.length > MOST_ELEMENTS ? ", … and " + (rows.length - MOST_ELEMENTS) + " more" : "");
    }

    private void chain(List<Item> items, ChainEdit each) {
        switch (each) {
            case ChainEdit.Create it -> {
                chain(items, it, Change.Action.CREATE, it.chain());
                rules(items, Change.Action.CREATE, it.chain());
            }
            case ChainEdit.Delete it -> {
                chain(items, it, Change.Action.DELETE, it.chain());
                rules(items, Change.Action.DELETE, it.chain());
            }
            case ChainEdit.Recreate it -> {
                chain(items, it, Change.Action.RECREATE, it.after());
                rules(items, Change.Action.DELETE, it.before());
                rules(items, Change.Action.CREATE, it.after());
            }
            case ChainEdit.Change it -> {
                if (it.policy()) {
                    chain(items, it, Change.Action.CHANGE, it.after());
                }
                it.rules().forEach(rule -> rule(items, it, rule));
            }
        }
    }

    private void chain(List<Item> items, ChainEdit each, Change.Action action, Chain chain) {
        items.add(new Item(action, origin(chain), () -> chain(each)));
    }

    /** A chain without its rules. */
    public Change chain(ChainEdit each) {
        return switch (each) {
            case ChainEdit.Create it -> chain(Change.Action.CREATE, it.chain(), List.of());
            case ChainEdit.Delete it -> chain(Change.Action.DELETE, it.chain(), List.of());
            case ChainEdit.Recreate it -> chain(Change.Action.RECREATE, it.after(),
                    List.of(new Difference("hook", base(it.before()), base(it.after()))));
            case ChainEdit.Change it -> chain(Change.Action.CHANGE, it.after(),
                    List.of(new Difference("policy", policy(it.before()), policy(it.after()))));
        };
    }

    private Change chain(Change.Action action, Chain chain, List<Difference> differences) {
        var text = base(chain);
        return change(action, "nft chain", family + " " + Table.NAME + " " + chain.name()
                + (text.isEmpty() || !differences.isEmpty() ? "" : " { " + text + " policy " + policy(chain) + "; }"),
                differences, origin(chain), "");
    }

    private static String base(Chain chain) {
        return chain.base().map(base -> "type " + base.type() + " hook " + base.hook()
                + (base.devices().isEmpty() ? "" : " device " + String.join(", ", base.devices())) + " priority "
                + base.priority() + ";").orElse("");
    }

    private static String policy(Chain chain) {
        return chain.base().map(base -> base.policy() == Verdict.Code.DROP ? "drop" : "accept").orElse("");
    }

    private void rules(List<Item> items, Change.Action action, Chain chain) {
        IntStream.range(0, chain.rules().size()).forEach(index -> {
            var rule = chain.rules().get(index);
            items.add(new Item(action, desired.origin(rule), () -> rule(action, chain, rule, List.of(), "")));
        });
    }

    private void rule(List<Item> items, ChainEdit.Change chain, RuleEdit each) {
        switch (each) {
            case RuleEdit.Insert it -> rule(items, chain, each, it.from() >= 0 ? Change.Action.RECREATE
                    : Change.Action.CREATE, chain.after().rules().get(it.after()));
            case RuleEdit.Delete it -> {
                if (!it.moves()) {
                    rule(items, chain, each, Change.Action.DELETE, chain.before().rules().get(it.before()));
                }
            }
            case RuleEdit.Replace it -> {
                var now = chain.after().rules().get(it.after());
                var was = chain.before().rules().get(it.before());
                if (isChange(chain, it)) {
                    rule(items, chain, each, Change.Action.CHANGE, now);
                } else {
                    rule(items, chain, each, it.from() >= 0 ? Change.Action.RECREATE : Change.Action.CREATE, now);
                    if (!it.moves()) {
                        items.add(new Item(Change.Action.DELETE, Optional.empty(),
                                () -> rule(Change.Action.DELETE, chain.before(), was, List.of(), "")));
                    }
                }
            }
        }
    }

    /** Whether the one that takes the place is the same document's, and neither was anywhere else. */
    private static boolean isChange(ChainEdit.Change chain, RuleEdit.Replace it) {
        var was = chain.before().rules().get(it.before());
        var now = chain.after().rules().get(it.after());
        return it.from() < 0 && !it.moves() && was.key().isPresent()
                && was.comment().equals(now.comment());
    }

    private void rule(List<Item> items, ChainEdit.Change chain, RuleEdit each, Change.Action action, Rule rule) {
        items.add(new Item(action, desired.origin(rule), () -> rule(chain, each)));
    }

    /** A rule of a chain that stays. */
    public Change rule(ChainEdit.Change chain, RuleEdit each) {
        return switch (each) {
            case RuleEdit.Insert it -> comes(chain, it.after(), it.from());
            case RuleEdit.Delete it -> rule(Change.Action.DELETE, chain.before(),
                    chain.before().rules().get(it.before()), List.of(), "");
            case RuleEdit.Replace it -> {
                if (!isChange(chain, it)) {
                    yield comes(chain, it.after(), it.from());
                }
                var was = chain.before().rules().get(it.before());
                var now = chain.after().rules().get(it.after());
                yield rule(Change.Action.CHANGE, chain.after(), now, List.of(new Difference("rule",
                        NftText.of(family, was), NftText.of(family, now))), "");
            }
        };
    }

    private Change comes(ChainEdit.Change chain, int place, int from) {
        var rule = chain.after().rules().get(place);
        return from < 0 ? rule(Change.Action.CREATE, chain.after(), rule, List.of(), "")
                : rule(Change.Action.RECREATE, chain.after(), rule, List.of(), "made again in order");
    }

    /** A rule that comes with its chain, or goes with it. */
    public Change rule(Change.Action action, Chain chain, Rule rule) {
        return rule(action, chain, rule, List.of(), "");
    }

    private Change rule(Change.Action action, Chain chain, Rule rule, List<Difference> differences, String note) {
        var comment = rule.comment().isEmpty() ? "" : " comment \"" + rule.comment() + "\"";
        return change(action, "nft rule", family + " " + Table.NAME + " " + chain.name() + " "
                + NftText.of(family, rule) + comment, differences, desired.origin(rule), note);
    }

    private static Change change(Change.Action action, String resource, String subject, List<Difference> differences,
            Optional<Origin> origin, String note) {
        return new Change(action, Phase.FIREWALL, resource, subject, differences, origin, note);
    }
}
