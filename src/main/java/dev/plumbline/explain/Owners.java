package dev.plumbline.explain;

import dev.plumbline.compile.Compilation.Waiting;
import dev.plumbline.compile.Examined;
import dev.plumbline.explain.Owner.Standing;
import dev.plumbline.explain.Owner.Taken;
import dev.plumbline.intent.Attachment;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.DesiredState.DesiredSysctl;
import dev.plumbline.state.DesiredState.DesiredVrf;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Link;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The documents behind the live objects of one namespace. */
public final class Owners {

    private final Examined examined;
    private final Map<RoutingRule, Origin> rules = new HashMap<>();
    private final Map<Long, Origin> waitingTables = new HashMap<>();
    private final Map<Prefix, List<TakenRoute>> taken;
    private final FirewallOwners firewall;

    public Owners(Examined examined) {
        this.examined = examined;
        firewall = new FirewallOwners(examined);
        for (DesiredRule each : examined.compilation().desired().rules()) {
            rules.put(each.rule(), each.origin());
        }
        var waiting = examined.compilation().waiting().stream()
                .collect(Collectors.toMap(each -> each.origin().document(), Waiting::origin, (one, other) -> one));
        examined.ledger().allotments().stream()
                .filter(each -> waiting.containsKey(Attachment.named(each.document())))
                .forEach(each -> waitingTables.put(each.table(), waiting.get(Attachment.named(each.document()))));
        taken = examined.ledger().routes().stream().collect(Collectors.groupingBy(each -> each.route().destination()));
    }

    /** Whose a live route is; of those of one identity, the equal one counts. */
    public Owner of(RouteRows live, int row) {
        boolean ours = live.attributes(row).isOurs();
        var desired = examined.compilation().desired().routes().rows(new TableKey(live.family(), live.table()));
        int first = desired.find(live, row);
        if (first < 0 || !desired.hasOrigins()) {
            return ours ? waiting(live.table()) : Owner.FOREIGN;
        }
        var attributes = live.attributes(row).withoutExpiry();
        for (int each = first; each < desired.groupEnd(first); each++) {
            if (desired.attributes(each).equals(attributes) && ours) {
                var origin = desired.origin(each);
                return new Owner(Standing.AS_INTENDED, Optional.of(origin), taken(origin, live, row));
            }
        }
        boolean wanted = desired.attributes(first).isOurs();
        if (!wanted) {
            return ours ? waiting(live.table()) : Owner.FOREIGN;
        }
        return new Owner(ours ? Standing.CHANGED : Standing.IN_PLACE, Optional.of(desired.origin(first)),
                Optional.empty());
    }

    private Owner waiting(long table) {
        var origin = waitingTables.get(table);
        return origin == null ? Owner.UNRECORDED : new Owner(Standing.WAITING, Optional.of(origin), Optional.empty());
    }

    /**
     * Whose a route is, that the kernel named by itself.
     *
     * @param live the table that it stands in
     */
    public Owner of(Route route, RouteRows live) {
        var one = new RouteRows.Builder(route.family(), route.table());
        one.add(route);
        int first = live.find(one.build(), 0);
        if (first < 0) {
            return of(one.build(), 0);
        }
        for (int row = first; row < live.groupEnd(first); row++) {
            if (live.attributes(row).withoutExpiry().equals(route.attributes().withoutExpiry())) {
                return of(live, row);
            }
        }
        return of(live, first);
    }

    /** Whose a live rule is. */
    public Owner of(RoutingRule rule) {
        if (!rule.isOurs()) {
            return Owner.FOREIGN;
        }
        var origin = rules.get(rule);
        if (origin == null) {
            return rule.table().isPresent() ? waiting(rule.table().getAsLong()) : Owner.UNRECORDED;
        }
        var before = examined.ledger().rules().stream().filter(each ->
                each.rule().withProtocol(Protocol.PLUMBLINE).equals(rule)).findFirst()
                .map(each -> new Taken(Attachment.named(each.document()), true, each.rule().toString(), ""));
        return new Owner(Standing.AS_INTENDED, Optional.of(origin), before);
    }

