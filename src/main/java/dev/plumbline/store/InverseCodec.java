package dev.plumbline.store;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.json.JsonText;
import dev.plumbline.json.RouteJson;
import dev.plumbline.json.RuleJson;
import dev.plumbline.plan.Former.FormerRules;
import dev.plumbline.plan.Former;
import dev.plumbline.plan.FormerLinks;
import dev.plumbline.plan.FormerRoutes;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.Ledger.TakenSysctl;
import dev.plumbline.state.Ledger.VrfAddress;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.Vrf;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How to undo an apply, as compressed bytes: one blob a family of state. The format has a number; a newer program reads
 * the ones before too, so that a host can be upgraded with an unfinished apply on it.
 */
final class InverseCodec {

    /**
     * To be raised with every change of the format; {@link #read} keeps the branches of those before. 2 added the
     * documents that were carried out, 3 the firewall, sysctls and links, 4 addresses of devices in VRFs.
     */
    static final int FORMAT = 4;

    private static final String SCOPE = "scope";
    private static final String ROUTES = "routes";
    private static final String RULES = "rules";
    private static final String LINKS = "links";
    private static final String LEDGER = "ledger";
    private static final String FIREWALL = "firewall";
    private static final String SYSCTLS = "sysctls";

    private InverseCodec() {
    }

    /** The blobs by family. */
    static Map<String, byte[]> write(Inverse inverse) {
        var parts = new TreeMap<String, byte[]>();
        var scope = new ByteWriter();
        write(inverse.former().scope(), scope);
        parts.put(SCOPE, Compressed.of(scope.written()));
        var routes = new ByteWriter();
        var tables = inverse.former().routes();
        routes.list(tables, tables.size(), table -> {
            RouteColumns.write(table.before(), routes);
            routes.list(table.beside(), table.beside().size(), row -> routes.number(row));
            RouteColumns.write(table.after(), routes);
        });
        parts.put(ROUTES, Compressed.of(routes.written()));
        var rules = new ByteWriter();
        write(inverse.former().rules(), rules);
        parts.put(RULES, Compressed.of(rules.written()));
        var links = new ByteWriter();
        write(inverse.former().links(), links);
        parts.put(LINKS, Compressed.of(links.written()));
        var ledger = new ByteWriter();
        write(inverse.after(), ledger);
        parts.put(LEDGER, Compressed.of(ledger.written()));
        var firewall = new ByteWriter();
        FormerTables.write(inverse.former().firewall(), firewall);
        parts.put(FIREWALL, Compressed.of(firewall.written()));
        var sysctls = new ByteWriter();
        var values = new TreeMap<>(inverse.former().sysctls()).entrySet();
        sysctls.list(values, values.size(), each -> {
            sysctls.text(each.getKey());
            sysctls.text(each.getValue());
        });
        parts.put(SYSCTLS, Compressed.of(sysctls.written()));
        return parts;
    }

    private static void write(ReadScope scope, ByteWriter out) {
        out.flag(scope.ours());
        out.flag(scope.everything());
        out.list(scope.tables(), scope.tables().size(), key -> {
            out.number(key.family().number());
            out.number(key.table());
        });
        out.list(scope.mainDevices(), scope.mainDevices().size(), out::text);
        out.flag(scope.firewall());
        out.list(scope.sysctls(), scope.sysctls().size(), out::text);
    }

    private static void write(FormerRules rules, ByteWriter out) {
        out.list(rules.before(), rules.before().size(), rule -> write(rule, out));
        out.list(rules.taken(), rules.taken().size(), rule -> write(rule, out));
        out.list(rules.after(), rules.after().size(), rule -> write(rule, out));
    }

    private static void write(FormerLinks links, ByteWriter out) {
        for (var vrfs : List.of(links.vrfs(), links.made())) {
            out.list(vrfs, vrfs.size(), each -> {
                out.text(each.name());
                out.number(each.table());
                out.text(each.alias());
                out.flag(each.up());
            });
        }
        var masters = links.masters().entrySet();
        out.list(masters, masters.size(), each -> {
            out.text(each.getKey());
            out.text(each.getValue());
        });
        for (var addresses : List.of(links.addresses(), links.given())) {
            out.list(addresses, addresses.size(), each -> write(each, out));
        }
    }

    private static void write(LinkAddress address, ByteWriter out) {
        out.text(address.device());
        out.text(address.local().toString());
        out.text(address.peer().toString());
        out.number(address.scope());
        out.number(address.flags());
    }

    private static void write(RoutingRule rule, ByteWriter out) {
        out.text(JsonText.of(RuleJson.toJson(rule)));
    }

