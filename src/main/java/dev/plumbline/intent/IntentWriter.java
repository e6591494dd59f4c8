package dev.plumbline.intent;

import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteMetric;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.Scope;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes documents as YAML, a route or rule a line. Reading it back gives equal documents, but for where things stand.
 */
public final class IntentWriter {

    /** Comment lines, without the number sign. */
    public interface Comments {

        Comments NONE = new Comments() {
        };

        /** Above the document. */
        default List<String> document(Document document) {
            return List.of();
        }

        /** Above a route. */
        default List<String> route(RouteRows rows, int row) {
            return List.of();
        }

        /** Above a rule. */
        default List<String> rule(RoutingRulesSpec.RuleSpec rule) {
            return List.of();
        }

        /** Above a rule of a firewall. */
        default List<String> firewallRule(FirewallRule rule) {
            return List.of();
        }
    }

    private final Appendable out;
    private final Comments comments;
    private boolean first = true;

    public IntentWriter(Appendable out, Comments comments) {
        this.out = out;
        this.comments = comments;
    }

    /** All documents of a file, as text. */
    public static String text(List<Document> documents) {
        var text = new StringBuilder();
        var writer = new IntentWriter(text, Comments.NONE);
        try {
            for (var document : documents) {
                writer.write(document);
            }
        } catch (IOException e) {
            throw new AssertionError("a StringBuilder refuses nothing", e);
        }
        return text.toString();
    }

    /**
     * Why the language cannot say what this route is. Whose route it is does not count: a document's routes are
     * plumbline's.
     */
    public static Optional<String> obstacle(Route route) {
        var attributes = route.attributes();
        if (!RouteBinder.TYPES.contains(attributes.type().toString())) {
            return Optional.of("routes of type " + attributes.type() + " are the kernel's");
        }
        if (attributes.from().isPresent()) {
            return Optional.of("it has a source prefix");
        }
        if (attributes.expires() != 0) {
            return Optional.of("it expires");
        }
        if (!attributes.other().isEmpty()) {
            return Optional.of("it has the attributes " + attributes.other());
        }
        return attributes.metrics().keySet().stream()
                .filter(number -> number != RouteAttributes.RTAX_MTU && number != RouteAttributes.RTAX_ADVMSS)
                .findFirst()
                .map(number -> "it has the metric " + RouteMetric.name(number));
    }

    /** Why the language cannot say what this rule is. */
    public static Optional<String> obstacle(RoutingRule rule) {
        if (rule.action() instanceof RuleAction.Unknown) {
            return Optional.of("it has the " + rule.action());
        }
        return rule.other().isEmpty() ? Optional.empty() : Optional.of("it has the attributes " + rule.other());
    }

    /** A rule of a Firewall as an item of its {@code rules}. */
    public static String firewallRule(FirewallRule rule) {
        return FirewallWriter.flow(rule);
    }

    /**
     * Writes one document, after a separator if it is not the first.
     *
     * @throws IllegalArgumentException if the language cannot say it: {@link #obstacle}
     */
    public void write(Document document) throws IOException {
        if (!first) {
            out.append("---\n");
        }
        first = false;
        comment("", comments.document(document));
        var metadata = new FlowText().text("name", document.name());
        if (!document.labels().isEmpty()) {
            metadata.raw("labels", FlowText.labels(document.labels()));
        }
        line("apiVersion: " + DocumentBinder.API_VERSION);
        line("kind: " + document.kind());
        line("metadata: " + metadata);
        line("spec:");
        shared(document);
        switch (document.spec()) {
            case SourceRoutingSpec spec -> sourceRouting(spec);
            case RouteTableSpec spec -> routeTable(spec);
            case RoutingRulesSpec spec -> rules(spec);
            case FirewallSpec spec -> new FirewallWriter(out, comments).write(spec);
        }
    }

    private void line(String text) throws IOException {
        out.append(text).append('\n');
    }

    private void comment(String indentation, List<String> lines) throws IOException {
        for (var comment : lines) {
            for (var part : comment.split("\\R", -1)) {
                line((indentation + "# " + part.replaceAll("\\p{Cntrl}", "?")).stripTrailing());
            }
        }
    }

    private void shared(Document document) throws IOException {
        var hosts = document.hosts();
        var names = "[" + String.join(", ", hosts.names().stream().map(FlowText::quoted).toList()) + "]";
        if (!hosts.labels().isEmpty()) {
            var flow = new FlowText();
            if (!hosts.names().isEmpty()) {
                flow.raw("names", names);
            }
            line("  hosts: " + flow.raw("labels", FlowText.labels(hosts.labels())));
        } else if (!hosts.names().isEmpty()) {
            line("  hosts: " + names);
        }
        if (!document.netns().equals(Document.HOST)) {
            line("  netns: " + FlowText.quoted(document.netns()));
        }
        if (document.drift().isPresent()) {
            line("  drift: " + document.drift().get().word());
        }
    }

