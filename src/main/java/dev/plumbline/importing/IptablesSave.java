package dev.plumbline.importing;

import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.ChainNames;
import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.RuleCheck;
import dev.plumbline.intent.firewall.RuleLine;
import dev.plumbline.intent.firewall.Stage;
import dev.plumbline.intent.firewall.Stages;
import dev.plumbline.intent.firewall.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads what {@code iptables-save} prints. Its rules are of one family: where a rule does not say it by its addresses,
 * {@code family} is added. Chains of one name in several tables get the table's name behind theirs.
 */
final class IptablesSave {

    private static final Pattern CHAIN = Pattern.compile(":(\\S+)\\s+(\\S+)(?:\\s+\\[[0-9]+:[0-9]+])?\\s*");
    private static final Pattern COUNTERS = Pattern.compile("^\\[[0-9]+:[0-9]+] ");
    private static final Pattern DOES_NOTHING = Pattern.compile("(?s)(?!.* (-j|-g|--jump|--goto) ).*");

    private final FirewallConversion conversion;
    private final Map<String, Set<String>> tablesOfChain = new HashMap<>();
    private Optional<Stage> table = Optional.empty();
    private String family = "ipv4";

    IptablesSave(FirewallConversion conversion) {
        this.conversion = conversion;
    }

    void read(String content) {
        var lines = content.split("\r?\n", -1);
        var current = "";
        for (var line : lines) {
            var chain = CHAIN.matcher(line);
            current = line.startsWith("*") ? line.substring(1).strip() : current;
            if (chain.matches() && chain.group(2).equals("-")) {
                tablesOfChain.computeIfAbsent(chain.group(1), any -> new HashSet<>()).add(current);
            }
        }
        for (int i = 0; i < lines.length; i++) {
            line(lines[i], i + 1);
        }
    }

    private void line(String line, int number) {
        if (line.startsWith("#")) {
            // What ip6tables-save prints, nothing else tells from iptables-save's.
            family = line.contains("ip6tables-save") ? "ipv6" : line.contains("iptables-save") ? "ipv4" : family;
        } else if (line.startsWith("*")) {
            table = Stage.of(line.substring(1).strip());
            if (table.isEmpty()) {
                conversion.leaveOut(number, 2, line, "the table is none of raw, mangle, nat and filter");
            }
        } else if (line.startsWith(":")) {
            chain(line, number);
        } else if (!line.isBlank() && !line.strip().equals("COMMIT")) {
            rule(line, number);
        }
    }

    private void chain(String line, int number) {
        var chain = CHAIN.matcher(line);
        if (table.isEmpty() || !chain.matches()) {
            conversion.leaveOut(number, 1, line, table.isEmpty() ? "its table is left out" : "this is no chain");
            return;
        }
        var base = BaseChain.of(chain.group(1).toLowerCase(Locale.ROOT));
        if (chain.group(2).equals("-")) {
            var name = renamed(chain.group(1));
            ChainNames.problem(name).ifPresentOrElse(problem -> conversion.leaveOut(number, 2, line, problem),
                    () -> conversion.chain(name));
        } else if (chain.group(2).equals("DROP") && (base.isEmpty() || table.get() != Stage.FILTER)) {
            conversion.leaveOut(number, 2 + chain.group(1).length() + 1, line,
                    "only the filter's chains have a policy here; end the chain with a rule that drops");
        } else if (chain.group(2).equals("DROP")) {
            conversion.policy(base.orElseThrow(), FirewallSpec.Policy.DROP);
        }
    }

    private String renamed(String chain) {
        return tablesOfChain.getOrDefault(chain, Set.of()).size() > 1 ? chain + "_" + table.orElseThrow() : chain;
    }

    private void rule(String line, int number) {
        if (table.isEmpty()) {
            conversion.leaveOut(number, 1, line, "its table is left out");
            return;
        }
        var counters = COUNTERS.matcher(line);
        int skipped = counters.find() ? counters.end() : 0;
        var text = line.substring(skipped);
        try {
            var rule = RuleLine.parse(DOES_NOTHING.matcher(text).matches() ? text + " -j COUNT" : text,
                    conversion.at(number, 1));
            var placed = placed(rule);
            var findings = RuleCheck.findings(placed);
            if (!text.startsWith("-A ") || !findings.isEmpty()) {
                conversion.leaveOut(number, skipped + 1, line, findings.isEmpty() ? "expected -A CHAIN"
                        : findings.getFirst().message());
                return;
            }
            conversion.rule(placed);
        } catch (MalformedException e) {
            int offset = Math.min(skipped + e.offset(), line.length());
            conversion.leaveOut(number, line.codePointCount(0, offset) + 1, line, e.getMessage());
        }
    }

    private FirewallRule placed(FirewallRule rule) {
        var conditions = new ArrayList<>(rule.conditions());
        boolean base = rule.baseChain().isPresent();
        if (base && RuleCheck.families(rule).size() > 1) {
            conditions.add(new Condition(Subject.FAMILY, false, List.of(new Operand.Word(family))));
        }
        var stage = base && !Stages.natural(rule).equals(table) ? table : Optional.<Stage>empty();
        var actions = rule.actions().stream().map(action -> action instanceof Action.Jump jump
                ? new Action.Jump(renamed(jump.chain()), jump.go()) : action).toList();
        return new FirewallRule(base ? rule.chain() : renamed(rule.chain()), stage, conditions, actions,
                rule.comment(), rule.expires(), rule.disabled(), rule.origin());
    }
}
