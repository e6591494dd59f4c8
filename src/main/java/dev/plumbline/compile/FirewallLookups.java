package dev.plumbline.compile;

import dev.plumbline.compile.firewall.RoutingSelectors;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.Stage;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.Family;
import dev.plumbline.state.Origin;
import dev.plumbline.state.RoutingRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Lookups of Firewall documents as rules of routing, at priorities from {@value #FIRST} to {@value #LAST} in the order
 * of the documents. What such a rule cannot say is said by a mark, which a rule of nftables sets and a rule of routing
 * looks at: conditions that routing does not know, and lookups behind a rule that may let packets go before.
 */
final class FirewallLookups {

    static final long FIRST = 30_000;
    static final long LAST = 31_999;
    private static final int BITS = 8;
    private static final long BYTE = 0xff;

    private final Draft draft;
    private final TableNumbers tables;
    private final long mask;
    private final Map<Long, Long> valuesByTable = new TreeMap<>();
    private final Map<Long, FirewallItem> marked = new TreeMap<>();
    private final int lastSetter;
    /** Whether a rule before may have let the packet go already. */
    private boolean decided;

    /**
     * @param items of all documents, in their order
     * @param documents all of the namespace
     */
    FirewallLookups(Draft draft, TableNumbers tables, List<FirewallItem> items, List<Document> documents) {
        this.draft = draft;
        this.tables = tables;
        mask = mask(used(items, documents));
        lastSetter = lastSetter(items);
        for (var rule : ours()) {
            if (rule.mark().isPresent() && rule.mark().get().mask() == mask && mask != 0) {
                rule.table().ifPresent(table -> valuesByTable.put(table, rule.mark().get().value()));
            }
        }
    }

    /** The live rules of routing that lookups have made. */
    private List<RoutingRule> ours() {
        return draft.facts().live().rules().stream().filter(each -> each.isOurs() && each.priority() >= FIRST
                && each.priority() <= LAST).toList();
    }

    private static int lastSetter(List<FirewallItem> items) {
        int last = -1;
        for (int i = 0; i < items.size(); i++) {
            var chain = items.get(i).rule().baseChain();
            boolean sets = items.get(i).rule().actions().stream().anyMatch(each -> each instanceof Action.SetMark
                    || each instanceof Action.RestoreMark);
            if (sets && (chain.isEmpty() || chain.get() == BaseChain.PREROUTING)) {
                last = chain.isEmpty() ? Integer.MAX_VALUE : Math.max(last, i);
            }
        }
        return last;
    }

    /** The bits of marks that somebody speaks of. Of a mark without a mask those that are set. */
    private long used(List<FirewallItem> items, List<Document> documents) {
        long used = 0;
        for (var item : items) {
            var masks = new ArrayList<Operand>();
            if (item.rule().speaksOf(Subject.MARK)) {
                item.rule().on(Subject.MARK).forEach(each -> masks.addAll(each.operands()));
            }
            for (var action : item.rule().actions()) {
                if (action instanceof Action.SetMark it) {
                    masks.add(it.mark());
                }
            }
            for (var each : masks) {
                var mark = (Operand.Masked) each;
                used |= mark.mask() == Operand.Masked.ALL ? mark.value() : mark.mask();
            }
        }
        for (var document : documents) {
            if (document.spec() instanceof RoutingRulesSpec spec) {
                used |= spec.rules().stream().mapToLong(each -> bits(each.rule())).reduce(0, (a, b) -> a | b);
            }
        }
        return draft.facts().live().rules().stream().filter(each -> !each.isOurs()).mapToLong(FirewallLookups::bits)
                .reduce(used, (a, b) -> a | b);
    }

    private static long bits(RoutingRule rule) {
        return rule.mark().map(mark -> mark.mask() == Operand.Masked.ALL ? mark.value() : mark.mask()).orElse(0L);
    }

    /** The one of before if it is free still, else the highest byte that nobody uses; 0 if there is none. */
    private long mask(long used) {
        var kept = ours().stream().flatMap(each -> each.mark().stream()).mapToLong(RoutingRule.Mark::mask)
                .filter(each -> Long.bitCount(each) == BITS && (each & used) == 0).findFirst();
        if (kept.isPresent()) {
            return kept.getAsLong();
        }
        for (int shift = Integer.SIZE - BITS; shift >= 0; shift--) {
            if ((used & BYTE << shift) == 0) {
                return BYTE << shift;
            }
        }
        return 0;
    }

    /** A mark for a lookup. */
    record Marking(long value, long mask) {
    }

    /** Tells of a rule of prerouting that stands in front of those that come. */
    void passes(FirewallItem item, Stage stage) {
        var ending = item.rule().ending().orElse(null);
        decided |= stage == Stage.MANGLE && (ending instanceof Action.Accept || ending instanceof Action.Return
                || ending instanceof Action.Jump);
    }

    /**
     * Enters a lookup of prerouting as rules of routing, if those can say it.
     *
     * @param place among the items of all documents
     * @return whether they can
     */
    boolean byRouting(FirewallItem item, int place) {
        var table = table(item);
        boolean mayChange = place < lastSetter && item.rule().speaksOf(Subject.MARK);
        if (table.isEmpty()) {
            return true;
        }
        var rules = decided || mayChange || item.rule().actions().size() > 1 ? List.<RoutingRule>of()
                : RoutingSelectors.of(item.rule(), priority(item.lookup()), table.getAsLong());
        rules.forEach(rule -> draft.wantsRule(item.document(), new DesiredRule(rule, item.rule().origin()), false));
        return !rules.isEmpty();
    }

    /** The mark that a rule of nftables is to set; empty after an error. */
    Optional<Marking> byMark(FirewallItem item) {
        var table = table(item);
        decided = true;
        if (table.isEmpty()) {
            return Optional.empty();
        }
        var value = valuesByTable.get(table.getAsLong());
        if (value == null) {
            long unit = Long.lowestOneBit(mask);
            long free = unit;
            while (valuesByTable.containsValue(free)) {
                free += unit;
            }
            if (mask == 0 || (free & ~mask) != 0) {
                draft.error(item.rule().origin(), "", mask == 0 ? "this lookup needs a mark, and the documents and"
                        + " rules of others leave no 8 bits of it free; use masks that leave some" : "there are more"
                        + " than 255 tables to be looked up by marks");
                return Optional.empty();
            }
            value = free;
            valuesByTable.put(table.getAsLong(), value);
            draft.note(item.document().id() + ": " + item.rule().origin().position() + ": packets to be looked up in "
                    + lookupOf(item).table() + " are marked 0x" + Long.toHexString(value) + "/0x"
                    + Long.toHexString(mask));
        }
        marked.putIfAbsent(table.getAsLong(), item);
        return Optional.of(new Marking(value, mask));
    }

    /** Enters the rules of routing that look at marks. */
    void marks() {
        marked.forEach((table, item) -> {
            for (var family : Family.values()) {
                draft.wantsRule(item.document(), new DesiredRule(RoutingSelectors.marked(family,
                        priority(item.lookup()), new RoutingRule.Mark(valuesByTable.get(table), mask), table),
                        item.rule().origin()), false);
            }
        });
    }

    /** Keeps what a waiting document has: the live rules at the priorities of its lookups. */
    void keeps(Document document, int firstLookup, int end) {
        ours().stream().filter(each -> end > firstLookup && each.priority() >= priority(firstLookup)
                        && each.priority() <= priority(end - 1))
                .forEach(each -> draft.wantsRule(document, new DesiredRule(each, document.origin()), false));
    }

    private static long priority(int lookup) {
        return Math.min(FIRST + lookup, LAST);
    }

    private final Map<Origin, OptionalLong> known = new HashMap<>();

    private OptionalLong table(FirewallItem item) {
        return known.computeIfAbsent(item.rule().origin(), any -> {
            var name = lookupOf(item).table();
            boolean numbered = name.chars().allMatch(Character::isDigit);
            var table = numbered ? number(name) : tables.named(name);
            if (table.isEmpty()) {
                draft.error(item.rule().origin(), "", numbered ? "table " + name + " is not 1 to 4294967295"
                        : "no RouteTable and no line of rt_tables is named " + name
                                + NearestName.hint(name, tables.names()));
            }
            return table;
        });
    }

    private static OptionalLong number(String text) {
        long number = text.length() > 10 ? 0 : Long.parseLong(text);
        return number < 1 || number > 0xffffffffL ? OptionalLong.empty() : OptionalLong.of(number);
    }

    private static Action.Lookup lookupOf(FirewallItem item) {
        return item.lookupAction().orElseThrow();
    }
}
