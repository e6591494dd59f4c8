package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.Condition;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Macros;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.RuleVariables;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RouteRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which rules of Firewall documents are there now, with values for their names, and what short forms stand for. */
final class FirewallReading {

    private final Draft draft;
    private final List<Document> documents;
    private final FirewallVariables variables;
    private int lookups;

    /** @param documents all of the namespace */
    FirewallReading(Draft draft, List<Document> documents) {
        this.draft = draft;
        this.documents = documents;
        this.variables = new FirewallVariables(draft.facts());
    }

    /** How many lookups the documents read so far have, waiting ones included. */
    int lookups() {
        return lookups;
    }

    /** The rules of a document; some may be missing if it waits, or after an error. */
    List<FirewallItem> read(Document document, FirewallSpec spec) {
        var values = variables.of(spec);
        var resolution = new RuleVariables(values);
        var occurrences = new HashMap<String, Integer>();
        var items = new ArrayList<FirewallItem>();
        for (var rule : spec.rules()) {
            if (rule.disabled() || rule.expires().filter(end -> !end.isAfter(draft.facts().firewall().now()))
                    .isPresent()) {
                continue;
            }
            var form = FirewallItem.form(rule);
            int occurrence = occurrences.merge(form, 1, Integer::sum) - 1;
            int lookup = rule.ending().orElse(null) instanceof Action.Lookup ? lookups++ : -1;
            var missing = RuleVariables.names(rule);
            missing.removeAll(values.keySet());
            missing.forEach(name -> draft.report(document, rule.origin(), "", variables.obstacle(name, spec)));
            if (missing.isEmpty()) {
                try {
                    expand(new FirewallItem(document, resolution.resolve(rule), form, occurrence, lookup), items);
                } catch (MalformedException e) {
                    draft.error(rule.origin(), "", e.getMessage());
                }
            }
        }
        return items;
    }

    private void expand(FirewallItem item, List<FirewallItem> into) throws MalformedException {
        if (!(item.lookupAction().orElse(null) instanceof Action.Lookup lookup) || !lookup.through()) {
            into.add(item);
            return;
        }
        var incoming = Macros.needsRoute(item.rule()) ? incoming(item.rule(), lookup) : Optional.<String>empty();
        int number = 0;
        for (var part : Macros.through(item.rule(), incoming)) {
            into.add(item.with(part, number++));
        }
        incoming.ifPresent(device -> draft.note(item.document().id() + ": " + item.rule().origin().position()
                + ": the traffic comes in by " + device + ", as the route to it in table " + lookup.table()
                + " says; `--from " + device + "` (`from:`) would say it here"));
    }

    /** The device of the route to the rule's destination in the documents of the table. */
    private Optional<String> incoming(FirewallRule rule, Action.Lookup lookup) {
        var networks = rule.on(Subject.DESTINATION).map(Condition::operands).flatMap(List::stream)
                .filter(Operand.Network.class::isInstance).map(each -> ((Operand.Network) each).prefix()).toList();
        Map<Prefix, String> found = new HashMap<>();
        for (var document : documents) {
            if (document.spec() instanceof RouteTableSpec spec && isNamed(document, spec, lookup.table())) {
                networks.forEach(network -> List.of(spec.ipv4(), spec.ipv6()).forEach(rows ->
                        device(rows, network, lookup.table()).ifPresent(device -> found.put(network, device))));
            }
        }
        var devices = found.values().stream().distinct().toList();
        return devices.size() == 1 && found.size() == networks.size() ? Optional.of(devices.getFirst())
                : Optional.empty();
    }

    private static boolean isNamed(Document document, RouteTableSpec spec, String table) {
        return document.name().equals(table)
                || spec.id().filter(id -> Long.toString(id.value()).equals(table)).isPresent();
    }

    /** Of the longest prefix that holds the network, and is not everything. */
    private static Optional<String> device(RouteRows rows, Prefix network, String table) {
        int longest = 0;
        var device = Optional.<String>empty();
        for (int row = 0; rows.family() == network.family() && row < rows.size(); row++) {
            var destination = rows.destination(row);
            var hops = rows.attributes(row).nextHops();
            if (destination.length() > longest && destination.length() <= network.length()
                    && destination.contains(network.address()) && hops.size() == 1
                    && !hops.getFirst().device().isEmpty() && !hops.getFirst().device().equals(table)) {
                longest = destination.length();
                device = Optional.of(hops.getFirst().device());
            }
        }
        return device;
    }
}