    /** Whose a VRF device is; every other device is somebody else's. */
    Owner of(Link link) {
        if (!link.isOurVrf()) {
            return Owner.FOREIGN;
        }
        return wanted(link).map(each -> new Owner(examined.live().vrf(link).equals(Optional.of(each.vrf()))
                ? Standing.AS_INTENDED : Standing.CHANGED, Optional.of(each.origin()), Optional.<Taken>empty()))
                .orElseGet(() -> waiting(link.vrfTable().orElseThrow()));
    }

    /** Whose doing it is that a device is in a VRF. */
    Owner ofPort(Link port, Link vrf) {
        return wanted(vrf).map(each -> new Owner(each.device().equals(port.name()) ? Standing.AS_INTENDED
                : Standing.CHANGED, Optional.of(each.origin()), Optional.<Taken>empty())).orElseGet(() -> of(vrf));
    }

    private Optional<DesiredVrf> wanted(Link vrf) {
        return examined.compilation().desired().vrfs().stream().filter(each -> each.name().equals(vrf.name()))
                .findFirst();
    }

    /** Whose a sysctl is: what no document wants is somebody else's. */
    Owner ofSysctl(String path, String value) {
        return examined.compilation().desired().sysctls().stream().filter(each -> each.path().equals(path)
                && !each.putBack()).findFirst().map(each -> of(each, value)).orElse(Owner.FOREIGN);
    }

    /** Whose a sysctl is that a document wants. */
    Owner of(DesiredSysctl wanted, String value) {
        return new Owner(value.equals(wanted.value()) ? Standing.AS_INTENDED : Standing.CHANGED,
                Optional.of(wanted.origin()), examined.ledger().sysctls().stream()
                        .filter(each -> each.path().equals(wanted.path())).findFirst()
                        .map(each -> new Taken(wanted.origin().document(), true, each.former(), "")));
    }

    private Optional<Taken> taken(Origin origin, RouteRows live, int row) {
        if (taken.isEmpty()) {
            return Optional.empty();
        }
        return taken.getOrDefault(live.destination(row), List.of()).stream()
                .filter(each -> Attachment.named(each.document()).equals(origin.document())
                        && each.route().metric() == live.metric(row)
                        && each.adopted() == (each.route().table() == live.table()))
                .findFirst().map(Owners::taken);
    }

    private static Taken taken(TakenRoute route) {
        return new Taken(Attachment.named(route.document()), route.adopted(), route.route().toString(),
                Route.tableName(route.route().table()));
    }

    /** The routes that were moved away and are not where they were. */
    public List<Moved> moved() {
        return examined.ledger().routes().stream().filter(each -> !each.adopted())
                .map(each -> moved(each.route(), Attachment.named(each.document()))).toList();
    }

    private Moved moved(Route route, String document) {
        return new Moved(route, document, origin(document));
    }

    /**
     * A route that a document moved away.
     *
     * @param route as it was, in its table
     */
    public record Moved(Route route, String document, Optional<Origin> origin) {
    }

    private Optional<Origin> origin(String document) {
        var desired = examined.compilation().desired();
        return desired.routes().tables().values().stream().flatMap(each -> each.origins().stream())
                .filter(each -> each.document().equals(document)).findFirst();
    }

    /** Whether a line of a file says an object by itself, whether or not it is there. */
    public boolean isSaidAt(String file, int line) {
        var desired = examined.compilation().desired();
        return firewall.isSaidAt(file, line)
                || rules.values().stream().anyMatch(each -> each.line() == line && each.file().equals(file))
                || desired.routes().tables().values().stream().filter(RouteRows::hasOrigins)
                        .anyMatch(rows -> rows.origins().stream().anyMatch(each -> each.file().equals(file))
                                && IntStream.range(0, rows.size()).anyMatch(row -> rows.origin(row).line() == line
                                        && rows.document(row).file().equals(file)));
    }

    /** Hands over plumbline's nftables, object by object; chains that serve several documents are left out. */
    void firewall(Consumer<Explained> consumer) {
        firewall.forEach(consumer);
    }

    /** Documents that have this table, or have routes in it. */
    public List<String> documentsOf(long table) {
        var documents = examined.ledger().allotments().stream().filter(each -> each.table() == table)
                .map(each -> Attachment.named(each.document()) + (each.key().isEmpty() ? "" : " for " + each.key()));
        return documents.distinct().sorted().toList();
    }
}
