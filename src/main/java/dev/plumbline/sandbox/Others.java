package dev.plumbline.sandbox;

import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.firewall.NfTables;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.plan.FirewallDiff;
import dev.plumbline.sandbox.Topology.TopologyRoute;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Family;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Progress;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.Scope;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;

/** What somebody else does to a namespace. All says what was done in the words of {@code ip} and {@code nft}. */
final class Others {

    private Others() {
    }

    static String add(KernelNamespace live, TopologyRoute wanted, String device) {
        var route = route(wanted, device);
        write(live, create(route));
        return "ip route add " + route;
    }

    private static Route route(TopologyRoute route, String device) {
        var family = route.to().family();
        var hop = new NextHop(route.via(), device, 1, false);
        int scope = family == Family.IPV4 && route.via().isEmpty() ? Scope.LINK : Scope.UNIVERSE;
        var attributes = RouteAttributes.unicast(scope, List.of(hop)).withProtocol(Protocol.STATIC)
                .withSource(route.source());
        return new Route(route.table(), route.to().masked(), 0, route.metric().orElse(
                family == Family.IPV6 ? Route.IPV6_DEFAULT_METRIC : 0), attributes);
    }

    private static RouteChanges create(Route route) {
        var rows = rows(route);
        return new RouteChanges(List.of(changes(rows, RouteRows.empty(rows.family(), rows.table()),
                new int[] {0}, new int[0])));
    }

    private static RouteRows rows(Route route) {
        return RouteTables.of(List.of(route)).tables().firstEntry().getValue();
    }

    private static TableChanges changes(RouteRows desired, RouteRows live, int[] create, int[] delete) {
        int[] none = {};
        return new TableChanges(new TableKey(desired.family(), desired.table()), Phase.NEW_ROUTES,
                desired, live, RouteRows.empty(desired.family(), desired.table()), create, none, none, none, none,
                delete);
    }

    static List<String> deleteRoutes(KernelNamespace live, long table, List<Prefix> destinations) {
        var said = new ArrayList<String>();
        for (var family : Family.values()) {
            var key = new TableKey(family, table);
            var rows = live.read(new ReadScope(false, Set.of(key), Set.of(), false)).routes().rows(key);
            int[] hit = IntStream.range(0, rows.size()).filter(row -> destinations.contains(rows.destination(row)))
                    .toArray();
            if (hit.length > 0) {
                write(live, new RouteChanges(List.of(changes(RouteRows.empty(family, table), rows, new int[0], hit))));
                for (int row : hit) {
                    said.add("ip route del " + rows.route(row));
                }
            }
        }
        return found(said, "no such route in table " + table);
    }

    static List<String> deleteRules(KernelNamespace live, long priority, Optional<Prefix> from) {
        var hit = live.read(ReadScope.NO_ROUTES).rules().stream().filter(rule -> rule.priority() == priority
                && (from.isEmpty() || rule.from().equals(from))).toList();
        write(live, new RuleChanges(List.of(), List.of(),
                hit.stream().map(rule -> new RuleChanges.Deletion(rule, Optional.empty())).toList()));
        return found(hit.stream().map(rule -> "ip rule del " + rule).toList(), "no rule with priority " + priority);
    }

    /** Deletes the rules of plumbline's nftables that have a text in them. */
    static List<String> deleteFirewallRules(KernelNamespace live, String text) {
        var said = deleteFirewallRules(live, (family, rule) -> NftText.of(family, rule).contains(text), "delete rule");
        return found(said, "no rule of plumbline's nftables says '" + text + "'");
    }

    static List<String> flushFirewall(KernelNamespace live, TableFamily family) {
        var said = deleteFirewallRules(live, (each, rule) -> each == family, "");
        found(said, "no rules in table " + family + " " + Table.NAME);
        return List.of("nft flush table " + family + " " + Table.NAME + "    # " + said.size() + " rules");
    }

    private static List<String> deleteFirewallRules(KernelNamespace live, BiPredicate<TableFamily, Rule> hit,
            String verb) {
        var said = new ArrayList<String>();
        try (var tables = NfTables.open(live.namespace())) {
            var before = tables.read();
            var after = new ArrayList<Table>();
            for (var table : before.state().tables()) {
                var chains = new ArrayList<Chain>();
                for (var chain : table.chains()) {
                    chains.add(without(before, table.family(), chain, hit, verb, said));
                }
                after.add(new Table(table.family(), table.flags(), chains, table.sets()));
            }
            check(tables.commit(FirewallDiff.between(DesiredFirewall.of(new FirewallState(after)), before),
                    Progress.SILENT));
            return said;
        } catch (NetlinkException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Chain without(LiveFirewall live, TableFamily family, Chain chain,
            BiPredicate<TableFamily, Rule> hit, String verb, List<String> said) {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < chain.rules().size(); i++) {
            var rule = chain.rules().get(i);
            if (hit.test(family, rule)) {
                said.add("nft " + verb + " " + family + " " + Table.NAME + " " + chain.name() + " handle "
                        + live.rules(family, chain.name()).handle(i) + "    # " + NftText.of(family, rule));
            } else {
                rules.add(rule);
            }
        }
        return new Chain(chain.name(), chain.base(), rules);
    }

    private static List<String> found(List<String> said, String otherwise) {
        if (said.isEmpty()) {
            throw new UncheckedIOException(new IOException("drift: " + otherwise));
        }
        return said;
    }

    private static void write(KernelNamespace live, ChangeSet changes) {
        for (var phase : Phase.values()) {
            for (var domain : live.domains()) {
                execute(domain, changes, phase);
            }
        }
    }

    private static <C extends ChangeSet> void execute(Domain<C> domain, ChangeSet changes,
            Phase phase) {
        if (!domain.changes().isInstance(changes)) {
            return;
        }
        check(domain.execute(domain.changes().cast(changes), phase, Progress.SILENT));
    }

    private static void check(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            var failure = failed.failures().getFirst();
            throw new UncheckedIOException(new IOException(failure.change().subject() + ": " + failure.message()));
        }
    }
}
