package dev.plumbline.importing;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.intent.IntentWriter;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Origin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A file of rules as a Firewall document: lines of VNS3, or what {@code iptables-save} and {@code ip6tables-save}
 * print. What the document cannot say is left out, and said.
 */
public final class FirewallConversion {

    private static final Pattern TABLE = Pattern.compile("(?m)^\\*[a-z]+[ \\t\\r]*$");

    private final String file;
    private final SortedMap<BaseChain, FirewallSpec.Policy> policies = new TreeMap<>();
    private final TreeSet<String> chains = new TreeSet<>();
    private final List<FirewallRule> rules = new ArrayList<>();
    private final List<Problem> leftOut = new ArrayList<>();
    /** Comment lines by the line of the rule that they stand above. */
    private final Map<Integer, List<String>> comments = new HashMap<>();
    private List<String> pending = new ArrayList<>();

    private FirewallConversion(String file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @param file as problems name it
     */
    public static FirewallConversion of(String file, String content) {
        var conversion = new FirewallConversion(file);
        if (TABLE.matcher(content).find()) {
            new IptablesSave(conversion).read(content);
        } else {
            new Vns3Rules(conversion).read(content);
        }
        conversion.leaveOutUnknownChains();
        return conversion;
    }

    Origin at(int line, int column) {
        return new Origin("", file, line, column);
    }

    void comment(String text) {
        pending.add(text);
    }

    void rule(FirewallRule rule) {
        comments.put(rule.origin().line(), pending);
        pending = new ArrayList<>();
        rules.add(rule);
    }

    void leaveOut(int line, int column, String text, String why) {
        leftOut.add(Problem.warning(at(line, column), "", "left out: " + why));
        pending.add("left out (line " + line + "): " + text.strip());
        pending.add("    " + why);
    }

    void policy(BaseChain chain, FirewallSpec.Policy policy) {
        policies.put(chain, policy);
    }

    void chain(String name) {
        chains.add(name);
    }

    /** A jump to nowhere; what it leaves without rules may be one too. */
    private void leaveOutUnknownChains() {
        boolean again = true;
        while (again) {
            var known = new HashSet<>(chains);
            rules.forEach(rule -> known.add(rule.chain()));
            var lost = rules.stream().filter(rule -> rule.ending().orElse(null) instanceof Action.Jump jump
                    && !known.contains(jump.chain())).toList();
            for (var rule : lost) {
                var jump = (Action.Jump) rule.ending().orElseThrow();
                rules.remove(rule);
                leftOut.add(Problem.warning(rule.origin(), "", "left out: there is no chain or action `" + jump.chain()
                        + "`"));
                var above = comments.getOrDefault(rule.origin().line(), List.of());
                var next = rules.stream().filter(each -> each.origin().line() > rule.origin().line()).findFirst();
                var moved = new ArrayList<>(above);
                moved.add("left out (line " + rule.origin().line() + "): there is no chain or action `" + jump.chain()
                        + "`");
                var target = next.isPresent() ? comments.computeIfAbsent(next.get().origin().line(),
                        any -> new ArrayList<>()) : pending;
                target.addAll(0, moved);
            }
            again = !lost.isEmpty();
        }
        var jumped = new HashSet<String>();
        rules.forEach(rule -> {
            if (rule.ending().orElse(null) instanceof Action.Jump jump) {
                jumped.add(jump.chain());
            }
        });
        var filled = new HashSet<String>();
        rules.stream().filter(rule -> rule.baseChain().isEmpty()).forEach(rule -> filled.add(rule.chain()));
        chains.removeIf(chain -> filled.contains(chain) && jumped.contains(chain));
        filled.removeAll(jumped);
        chains.addAll(filled);
    }

    /** What the document does not say, with the places in the file. */
    public List<Problem> leftOut() {
        return leftOut.stream().sorted(Problem.BY_POSITION).toList();
    }

    /** The document. */
    public Document document(String name) {
        var spec = new FirewallSpec(policies, false, new TreeMap<>(), List.of(), chains, rules);
        return new Document("Firewall", name, Map.of(), HostSelector.ALL, Document.HOST, Optional.empty(), spec,
                at(1, 1));
    }

    /** The document as YAML, with the file's comments and what was left out. */
    public String text(String name) {
        var text = new StringBuilder();
        try {
            new IntentWriter(text, new IntentWriter.Comments() {
                @Override
                public List<String> document(Document document) {
                    var head = new ArrayList<>(List.of("From " + file + ": " + counted(rules.size(), "rule")
                            + (leftOut.isEmpty() ? "" : ", " + leftOut.size() + " left out") + "."));
                    head.addAll(routeTables());
                    return head;
                }

                @Override
                public List<String> firewallRule(FirewallRule rule) {
                    return comments.getOrDefault(rule.origin().line(), List.of());
                }
            }).write(document(name));
        } catch (IOException e) {
            throw new AssertionError("a StringBuilder refuses nothing", e);
        }
        pending.forEach(comment -> text.append(("    # " + comment.replaceAll("\\p{Cntrl}", "?")).stripTrailing())
                .append('\n'));
        return text.toString();
    }

    /** What documents beside this one the rules need: files of rules hold no routes. */
    private List<String> routeTables() {
        var tables = new TreeSet<String>();
        var devices = new TreeSet<String>();
        for (var rule : rules) {
            rule.conditions().stream().filter(each -> each.subject() == Subject.IN_INTERFACE)
                    .forEach(each -> each.operands().forEach(operand -> devices.add(operand.toString())));
            if (rule.ending().orElse(null) instanceof Action.Lookup lookup) {
                tables.add(lookup.table());
                lookup.from().ifPresent(devices::add);
            }
        }
        devices.removeIf(each -> tables.contains(each) || each.endsWith("*") || each.contains("$"));
        if (tables.isEmpty()) {
            return List.of();
        }
        var said = new ArrayList<>(List.of("Looked up: " + String.join(", ", tables)
                + "; each is a RouteTable document of that name."));
        if (!devices.isEmpty()) {
            said.add("A table of VNS3's for an interface that no rule looks up (" + String.join(", ", devices)
                    + ") is a RouteTable with `interface: " + devices.getFirst() + "`.");
        }
        return said;
    }

    private static String counted(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