    private static void write(Ledger ledger, ByteWriter out) {
        out.list(ledger.allotments(), ledger.allotments().size(), each -> {
            out.text(each.document());
            out.text(each.key());
            out.number(each.table());
        });
        out.list(ledger.routes(), ledger.routes().size(), each -> {
            out.text(each.document());
            out.text(JsonText.of(RouteJson.toJson(each.route())));
            out.number(each.deviceIndex());
            out.flag(each.adopted());
        });
        out.list(ledger.rules(), ledger.rules().size(), each -> {
            out.text(each.document());
            write(each.rule(), out);
        });
        out.list(ledger.devices(), ledger.devices().size(), out::text);
        out.list(ledger.carriedOut(), ledger.carriedOut().size(), out::text);
        out.list(ledger.sysctls(), ledger.sysctls().size(), each -> {
            out.list(each.documents(), each.documents().size(), out::text);
            out.text(each.path());
            out.text(each.former());
            out.text(each.written());
            out.number(each.deviceIndex());
        });
        out.list(ledger.addresses(), ledger.addresses().size(), each -> {
            out.text(each.document());
            write(each.address(), out);
            out.number(each.deviceIndex());
        });
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param parts the blobs by family
     * @throws IllegalArgumentException if they are damaged, or of a format that this program does not know
     */
    static Inverse read(int format, Instant since, Initiator by, Optional<Confirmation> confirmation, int[] counts,
            Map<String, byte[]> parts) {
        if (format < 1 || format > FORMAT) {
            throw new IllegalArgumentException("format " + format + " is not known");
        }
        var expected = new HashSet<>(Set.of(SCOPE, ROUTES, RULES, LEDGER));
        if (format > 2) {
            expected.addAll(Set.of(LINKS, FIREWALL, SYSCTLS));
        }
        if (!parts.keySet().equals(expected)) {
            throw new IllegalArgumentException("parts are missing or unknown: there are " + parts.keySet());
        }
        var former = new Former(scope(reader(parts, SCOPE), format), routes(reader(parts, ROUTES)),
                rules(reader(parts, RULES)), format > 2 ? links(reader(parts, LINKS), format) : FormerLinks.NONE,
                format > 2 ? FormerTables.read(reader(parts, FIREWALL)) : List.of(),
                format > 2 ? sysctls(reader(parts, SYSCTLS)) : Map.of());
        return new Inverse(since, by, former, ledger(reader(parts, LEDGER), format), confirmation, counts[0], counts[1],
                counts[2]);
    }

    private static ByteReader reader(Map<String, byte[]> parts, String family) {
        return new ByteReader(Compressed.expanded(parts.getOrDefault(family, new byte[0])));
    }

    private static ReadScope scope(ByteReader in, int format) {
        boolean ours = in.flag();
        boolean everything = in.flag();
        var tables = new HashSet<>(in.list(() -> new TableKey(Family.of(in.integer()), in.number())));
        var devices = new HashSet<>(in.list(in::text));
        var scope = format > 2
                ? new ReadScope(ours, tables, devices, everything, in.flag(), new HashSet<>(in.list(in::text)))
                : new ReadScope(ours, tables, devices, everything);
        in.end();
        return scope;
    }

    private static List<FormerRoutes> routes(ByteReader in) {
        var tables = in.list(() -> {
            var before = RouteColumns.read(in);
            var beside = in.list(in::integer);
            return new FormerRoutes(new TableKey(before.family(), before.table()), before, beside,
                    RouteColumns.read(in));
        });
        in.end();
        return tables;
    }

    private static FormerRules rules(ByteReader in) {
        var rules = new FormerRules(in.list(() -> rule(in)), new HashSet<>(in.list(() -> rule(in))),
                in.list(() -> rule(in)));
        in.end();
        return rules;
    }

    private static FormerLinks links(ByteReader in, int format) {
        var vrfs = in.list(() -> vrf(in));
        var made = in.list(() -> vrf(in));
        var masters = new HashMap<String, String>();
        in.list(() -> Map.entry(in.text(), in.text())).forEach(each -> masters.put(each.getKey(), each.getValue()));
        var links = new FormerLinks(vrfs, made, masters, in.list(() -> address(in)),
                format > 3 ? in.list(() -> address(in)) : List.of());
        in.end();
        return links;
    }

    private static LinkAddress address(ByteReader in) {
        return new LinkAddress(in.text(), IpAddress.parse(in.text()).orElseThrow(),
                Prefix.parse(in.text()).orElseThrow(), in.integer(), in.integer());
    }

    private static Vrf vrf(ByteReader in) {
        return new Vrf(in.text(), in.number(), in.text(), in.flag());
    }

    private static RoutingRule rule(ByteReader in) {
        return RuleJson.fromJson(JsonText.parse(in.text()));
    }

    private static Map<String, String> sysctls(ByteReader in) {
        var values = in.list(() -> Map.entry(in.text(), in.text())).stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        in.end();
        return values;
    }

    private static Ledger ledger(ByteReader in, int format) {
        var allotments = in.list(() -> new Allotment(in.text(), in.text(), in.number()));
        var routes = in.list(() -> new TakenRoute(in.text(), RouteJson.fromJson(JsonText.parse(in.text())),
                in.integer(), in.flag()));
        var rules = in.list(() -> new TakenRule(in.text(), rule(in)));
        var devices = new HashSet<>(in.list(in::text));
        var carriedOut = format > 1 ? new HashSet<>(in.list(in::text)) : new HashSet<String>();
        var sysctls = format > 2 ? in.list(() -> new TakenSysctl(in.list(in::text), in.text(), in.text(), in.text(),
                in.integer())) : List.<TakenSysctl>of();
        var addresses = format > 3 ? in.list(() -> new VrfAddress(in.text(), address(in), in.integer()))
                : List.<VrfAddress>of();
        var ledger = new Ledger(allotments, routes, rules, devices, carriedOut, sysctls, addresses);
        in.end();
        return ledger;
    }
}
