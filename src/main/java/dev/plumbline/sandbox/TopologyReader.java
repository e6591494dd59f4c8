package dev.plumbline.sandbox;

import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.Expectation;
import dev.plumbline.sandbox.Topology.FlowCheck;
import dev.plumbline.sandbox.Topology.Peer;
import dev.plumbline.sandbox.Topology.TopologyLink;
import dev.plumbline.sandbox.Topology.TopologyRoute;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code topology.yaml} strictly: every error of the file at once, with its position. */
public final class TopologyReader {

    /** {@code metadata}-less, since there is one a folder. */
    public static final String KIND = "Topology";
    private static final String VERSION = "plumbline.dev/v1";
    private static final long MAX = 0xffffffffL;
    private static final String DEFAULT = "default";
    private static final List<String> TOP = List.of("apiVersion", "kind", "description", "links", "routes", "checks",
            "drift");
    private static final List<String> LINK = List.of("name", "kind", "mtu", "addresses", "peer");
    private static final List<String> PEER = List.of("addresses", "owns", "routes");
    private static final List<String> ROUTE = List.of("to", "via", "dev", "metric", "src", "table");
    private static final List<String> PEER_ROUTE = List.of("to", "via", "metric", "src");
    private static final List<String> CHECK = List.of("name", "from", "to", "before", "after");
    private static final List<String> EXPECTATION = List.of("device", "blocked");
    private static final List<String> DRIFT = List.of("deleteRoute", "deleteRule", "addRoute");

    private final String file;
    private final List<Problem> problems = new ArrayList<>();

