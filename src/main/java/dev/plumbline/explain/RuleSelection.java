package dev.plumbline.explain;

import dev.plumbline.state.Family;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Which rules somebody asks about, in the words of {@code ip rule}; what is not said may be anything. */
public final class RuleSelection {

    private final Words words;
    private final List<Predicate<RoutingRule>> all = new ArrayList<>();

    private RuleSelection(Words words) {
        this.words = words;
    }

    /**
     * Reads the words behind {@code rule}.
     *
     * @param tables names of tables beside the kernel's own
     * @param asked the family of {@code -4} or {@code -6}
     * @throws SelectionException if they are none of {@code ip rule}'s
     */
    public static RuleSelection parse(List<String> said, Map<String, Long> tables, Makers makers,
            Optional<Family> asked) {
        var selection = new RuleSelection(new Words(said, tables, makers));
        asked.ifPresent(family -> selection.all.add(rule -> rule.family() == family));
        while (selection.words.hasNext()) {
            selection.word(selection.words.next());
        }
        return selection;
    }

    private void word(String word) {
        switch (word) {
            case "not" -> all.add(RoutingRule::not);
            case "from" -> {
                var prefix = Words.prefix(word, words.after(word));
                all.add(rule -> rule.from().equals(prefix));
            }
            case "to" -> {
                var prefix = Words.prefix(word, words.after(word));
                all.add(rule -> rule.to().equals(prefix));
            }
            case "priority", "preference", "pref", "order" -> priority(words.number(word, Words.MOST));
            case "iif", "dev" -> {
                var device = words.after(word);
                all.add(rule -> rule.iif().equals(device));
            }
            case "oif" -> {
                var device = words.after(word);
                all.add(rule -> rule.oif().equals(device));
            }
            case "fwmark" -> {
                var mark = words.mark(word);
                all.add(rule -> rule.mark().equals(Optional.of(mark)));
            }
            case "lookup", "table" -> {
                var table = words.table(word);
                all.add(rule -> table.isEmpty() || rule.table().equals(table));
            }
            case "proto", "protocol" -> {
                int protocol = words.protocol(word);
                all.add(rule -> rule.protocol() == protocol);
            }
            default -> more(word);
        }
    }

    private void more(String word) {
        switch (word) {
            case "tos", "dsfield" -> {
                long tos = words.number(word, 255);
                all.add(rule -> rule.tos() == tos);
            }
            case "ipproto" -> {
                int number = words.ipProtocol(word);
                all.add(rule -> rule.ipProtocol().isPresent() && rule.ipProtocol().getAsInt() == number);
            }
            case "sport" -> {
                var range = words.range(word, 65535);
                all.add(rule -> rule.sourcePort().equals(Optional.of(range)));
            }
            case "dport" -> {
                var range = words.range(word, 65535);
                all.add(rule -> rule.destinationPort().equals(Optional.of(range)));
            }
            case "uidrange" -> {
                var range = words.range(word, Words.MOST);
                all.add(rule -> rule.uids().equals(Optional.of(range)));
            }
            case "goto" -> {
                var target = new RuleAction.Goto(words.number(word, Words.MOST));
                all.add(rule -> rule.action().equals(target));
            }
            case "l3mdev" -> all.add(rule -> rule.action() instanceof RuleAction.L3mdev);
            case "blackhole", "unreachable", "prohibit", "nop" ->
                    all.add(rule -> rule.action().toString().equals(word));
            default -> {
                if (!word.matches("[0-9]{1,10}:")) {
                    throw new SelectionException("`" + word + "` is no word of `ip rule` that is known here: priority,"
                            + " not, from, to, iif, oif, fwmark, tos, ipproto, sport, dport, uidrange, lookup, goto,"
                            + " proto, and the actions of rules");
                }
                priority(Long.parseLong(word.substring(0, word.length() - 1)));
            }
        }
    }

    private void priority(long priority) {
        all.add(rule -> rule.priority() == priority);
    }

    /** Whether a rule is one of those that are asked for. */
    boolean matches(RoutingRule rule) {
        return all.stream().allMatch(each -> each.test(rule));
    }
}
