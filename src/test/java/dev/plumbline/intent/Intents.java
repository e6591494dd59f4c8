package dev.plumbline.intent;

import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.state.Origin;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Short ways to parse in tests. */
final class Intents {

    private static final IntentParser PARSER = new IntentParser();
    private static final Origin NOWHERE = new Origin("", "", 0, 0);

    private Intents() {
    }

    static ParsedIntents parse(String yaml) {
        return PARSER.parse(List.of(file("a.yaml", yaml)));
    }

    static IntentFile file(String name, String yaml) {
        return new IntentFile(name, yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** The problems as text, in order. */
    static List<String> problems(String yaml) {
        return parse(yaml).problems().stream().map(Problem::toString).toList();
    }

    static Document document(String yaml) {
        var parsed = parse(yaml);
        if (!parsed.problems().isEmpty()) {
            throw new AssertionError(parsed.problems().toString());
        }
        return parsed.documents().getFirst();
    }

    /** A RouteTable with these routes, each on a line from line 6 on. */
    static String table(String... routes) {
        return "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: t}\nspec:\n  routes:\n    - "
                + String.join("\n    - ", routes) + "\n";
    }

    /** RoutingRules with these rules, each on a line from line 6 on. */
    static String rules(String... rules) {
        return "apiVersion: plumbline.dev/v1\nkind: RoutingRules\nmetadata: {name: r}\nspec:\n  rules:\n    - "
                + String.join("\n    - ", rules) + "\n";
    }

    /** A document of this kind with these lines in its spec, from line 5 on. */
    static String document(String kind, String... spec) {
        return "apiVersion: plumbline.dev/v1\nkind: " + kind + "\nmetadata: {name: x}\nspec:\n  "
                + String.join("\n  ", spec) + "\n";
    }

    /** The document without places, so that two can be compared. */
    static Document placeless(Document document) {
        Spec spec = switch (document.spec()) {
            case SourceRoutingSpec source -> new SourceRoutingSpec(placeless(source.device()),
                    source.addresses().map(list -> list.stream().map(Intents::placeless).toList()),
                    source.gateways().map(list -> list.stream().map(Intents::placeless).toList()),
                    placeless(source.table()), source.routes(), source.priority(), source.sourceHints(),
                    source.optional(), source.ipv4Routes(), source.ipv6Routes()).by(placeless(source.method()));
            case RouteTableSpec table -> new RouteTableSpec(table.id().map(Intents::placeless),
                    table.device().map(Intents::placeless), table.manageSysctls(), table.exclusive(),
                    table.adopt(), table.optional(), table.ipv4(), table.ipv6());
            case RoutingRulesSpec rules -> new RoutingRulesSpec(rules.adopt(), rules.manageSysctls(),
                    rules.rules().stream().map(rule -> new RoutingRulesSpec.RuleSpec(rule.rule(), rule.table(), NOWHERE)).toList());
            case FirewallSpec firewall -> new FirewallSpec(firewall.policies(), firewall.manageSysctls(),
                    firewall.variables(), firewall.sets().stream().map(set -> new FirewallSet(set.name(), set.type(),
                            set.interval(), set.elements(), NOWHERE)).toList(), firewall.chains(),
                    firewall.rules().stream().map(rule -> rule.at(NOWHERE)).toList());
        };
        return new Document(document.kind(), document.name(), document.labels(), document.hosts(), document.netns(),
                document.drift(), spec, NOWHERE);
    }

    private static <T> Located<T> placeless(Located<T> located) {
        return new Located<>(located.value(), NOWHERE);
    }

    static Document table(Optional<Long> id, dev.plumbline.state.RouteRows ipv4, dev.plumbline.state.RouteRows ipv6,
            boolean adopt) {
        return new Document("RouteTable", "t", Map.of(), HostSelector.ALL, Document.HOST, Optional.empty(),
                new RouteTableSpec(id.map(number -> new Located<>(number, NOWHERE)), false, adopt, false, ipv4, ipv6),
                NOWHERE);
    }
}