    private TopologyReader(String file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @throws IntentException with every problem of the file
     * @throws IOException if it cannot be read
     */
    public static Topology read(Path file) throws IOException {
        return parse(file.toString(), Files.readString(file));
    }

    /**
     * Reads a text.
     *
     * @param file its name in messages
     * @throws IntentException with every problem of the text
     */
    public static Topology parse(String file, String text) {
        var reader = new TopologyReader(file);
        var topology = reader.topology(text);
        if (reader.problems.isEmpty()) {
            TopologyCheck.check(topology, reader.problems);
        }
        if (!reader.problems.isEmpty()) {
            throw new IntentException(reader.problems);
        }
        return topology;
    }

    private Topology topology(String text) {
        var root = compose(text);
        if (root.isEmpty()) {
            if (problems.isEmpty()) {
                problems.add(Problem.error(new Origin(KIND, file, 1, 1), "", "the file is empty; a topology has "
                        + String.join(", ", TOP)));
            }
            return new Topology("", List.of(), List.of(), List.of(), List.of());
        }
        var fields = YamlFields.of(file, "", root.get(), problems, TOP);
        expect(fields, "apiVersion", VERSION);
        expect(fields, "kind", KIND);
        if (!fields.has("links")) {
            fields.error("", "'links' is missing: a topology has at least one");
        }
        return new Topology(fields.text("description").orElse(""), fields.each("links", LINK, this::link),
                fields.each("routes", ROUTE, each -> route(each, true)), fields.each("checks", CHECK, this::check),
                fields.each("drift", DRIFT, this::drift));
    }

    private Optional<Node> compose(String text) {
        try {
            return new Compose(LoadSettings.builder().setLabel(file).build()).composeString(text);
        } catch (MarkedYamlEngineException e) {
            var origin = e.getProblemMark().map(mark -> YamlFields.origin(file, mark))
                    .orElse(new Origin(KIND, file, 1, 1));
            problems.add(Problem.error(origin, "", "this is not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            problems.add(Problem.error(new Origin(KIND, file, 1, 1), "", "this is not YAML: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private static void expect(YamlFields fields, String name, String value) {
        fields.need(name).filter(text -> !text.equals(value))
                .ifPresent(text -> fields.error(name, "'" + text + "' must be " + value));
    }

    private Optional<TopologyLink> link(YamlFields fields) {
        var name = fields.need("name").filter(text -> {
            boolean good = text.matches("[!-~]{1,15}") && !text.matches(".*[/:].*|\\.\\.?|lo");
            if (!good) {
                fields.error("name", "'" + text + "' cannot be a device's name: 1 to 15 characters without space,"
                        + " '/' and ':', and not lo, which is always there");
            }
            return good;
        });
        fields.text("kind").filter(kind -> !kind.equals("veth")).ifPresent(
                kind -> fields.error("kind", "'" + kind + "' is not known here: links are of kind veth"));
        var mtu = fields.number("mtu", 68, 65535);
        var peer = fields.mapping("peer", PEER).map(each -> new Peer(
                each.parsedList("addresses", "an address with a prefix length, such as 10.0.0.1/24",
                        TopologyReader::onLink),
                each.parsedList("owns", "an address", IpAddress::parse),
                each.each("routes", PEER_ROUTE, one -> route(one, false)))).orElse(Peer.NONE);
        var addresses = fields.parsedList("addresses", "an address with a prefix length, such as 10.0.0.10/24",
                TopologyReader::onLink);
        return name.map(text -> new TopologyLink(text,
                mtu.isPresent() ? OptionalInt.of((int) mtu.getAsLong()) : OptionalInt.empty(), addresses, peer,
                fields.origin()));
    }

    private static Optional<Prefix> onLink(String text) {
        return text.contains("/") ? Prefix.parse(text) : Optional.empty();
    }

    private Optional<TopologyRoute> route(YamlFields fields, boolean withDevice) {
        var via = fields.parsed("via", "an address", IpAddress::parse);
        var source = fields.parsed("src", "an address", IpAddress::parse);
        var family = via.or(() -> source).map(IpAddress::family);
        fields.need("to");
        var to = fields.parsed("to", "'default' or a prefix without host bits, such as 10.0.0.0/8",
                text -> text.equals(DEFAULT) ? family.or(() -> Optional.of(Family.IPV4)).map(Family::everything)
                        : Prefix.parse(text).filter(prefix -> prefix.equals(prefix.masked())));
        if (family.isEmpty() && fields.text("to").filter(DEFAULT::equals).isPresent()) {
            fields.error("to", "'default' without 'via' could be of either family: write 0.0.0.0/0 or ::/0");
        }
        if (to.isPresent() && family.isPresent() && to.get().family() != family.get()) {
            fields.error("to", "the destination is of another address family than 'via' or 'src'");
        }
        var device = withDevice ? fields.need("dev") : Optional.of("");
        if (!withDevice && via.isEmpty()) {
            fields.error("", "'via' is missing");
        }
        var table = fields.parsed("table", "main or a number from 1 to 4294967295, but 255", TopologyReader::table)
                .orElse(Route.TABLE_MAIN);
        var metric = fields.number("metric", 0, MAX);
        return to.isEmpty() || device.isEmpty() ? Optional.empty()
                : Optional.of(new TopologyRoute(table, to.get(), via, device.get(), metric, source, fields.origin()));
    }

    private static Optional<Long> table(String text) {
        if (text.equals("main")) {
            return Optional.of(Route.TABLE_MAIN);
        }
        return text.matches("[1-9][0-9]{0,9}") ? Optional.of(Long.parseLong(text))
                .filter(number -> number <= MAX && number != Route.TABLE_LOCAL) : Optional.empty();
    }

    private Optional<FlowCheck> check(YamlFields fields) {
        fields.need("from");
        fields.need("to");
        var from = fields.parsed("from", "an address", IpAddress::parse);
        var to = fields.parsed("to", "an address", IpAddress::parse);
        var before = fields.mapping("before", EXPECTATION).flatMap(this::expectation);
        if (!fields.has("after")) {
            fields.error("", "'after' is missing: what the intents make of the flow");
        }
        var after = fields.mapping("after", EXPECTATION).flatMap(this::expectation);
        if (from.isEmpty() || to.isEmpty() || after.isEmpty()) {
            return Optional.empty();
        }
        var name = fields.text("name").orElse(from.get() + " to " + to.get());
        return Optional.of(new FlowCheck(name, from.get(), to.get(), before, after.get(), fields.origin()));
    }

    private Optional<Expectation> expectation(YamlFields fields) {
        return fields.onlyField().flatMap(name -> {
            if (name.equals("device")) {
                return fields.text("device").map(Expectation.Leaves::new);
            }
            return fields.parsed("blocked", "true", text -> text.equals("true") ? Optional.of(true) : Optional.empty())
                    .map(always -> new Expectation.Blocked());
        });
    }

    private Optional<Drift> drift(YamlFields fields) {
        return fields.onlyField().flatMap(what -> switch (what) {
            case "deleteRoute" -> fields.mapping(what, List.of("table", "to")).flatMap(this::deleteRoute);
            case "deleteRule" -> fields.mapping(what, List.of("priority", "from")).flatMap(this::deleteRule);
            default -> fields.mapping(what, ROUTE).flatMap(inner -> route(inner, true)
                    .map(route -> new Drift.AddRoute(route, inner.origin())));
        });
    }

    private Optional<Drift> deleteRoute(YamlFields fields) {
        fields.need("to");
        var to = fields.parsed("to", "'default' or a prefix without host bits", text -> text.equals(DEFAULT)
                ? Optional.of(List.of(Family.IPV4.everything(), Family.IPV6.everything()))
                : Prefix.parse(text).filter(prefix -> prefix.equals(prefix.masked())).map(List::of));
        fields.need("table");
        var table = fields.parsed("table", "main, a number from 1 to 4294967295, or a RouteTable's name",
                TopologyReader::tableChoice);
        return to.isEmpty() || table.isEmpty() ? Optional.empty()
                : Optional.of(new Drift.DeleteRoute(table.get(), to.get(), fields.origin()));
    }

    private static Optional<TableChoice> tableChoice(String text) {
        if (text.matches("[0-9]+")) {
            return table(text).map(TableChoice.Number::new);
        }
        return text.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?") ? Optional.of(new TableChoice.Name(text))
                : Optional.empty();
    }

    private Optional<Drift> deleteRule(YamlFields fields) {
        fields.need("priority");
        var priority = fields.number("priority", 1, MAX);
        var from = fields.parsed("from", "a prefix or an address", Prefix::parse);
        return priority.isEmpty() ? Optional.empty()
                : Optional.of(new Drift.DeleteRule(priority.getAsLong(), from, fields.origin()));
    }
}