    private void flag(String name, boolean value) throws IOException {
        if (value) {
            line("  " + name + ": true");
        }
    }

    private void sourceRouting(SourceRoutingSpec spec) throws IOException {
        line("  device: " + FlowText.quoted(spec.device().value()));
        line("  addresses: " + addresses(spec.addresses()));
        line("  gateways: " + addresses(spec.gateways()));
        line("  table: " + switch (spec.table().value()) {
            case TableChoice.Auto auto -> "auto";
            case TableChoice.Number number -> Long.toString(number.id());
            case TableChoice.Name name -> FlowText.quoted(name.name());
        });
        line("  routes: " + spec.routes().name().toLowerCase(Locale.ROOT));
        if (spec.priority() != SourceRoutingSpec.DEFAULT_PRIORITY) {
            line("  priority: " + spec.priority());
        }
        flag("sourceHints", spec.sourceHints());
        if (spec.isVrf()) {
            line("  method: vrf");
        }
        flag("optional", spec.optional());
        routes("extraRoutes", spec.ipv4Routes(), spec.ipv6Routes());
    }

    private static String addresses(Optional<List<Located<IpAddress>>> addresses) {
        return addresses.map(list -> list.stream().map(at -> FlowText.address(at.value())).toList())
                .map(texts -> "[" + String.join(", ", texts) + "]").orElse("auto");
    }

    private void routeTable(RouteTableSpec spec) throws IOException {
        if (spec.id().isPresent()) {
            line("  id: " + spec.id().get().value());
        }
        if (spec.device().isPresent()) {
            line("  interface: " + FlowText.quoted(spec.device().get().value()));
        }
        sysctls(spec.manageSysctls());
        flag("exclusive", spec.exclusive());
        flag("adopt", spec.adopt());
        flag("optional", spec.optional());
        routes("routes", spec.ipv4(), spec.ipv6());
        if (spec.ipv4().isEmpty() && spec.ipv6().isEmpty()) {
            line("  routes: []");
        }
    }

    private void sysctls(boolean manage) throws IOException {
        if (manage) {
            line("  sysctls: manage");
        }
    }

    private void routes(String field, RouteRows ipv4, RouteRows ipv6) throws IOException {
        if (ipv4.isEmpty() && ipv6.isEmpty()) {
            return;
        }
        line("  " + field + ":");
        for (var rows : List.of(ipv4, ipv6)) {
            // Long tables repeat few attribute sets: what follows the destination is made once for each.
            var tails = new HashMap<Long, String>();
            for (int row = 0; row < rows.size(); row++) {
                comment("    ", comments.route(rows, row));
                var to = rows.destination(row);
                if (to.isDefault() || rows.tos(row) != 0) {
                    line("    - " + flow(rows.route(row)));
                    continue;
                }
                var route = row;
                long key = (long) rows.attributesIndex(row) << 32 | rows.metric(row);
                var tail = tails.size() > 10_000 ? tail(rows.route(route))
                        : tails.computeIfAbsent(key, any -> tail(rows.route(route)));
                out.append("    - {to: ").append(FlowText.address(to.destinationText())).append(tail).append('\n');
            }
        }
    }

    private static String tail(Route route) {
        var whole = flow(route);
        return whole.substring(("{to: " + destination(route)).length());
    }

    /** A route as an item of {@code routes}. */
    static String flow(Route route) {
        obstacle(route).ifPresent(why -> {
            throw new IllegalArgumentException("no intent can say " + route + ": " + why);
        });
        var attributes = route.attributes();
        var flow = new FlowText().raw("to", destination(route));
        hops(attributes.nextHops(), flow);
        attributes.source().ifPresent(source -> flow.address("src", source));
        if (route.metric() != (route.family() == Family.IPV6 ? Route.IPV6_DEFAULT_METRIC : 0)) {
            flow.raw("metric", route.metric());
        }
        if (route.family() == Family.IPV4 && attributes.scope() != derivedScope(attributes)) {
            flow.raw("scope", Scope.name(attributes.scope()));
        }
        attributes.metrics().forEach((number, value) ->
                flow.raw(number == RouteAttributes.RTAX_MTU ? "mtu" : "advmss", value));
        if (attributes.type() != RouteType.UNICAST) {
            flow.raw("type", attributes.type());
        }
        if (route.tos() != 0) {
            flow.raw("tos", "0x" + Integer.toHexString(route.tos()));
        }
        return flow.toString();
    }

