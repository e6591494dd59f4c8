package dev.plumbline.sandbox;

import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.Endpoint;
import dev.plumbline.sandbox.Topology.Expectation;
import dev.plumbline.sandbox.Topology.FlowCheck;
import dev.plumbline.sandbox.Topology.Peer;
import dev.plumbline.sandbox.Topology.Receiver;
import dev.plumbline.sandbox.Topology.Sender;
import dev.plumbline.sandbox.Topology.TopologyLink;
import dev.plumbline.sandbox.Topology.TopologyRoute;
import dev.plumbline.sandbox.Topology.Transport;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.firewall.TableFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
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
    private static final List<String> TOP = List.of("apiVersion", "kind", "description", "sysctls", "links", "routes",
            "checks", "drift");
    private static final List<String> LINK = List.of("name", "kind", "mtu", "addresses", "peer");
    private static final List<String> PEER = List.of("addresses", "owns", "routes");
    private static final List<String> ROUTE = List.of("to", "via", "dev", "metric", "src", "table");
    private static final List<String> PEER_ROUTE = List.of("to", "via", "metric", "src");
    private static final List<String> CHECK = List.of("name", "from", "to", "before", "after");
    private static final List<String> FROM = List.of("link", "address");
    private static final List<String> TO = List.of("address", "port", "protocol");
    private static final List<String> LEAVES = List.of("source", "destination", "through", "copiesAt",
            "answerCopiesAt");
    private static final List<String> EXPECTATION = List.of("device", "source", "destination", "through", "copiesAt",
            "answerCopiesAt", "blocked");
    private static final List<String> DRIFT = List.of("deleteRoute", "deleteRule", "deleteFirewallRule",
            "flushFirewall", "addRoute");
    private static final Pattern SYSCTL = Pattern.compile("net\\.[a-z0-9_]+(\\.[A-Za-z0-9_/@:-]+)+");
    private static final Pattern ENDPOINT = Pattern.compile("(?:\\[([^]]+)]|([0-9.]+)):([1-9][0-9]{0,4})");

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
            return new Topology("", new TreeMap<>(), List.of(), List.of(), List.of(), List.of());
        }
        var fields = YamlFields.of(file, "", root.get(), problems, TOP);
        expect(fields, "apiVersion", VERSION);
        expect(fields, "kind", KIND);
        if (!fields.has("links")) {
            fields.error("", "'links' is missing: a topology has at least one");
        }
        return new Topology(fields.text("description").orElse(""),
                fields.texts("sysctls", "a sysctl below net., such as net.ipv4.ip_forward", SYSCTL),
                fields.each("links", LINK, this::link), fields.each("routes", ROUTE, each -> route(each, true)),
                fields.each("checks", CHECK, this::check), fields.each("drift", DRIFT, this::drift));
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
        var from = from(fields);
        var to = to(fields);
        var before = fields.mapping("before", EXPECTATION).flatMap(TopologyReader::expectation);
        if (!fields.has("after")) {
            fields.error("", "'after' is missing: what the intents make of the flow");
        }
        var after = fields.mapping("after", EXPECTATION).flatMap(TopologyReader::expectation);
        if (from.isEmpty() || to.isEmpty() || after.isEmpty()) {
            return Optional.empty();
        }
        var name = fields.text("name").orElse(from.get() + " to " + to.get().address());
        return Optional.of(new FlowCheck(name, from.get(), to.get(), before, after.get(), fields.origin()));
    }

    private static Optional<Sender> from(YamlFields fields) {
        if (!fields.isMapping("from")) {
            fields.need("from");
            return fields.parsed("from", "an address", IpAddress::parse)
                    .map(address -> new Sender(Optional.empty(), address));
        }
        return fields.mapping("from", FROM).flatMap(from -> {
            var link = from.need("link");
            from.need("address");
            var address = from.parsed("address", "an address", IpAddress::parse);
            return link.isEmpty() ? Optional.empty() : address.map(each -> new Sender(link, each));
        });
    }

    private static Optional<Receiver> to(YamlFields fields) {
        if (!fields.isMapping("to")) {
            fields.need("to");
            return fields.parsed("to", "an address", IpAddress::parse)
                    .map(address -> new Receiver(Transport.UDP, address, Receiver.PORT));
        }
        return fields.mapping("to", TO).flatMap(to -> {
            to.need("address");
            var address = to.parsed("address", "an address", IpAddress::parse);
            var transport = to.parsed("protocol", "udp or tcp", text -> switch (text) {
                case "udp" -> Optional.of(Transport.UDP);
                case "tcp" -> Optional.of(Transport.TCP);
                default -> Optional.empty();
            }).orElse(Transport.UDP);
            int port = (int) to.number("port", 1, 65535).orElse(Receiver.PORT);
            return address.map(each -> new Receiver(transport, each, port));
        });
    }

    private static Optional<Expectation> expectation(YamlFields fields) {
        if (fields.has("device") == fields.has("blocked")) {
            fields.error("", "say exactly one thing here: 'device', by which the flow leaves, or 'blocked'");
            return Optional.empty();
        }
        if (fields.has("blocked")) {
            LEAVES.stream().filter(fields::has).forEach(each ->
                    fields.error(each, "what is blocked does not arrive anywhere"));
            return fields.parsed("blocked", "true",
                            text -> text.equals("true") ? Optional.of(true) : Optional.empty())
                    .map(always -> new Expectation.Blocked());
        }
        var source = fields.parsed("source", "an address, or one with a port", TopologyReader::endpoint);
        var destination = fields.parsed("destination", "an address, or one with a port", TopologyReader::endpoint);
        var through = links(fields, "through");
        var copies = links(fields, "copiesAt");
        var answerCopies = links(fields, "answerCopiesAt");
        return fields.text("device").map(device ->
                new Expectation.Leaves(device, source, destination, through, copies, answerCopies));
    }

    private static List<String> links(YamlFields fields, String name) {
        return fields.parsedList(name, "a link", Optional::of);
    }

    /** {@code 192.0.2.1}, {@code 192.0.2.1:22}, {@code 2001:db8::1} or {@code [2001:db8::1]:22}. */
    private static Optional<Endpoint> endpoint(String text) {
        var matcher = ENDPOINT.matcher(text);
        if (!matcher.matches()) {
            return IpAddress.parse(text).map(address -> new Endpoint(address, OptionalInt.empty()));
        }
        int port = Integer.parseInt(matcher.group(3));
        return IpAddress.parse(matcher.group(1) == null ? matcher.group(2) : matcher.group(1))
                .filter(address -> port <= 65535)
                .map(address -> new Endpoint(address, OptionalInt.of(port)));
    }

    private Optional<Drift> drift(YamlFields fields) {
        return fields.onlyField().flatMap(what -> switch (what) {
            case "deleteRoute" -> fields.mapping(what, List.of("table", "to")).flatMap(this::deleteRoute);
            case "deleteRule" -> fields.mapping(what, List.of("priority", "from")).flatMap(this::deleteRule);
            case "deleteFirewallRule" -> fields.mapping(what, List.of("text")).flatMap(inner -> inner.need("text")
                    .map(text -> new Drift.DeleteFirewallRule(text, inner.origin())));
            case "flushFirewall" -> fields.parsed(what, "inet, ip, ip6 or netdev", TopologyReader::tableFamily)
                    .map(family -> new Drift.FlushFirewall(family, fields.origin()));
            default -> fields.mapping(what, ROUTE).flatMap(inner -> route(inner, true)
                    .map(route -> new Drift.AddRoute(route, inner.origin())));
        });
    }

    private static Optional<TableFamily> tableFamily(String text) {
        return Arrays.stream(TableFamily.values()).filter(each -> each.toString().equals(text)).findFirst();
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
