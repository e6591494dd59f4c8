package dev.plumbline.explain;

import dev.plumbline.state.firewall.LiveFirewall.Count;
import java.io.PrintWriter;
import java.util.List;

/** Rules with what they have counted, for people: what the document says in both notations, and what the kernel has. */
public final class CountedRulesText {

    private static final String INDENT = "        ";

    private CountedRulesText() {
    }

    public static void write(List<CountedRule> rules, PrintWriter out) {
        var head = "";
        for (var each : rules) {
            var next = each.place() + each.base().map(base -> "  (" + base + ")").orElse("")
                    + (each.netns().equals("host") ? "" : "  (namespace " + each.netns() + ")");
            if (!next.equals(head)) {
                out.println((head.isEmpty() ? "" : "\n") + next);
                head = next;
            }
            out.println("  " + whose(each) + "  " + each.count().map(CountedRulesText::words).orElse("not counted"));
            each.line().ifPresent(line -> out.println(INDENT + line));
            each.fields().ifPresent(fields -> out.println(INDENT + fields));
            out.println(INDENT + "nft: " + each.nft());
        }
    }

    private static String whose(CountedRule rule) {
        return rule.origin().map(origin -> origin.position() + "  " + origin.document())
                .orElse(rule.rule().key().isEmpty() ? "not plumbline's" : "of no document on record");
    }

    private static String words(Count count) {
        return number(count.packets(), "packet") + ", " + number(count.bytes(), "byte");
    }

    private static String number(long number, String what) {
        return Long.toUnsignedString(number) + " " + what + (number == 1 ? "" : "s");
    }
}
