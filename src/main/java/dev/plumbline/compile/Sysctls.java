package dev.plumbline.compile;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.state.DesiredState.DesiredSysctl;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger.TakenSysctl;
import dev.plumbline.state.Link;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import dev.plumbline.state.RuleAction;
import dev.plumbline.state.Sysctl;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The sysctls that documents want, and former values to be put back. What suits all is left as it is; what was written
 * once is kept as it was written until no document wants it any more. Runs when all else is compiled.
 */
final class Sysctls {

    /** The field that would silence the warnings. */
    static final String FIELD = "spec.sysctls";

    private final List<Document> documents;
    private final Draft draft;
    private final TableNumbers tables;
    private final Map<String, String> live;
    private final Map<String, TakenSysctl> before = new TreeMap<>();
    private final Map<String, TakenSysctl> reached = new TreeMap<>();
    private final List<DesiredSysctl> desired = new ArrayList<>();
    private final Map<String, DriftMode> uncorrected;

    private record Wish(Document document, SysctlNeed need) {
    }

    Sysctls(List<Document> documents, Draft draft, TableNumbers tables) {
        this.documents = documents;
        this.draft = draft;
        this.tables = tables;
        this.live = draft.facts().live().sysctls();
        this.uncorrected = draft.uncorrected();
    }

    /** By path. */
    List<TakenSysctl> ledger() {
        return List.copyOf(reached.values());
    }

    List<DesiredSysctl> desired() {
        return List.copyOf(desired);
    }

    void compile() {
        if (live.isEmpty()) {
            draft.facts().ledger().sysctls().forEach(each -> reached.put(each.path(), each));
            return;
        }
        draft.facts().ledger().sysctls().forEach(each -> present(each).ifPresent(row -> before.put(row.path(), row)));
        wishes().forEach(this::want);
        // What leads others goes before them.
        Stream.of(true, false).forEach(leads -> before.values().stream()
                .filter(row -> Sysctl.isLead(row.path()) == leads && !reached.containsKey(row.path()))
                .toList().forEach(this::release));
    }

    /** Under the device's present name; empty if that device is gone, whose sysctls went with it. */
    private Optional<TakenSysctl> present(TakenSysctl row) {
        if (row.deviceIndex() == 0) {
            return Optional.of(row);
        }
        return draft.facts().live().links().stream().filter(link -> link.index() == row.deviceIndex()).findFirst()
                .map(link -> new TakenSysctl(row.documents(), Sysctl.of(link.name(), row.path()), row.former(),
                        row.written(), row.deviceIndex()));
    }

    private TreeMap<String, List<Wish>> wishes() {
        var wishes = new TreeMap<String, List<Wish>>();
        var needs = new SysctlNeeds(new Around());
        for (var document : documents) {
            if (draft.isWaiting(document.id())) {
                continue;
            }
            for (var need : needs.of(document)) {
                var value = live.get(need.path());
                if (value == null) {
                    absent(document, need);
                } else if (SysctlNeeds.manages(document)) {
                    wishes.computeIfAbsent(need.path(), each -> new ArrayList<>()).add(new Wish(document, need));
                } else if (need.unfit().contains(value)) {
                    draft.warning(need.origin(), FIELD, need.warning(value));
                }
            }
        }
        return wishes;
    }

    /** A device without IPv6 has none of its sysctls, and needs none. */
    private void absent(Document document, SysctlNeed need) {
        if (SysctlNeeds.manages(document) && Sysctl.device(need.path()).isEmpty()) {
            draft.error(need.origin(), FIELD, need.why() + ", and this kernel has no " + Sysctl.name(need.path())
                    + " to be set: the protocol is not built in, or switched off (ipv6.disable=1)");
        }
    }

    private void want(String path, List<Wish> wishes) {
        var first = wishes.getFirst();
        var other = wishes.stream().filter(each -> !each.need().wanted().equals(first.need().wanted())).findFirst();
        if (other.isPresent()) {
            draft.error(other.get().need().origin(), FIELD, Sysctl.name(path) + " is to be "
                    + other.get().need().wanted() + " here, and " + first.need().wanted() + " for "
                    + first.document().id() + " at " + first.need().origin().position());
            return;
        }
        var value = live.get(path);
        var row = before.get(path);
        if (row == null && wishes.stream().noneMatch(each -> each.need().unfit().contains(value))) {
            return;
        }
        var ids = wishes.stream().map(each -> each.document().id()).collect(Collectors.toCollection(TreeSet::new));
        var wanted = first.need().wanted();
        if (row == null) {
            take(path, value, wanted, List.copyOf(ids));
        } else {
            row.documents().stream().filter(draft::isWaiting).forEach(ids::add);
            reached.put(path, row.with(List.copyOf(ids), wanted));
        }
        desired.add(new DesiredSysctl(path, wanted, false, corrected(wishes)));
    }

    /** A document whose drift is corrected goes before one whose drift is reported, and that before one left alone. */
    private Origin corrected(List<Wish> wishes) {
        return wishes.stream().min((one, two) -> Integer.compare(leniency(one), leniency(two))).orElseThrow()
                .need().origin();
    }

