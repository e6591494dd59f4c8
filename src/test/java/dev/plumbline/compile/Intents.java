package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.HostSelector;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.RoutingRulesSpec.RuleSpec;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.Spec;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RouteRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Documents, as the reader would make them. A document stands at line 1 of NAME.yaml, its lists from line 10 on. */
final class Intents {

    private static final int FIRST_ITEM = 10;

    private Intents() {
    }

    static Source source(String name, String device) {
        return new Source(name, device);
    }

    /** A RouteTable document; the routes in the words of {@code ip}. */
    static Table table(String name, String... routes) {
        return new Table(name, routes);
    }

    /** A RoutingRules document; each rule as {@code PRIORITY: SELECTOR lookup TABLE}. */
    static Document rules(String name, String... rules) {
        return rules(name, false, rules);
    }

    static Document rules(String name, boolean adopt, String... rules) {
        var id = "RoutingRules/" + name;
        var specs = new ArrayList<RuleSpec>();
        for (int i = 0; i < rules.length; i++) {
            var words = rules[i].split("lookup ");
            boolean named = words.length == 2 && !words[1].matches("[0-9]+");
            var rule = Ip.rule(named ? words[0] + "lookup 0" : rules[i], Protocol.PLUMBLINE);
            specs.add(new RuleSpec(rule, named ? Optional.of(words[1]) : Optional.empty(),
                    new Origin(id, name + ".yaml", FIRST_ITEM + i, 5)));
        }
        return document("RoutingRules", name, new RoutingRulesSpec(adopt, specs));
    }

    private static Document document(String kind, String name, Spec spec) {
        return new Document(kind, name, Map.of(), HostSelector.ALL, Document.HOST, Optional.empty(), spec,
                origin(kind, name, 1));
    }

    private static Origin origin(String kind, String name, int line) {
        return new Origin(kind + "/" + name, name + ".yaml", line, 3);
    }

    private static RouteRows rows(Family family, Origin origin, List<String> routes) {
        var rows = new RouteRows.Builder(family, 0);
        for (int i = 0; i < routes.size(); i++) {
            var route = Ip.route(routes.get(i), Protocol.PLUMBLINE, 0);
            if (route.family() == family) {
                rows.add(route, new Origin(origin.document(), origin.file(), FIRST_ITEM + i, 0));
            }
        }
        return rows.build();
    }

    /** A SourceRouting document in the making. */
    static final class Source {
        private final String name;
        private final Origin origin;
        private final String device;
        private Optional<List<Located<IpAddress>>> addresses = Optional.empty();
        private Optional<List<Located<IpAddress>>> gateways = Optional.empty();
        private TableChoice table = new TableChoice.Auto();
        private RoutesMode routes = RoutesMode.MOVE;
        private boolean hints;
        private boolean optional;
        private List<String> extra = List.of();

        private Source(String name, String device) {
            this.name = name;
            this.device = device;
            this.origin = origin("SourceRouting", name, 1);
        }

        Source addresses(String... list) {
            addresses = Optional.of(located(list));
            return this;
        }

        Source gateways(String... list) {
            gateways = Optional.of(located(list));
            return this;
        }

        private List<Located<IpAddress>> located(String... list) {
            var located = new ArrayList<Located<IpAddress>>();
            for (var each : list) {
                located.add(new Located<>(Ip.address(each),
                        new Origin(origin.document(), origin.file(), 5 + located.size(), 9)));
            }
            return located;
        }

        Source table(long id) {
            table = new TableChoice.Number(id);
            return this;
        }

        Source table(String tableName) {
            table = new TableChoice.Name(tableName);
            return this;
        }

        Source routes(RoutesMode mode) {
            routes = mode;
            return this;
        }

        Source sourceHints() {
            hints = true;
            return this;
        }

        Source optional() {
            optional = true;
            return this;
        }

        Source extra(String... list) {
            extra = Arrays.asList(list);
            return this;
        }

        Document document() {
            return Intents.document("SourceRouting", name, new SourceRoutingSpec(
                    new Located<>(device, origin("SourceRouting", name, 2)), addresses, gateways,
                    new Located<>(table, origin("SourceRouting", name, 4)), routes, SourceRoutingSpec.DEFAULT_PRIORITY,
                    hints, optional, rows(Family.IPV4, origin, extra), rows(Family.IPV6, origin, extra)));
        }
    }

    /** A RouteTable document in the making. */
    static final class Table {
        private final String name;
        private final List<String> routes;
        private Optional<Located<Long>> id = Optional.empty();
        private boolean exclusive;
        private boolean adopt;
        private boolean optional;

        private Table(String name, String... routes) {
            this.name = name;
            this.routes = Arrays.asList(routes);
        }

        Table id(long number) {
            id = Optional.of(new Located<>(number, origin("RouteTable", name, 4)));
            return this;
        }

        Table exclusive() {
            exclusive = true;
            return this;
        }

        Table adopt() {
            adopt = true;
            return this;
        }

        Table optional() {
            optional = true;
            return this;
        }

        Document document() {
            var origin = origin("RouteTable", name, 1);
            return Intents.document("RouteTable", name, new RouteTableSpec(id, exclusive, adopt, optional,
                    rows(Family.IPV4, origin, routes), rows(Family.IPV6, origin, routes)));
        }
    }
}