    /** {@code default} only where it would be read as this family's. */
    private static String destination(Route route) {
        if (!route.destination().isDefault()) {
            return FlowText.address(route.destination().destinationText());
        }
        var attributes = route.attributes();
        Optional<Family> said = attributes.source().map(IpAddress::family);
        for (var hop : attributes.nextHops()) {
            boolean decides = attributes.source().isEmpty() && !said.equals(Optional.of(Family.IPV4));
            if (decides && hop.gateway().isPresent()) {
                said = hop.gateway().map(IpAddress::family);
            }
        }
        return said.equals(Optional.of(route.family())) ? "default" : FlowText.address(route.destination());
    }

    private static int derivedScope(RouteAttributes attributes) {
        return attributes.type() == RouteType.UNICAST && attributes.nextHops().size() <= 1 && !attributes.hasGateway()
                ? Scope.LINK : Scope.UNIVERSE;
    }

    private static void hops(List<NextHop> hops, FlowText into) {
        if (hops.size() != 1) {
            if (!hops.isEmpty()) {
                into.raw("via", "[" + String.join(", ", hops.stream().map(hop -> {
                    var item = new FlowText();
                    hop(hop, "address", item);
                    if (hop.weight() != 1) {
                        item.raw("weight", hop.weight());
                    }
                    return item.toString();
                }).toList()) + "]");
            }
            return;
        }
        hop(hops.getFirst(), "via", into);
    }

    private static void hop(NextHop hop, String gatewayField, FlowText into) {
        hop.gateway().ifPresent(gateway -> into.address(gatewayField, gateway));
        if (!hop.device().isEmpty()) {
            into.text("dev", hop.device());
        }
        if (hop.onlink()) {
            into.raw("onlink", true);
        }
    }

    private void rules(RoutingRulesSpec spec) throws IOException {
        flag("adopt", spec.adopt());
        sysctls(spec.manageSysctls());
        line(spec.rules().isEmpty() ? "  rules: []" : "  rules:");
        for (int i = 0; i < spec.rules().size(); i++) {
            var rule = spec.rules().get(i);
            comment("    ", comments.rule(rule));
            boolean both = i + 1 < spec.rules().size() && isTwin(rule, spec.rules().get(i + 1));
            line("    - " + flow(rule, both));
            if (both) {
                i++;
            }
        }
    }

    /** The IPv6 half of a rule that holds for both families comes right after the IPv4 half. */
    private static boolean isTwin(RoutingRulesSpec.RuleSpec one, RoutingRulesSpec.RuleSpec next) {
        return one.rule().family() == Family.IPV4 && next.rule().family() == Family.IPV6 && isFamilyless(one.rule())
                && one.table().equals(next.table()) && RuleBinder.inFamily(one.rule(), Family.IPV6).equals(next.rule());
    }

    private static boolean isFamilyless(RoutingRule rule) {
        return rule.from().isEmpty() && rule.to().isEmpty();
    }

    private static String flow(RoutingRulesSpec.RuleSpec spec, boolean both) {
        var rule = spec.rule();
        obstacle(rule).ifPresent(why -> {
            throw new IllegalArgumentException("no intent can say " + rule + ": " + why);
        });
        var flow = new FlowText().raw("priority", rule.priority());
        if (rule.not()) {
            flow.raw("not", true);
        }
        rule.from().ifPresent(prefix -> flow.address("from", text(prefix)));
        rule.to().ifPresent(prefix -> flow.address("to", text(prefix)));
        if (!rule.iif().isEmpty()) {
            flow.text("iif", rule.iif());
        }
        if (!rule.oif().isEmpty()) {
            flow.text("oif", rule.oif());
        }
        rule.mark().ifPresent(mark -> flow.raw("fwmark", mark));
        rule.ipProtocol().ifPresent(number -> flow.raw("ipproto", IpProtocol.name(number)));
        rule.sourcePort().ifPresent(range -> flow.raw("sport", range));
        rule.destinationPort().ifPresent(range -> flow.raw("dport", range));
        if (rule.tos() != 0) {
            flow.raw("tos", "0x" + Integer.toHexString(rule.tos()));
        }
        rule.uids().ifPresent(range -> flow.raw("uidrange", range));
        switch (rule.action()) {
            case RuleAction.Lookup lookup -> flow.raw("lookup",
                    spec.table().map(FlowText::quoted).orElseGet(() -> Route.tableName(lookup.table())));
            case RuleAction.Goto jump -> flow.raw("goto", jump.priority());
            case RuleAction.L3mdev l3mdev -> flow.raw("l3mdev", true);
            default -> flow.raw("action", rule.action());
        }
        rule.suppressPrefixLength().ifPresent(length -> flow.raw("suppressPrefixLength", length));
        rule.suppressInterfaceGroup().ifPresent(group -> flow.raw("suppressInterfaceGroup", group));
        if (!both && isFamilyless(rule)) {
            flow.raw("family", rule.family() == Family.IPV4 ? "ipv4" : "ipv6");
        }
        return flow.toString();
    }

    private static String text(Prefix prefix) {
        return prefix.isHost() ? prefix.address().toString() : prefix.toString();
    }
}