    private int leniency(Wish wish) {
        var mode = uncorrected.get(wish.document().id());
        return mode == null ? 0 : mode == DriftMode.REPORT ? 1 : 2;
    }

    /** Records what was there, and of what the kernel changes along with it that which it would not change back. */
    private void take(String path, String value, String wanted, List<String> ids) {
        reached.put(path, taken(ids, path, value, wanted));
        var values = new HashMap<>(live);
        Sysctl.write(values, path, wanted);
        var written = Map.copyOf(values);
        Sysctl.write(values, path, value);
        for (var each : new TreeMap<>(values).entrySet()) {
            var former = live.get(each.getKey());
            if (!each.getValue().equals(former)) {
                reached.computeIfAbsent(each.getKey(), companion -> before.containsKey(companion)
                        ? before.get(companion) : taken(ids, companion, former, written.get(companion)));
            }
        }
    }

    private TakenSysctl taken(List<String> ids, String path, String former, String written) {
        int index = Sysctl.device(path).flatMap(draft.facts().live()::link).map(Link::index).orElse(0);
        return new TakenSysctl(ids, path, former, written, index);
    }

    /** No document at hand wants it any more. */
    private void release(TakenSysctl row) {
        var value = live.get(row.path());
        var waiting = row.documents().stream().filter(id -> draft.isWaiting(id) || isUndecided(id)).toList();
        boolean led = Sysctl.lead(row.path()).filter(reached::containsKey).isPresent();
        if (!waiting.isEmpty() || led) {
            reached.put(row.path(), waiting.isEmpty() ? row : row.with(waiting, row.written()));
        } else if (value != null && (value.equals(row.written()) || value.equals(row.former()))) {
            desired.add(new DesiredSysctl(row.path(), row.former(), true,
                    new Origin(String.join(", ", row.documents()), "", 0, 0)));
        } else if (value != null) {
            draft.note(String.join(", ", row.documents()) + ": " + Sysctl.name(row.path()) + " is not put back to "
                    + row.former() + ": somebody has made it " + value + " since");
        }
    }

    /** Rules look up a table whose document waits: over which devices its routes lead is not known now. */
    private boolean isUndecided(String id) {
        var waiting = documents.stream()
                .filter(each -> each.spec() instanceof RouteTableSpec && draft.isWaiting(each.id()))
                .flatMapToLong(each -> tables.of(each).stream()).boxed().collect(Collectors.toSet());
        return !waiting.isEmpty() && documents.stream().filter(each -> each.id().equals(id))
                .flatMapToLong(this::lookups).anyMatch(waiting::contains);
    }

    private LongStream lookups(Document document) {
        return switch (document.spec()) {
            case RoutingRulesSpec spec -> spec.rules().stream().flatMapToLong(each -> each.table().isPresent()
                    ? tables.named(each.table().get()).stream()
                    : each.rule().action() instanceof RuleAction.Lookup(long table) ? LongStream.of(table)
                            : LongStream.empty());
            case FirewallSpec spec -> spec.rules().stream().flatMap(each -> each.ending().stream())
                    .flatMapToLong(each -> each instanceof Action.Lookup lookup ? number(lookup.table()).stream()
                            : LongStream.empty());
            default -> LongStream.empty();
        };
    }

    private OptionalLong number(String table) {
        return table.matches("[0-9]{1,10}") ? OptionalLong.of(Long.parseLong(table)) : tables.named(table);
    }

    private final class Around implements SysctlNeeds.Surroundings {

        private final Set<String> advertised = advertisedDevices();

        @Override
        public NamespaceState live() {
            return draft.facts().live();
        }

        @Override
        public Set<String> devices(Family family, long table) {
            return TableNumbers.isReserved(table) ? Set.of() : draft.contributions().stream()
                    .filter(each -> each.key().equals(new TableKey(family, table)))
                    .flatMap(each -> each.rows().pool().stream()).flatMap(each -> each.nextHops().stream())
                    .map(NextHop::device).collect(Collectors.toCollection(TreeSet::new));
        }

        @Override
        public Set<String> devices(Family family, String table) {
            var number = number(table);
            return number.isPresent() ? devices(family, number.getAsLong()) : Set.of();
        }

        @Override
        public Set<String> advertised() {
            return advertised;
        }

        /** Those of now, and those that were when forwarding was switched on. */
        private Set<String> advertisedDevices() {
            var devices = new TreeSet<String>();
            draft.live(new TableKey(Family.IPV6, Route.TABLE_MAIN)).pool().stream()
                    .filter(each -> each.protocol() == Protocol.RA)
                    .forEach(each -> each.nextHops().forEach(hop -> devices.add(hop.device())));
            before.keySet().stream().filter(path -> path.endsWith("/" + Sysctl.ACCEPT_RA))
                    .forEach(path -> Sysctl.device(path).ifPresent(devices::add));
            return devices;
        }
    }
}
