package dev.plumbline.plan;

import dev.plumbline.flow.PacketFilter;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult.Found;
import dev.plumbline.state.Flow;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.LiveFlows;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.TcpSession;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.FirewallEdits;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which guards a plan for the host's namespace hits. */
public final class Guards {

    /** How many objects there must be before the share of those that go says anything. */
    static final int MANY = 20;

    /**
     * Addresses that hardly anything but a default route leads to: one that belongs to nobody, and root servers, which
     * even a full routing table has. They are only asked about; nothing is sent.
     */
    private static final Map<Family, List<IpAddress>> FAR = Map.of(
            Family.IPV4, addresses("240.0.0.1", "198.41.0.4", "193.0.14.129", "202.12.27.33"),
            Family.IPV6, addresses("4000::1", "2001:503:ba3e::2:30", "2001:7fd::1", "2001:dc3::35"));

    private final NamespaceState live;
    private final List<ChangeSet> changes;
    private final FlowEffects effects;
    private final LiveFlows flows;

    private Guards(NamespaceState live, Set<TableKey> read, List<ChangeSet> changes, LiveFlows flows) {
        this.live = live;
        this.changes = changes;
        this.flows = flows;
        this.effects = new FlowEffects(live, read, changes, flows);
    }

    private static List<IpAddress> addresses(String... texts) {
        return List.of(texts).stream().map(text -> IpAddress.parse(text).orElseThrow()).toList();
    }

    /**
     * The guards that an apply would hit; none for an empty plan.
     *
     * @param live what was read to make the plan, all that is ours included
     * @param read the tables that were read whole
     * @param hasFiles whether the source has any intent file
     * @throws UncheckedIOException if the kernel cannot be asked
     */
    public static List<Guard> hit(NamespaceState live, Set<TableKey> read, List<ChangeSet> changes, boolean hasFiles,
            LiveFlows flows) {
        if (changes.stream().allMatch(ChangeSet::isEmpty)) {
            return List.of();
        }
        var guards = new Guards(live, read, changes, flows);
        var hit = new ArrayList<Guard>(guards.deletions(hasFiles));
        for (var family : Family.values()) {
            guards.defaultRoute(family).ifPresent(hit::add);
        }
        hit.addAll(guards.sessions());
        return hit;
    }

    private List<Guard> deletions(boolean hasFiles) {
        int owned = (int) live.rules().stream().filter(RoutingRule::isOurs).count();
        for (var rows : live.routes().tables().values()) {
            owned += ours(rows);
        }
        owned += live.firewall().state().tables().stream().flatMap(table -> table.chains().stream())
                .mapToInt(chain -> chain.rules().size()).sum();
        int deleted = 0;
        for (var each : changes) {
            deleted += switch (each) {
                case RouteChanges routes -> routes.tables().stream().mapToInt(Guards::deleted).sum();
                case RuleChanges rules -> deleted(rules);
                case FirewallChanges firewall -> firewall.tables().stream().mapToInt(Guards::deleted).sum();
                default -> 0;
            };
        }
        if (owned < MANY || deleted * 2L <= owned) {
            return List.of();
        }
        var massDelete = new Guard.MassDelete(owned, deleted);
        return hasFiles ? List.of(massDelete) : List.of(massDelete, new Guard.EmptySource(deleted));
    }

    private static int ours(RouteRows rows) {
        var pool = rows.pool();
        var ours = new boolean[pool.size()];
        for (int i = 0; i < ours.length; i++) {
            ours[i] = pool.get(i).isOurs();
        }
        int count = 0;
        for (int row = 0; row < rows.size(); row++) {
            count += ours[rows.attributesIndex(row)] ? 1 : 0;
        }
        return count;
    }

    /** Routes of ours that go for good: not those that are replaced or made again. */
    private static int deleted(TableChanges table) {
        return ours(table.live(), table.delete())
                + Math.max(0, ours(table.live(), table.recreateOld()) - table.recreateNew().length);
    }

    /** Rules that go for good: not those in whose place others come. */
    private static int deleted(FirewallEdits.TableEdit table) {
        return Math.max(0, rules(table.before()) - rules(table.after()));
    }

    private static int rules(Table table) {
        return table.chains().stream().mapToInt(chain -> chain.rules().size()).sum();
    }

    private static int ours(RouteRows rows, int[] numbers) {
        int count = 0;
        for (int row : numbers) {
            count += rows.attributes(row).isOurs() ? 1 : 0;
        }
        return count;
    }

    private static int deleted(RuleChanges rules) {
        var again = new ArrayList<RoutingRule>();
        rules.create().forEach(each -> again.add(each.rule()));
        int moved = (int) rules.takenAway().stream().filter(rule -> !again.remove(rule)).count();
        return moved + (int) rules.delete().stream().filter(each -> each.rule().isOurs()).count();
    }

    /**
     * Hit if some flow of the host to a far address takes a default route now, without a source or from one of the
     * host's addresses, and no such flow finds a way afterwards. A default route that moves into a table that a rule
     * still reaches for one of the host's addresses is none that goes.
     */
    private Optional<Guard> defaultRoute(Family family) {
        if (!effects.touches(family)) {
            return Optional.empty();
        }
        var probes = FAR.get(family).stream().filter(address -> !effects.makesRouteTo(address)
                && effects.rules().stream().noneMatch(rule -> rule.to().filter(to -> to.contains(address)).isPresent()))
                .toList();
        Optional<Guard> lost = Optional.empty();
        for (var source : sources(family)) {
            for (var probe : probes) {
                var flow = source.map(Flow.to(probe)::from).orElse(Flow.to(probe));
                var effect = effects.of(flow);
                if (!effect.isByDefaultRoute()) {
                    continue;
                }
                if (effect.isLost()) {
                    lost = lost.or(() -> Optional.of(
                            new Guard.DefaultRoute(family, flow, effect.before(), effect.after())));
                } else {
                    return Optional.empty();
                }
            }
        }
        return lost;
    }

    /** None first; then the host's own, where routing may look at them. */
    private Set<Optional<IpAddress>> sources(Family family) {
        var sources = new LinkedHashSet<Optional<IpAddress>>();
        sources.add(Optional.empty());
        boolean matters = family == Family.IPV6 || effects.rules().stream()
                .anyMatch(rule -> rule.family() == family && rule.from().isPresent());
        if (matters) {
            live.addresses().stream().filter(LinkAddress::isUsable).map(LinkAddress::local)
                    .filter(address -> address.family() == family)
                    .forEach(address -> sources.add(Optional.of(address)));
        }
        return sources;
    }

    /**
     * Hit for every peer of a session whose packets found a way and find none afterwards, or leave by a device or a
     * router that they could not leave by before: what is behind the other one may not know the session. Hit also where
     * it cannot be told. A way through another table that ends at the same router is no hit, nor is a session that has
     * no way now.
     */
    private List<Guard> sessions() {
        var filter = changes.stream().filter(FirewallChanges.class::isInstance).map(FirewallChanges.class::cast)
                .filter(each -> !each.isEmpty()).findFirst();
        if (!effects.touches(Family.IPV4) && !effects.touches(Family.IPV6) && filter.isEmpty()) {
            return List.of();
        }
        List<TcpSession> sessions;
        try {
            sessions = flows.sshSessions();
        } catch (UncheckedIOException e) {
            return List.of(new Guard.SshSession(Optional.empty(), "may cut SSH sessions: " + e.getMessage()));
        }
        var hit = new ArrayList<Guard>();
        var peers = new HashSet<List<IpAddress>>();
        for (var session : sessions) {
            filter.flatMap(each -> filtered(session, each)).ifPresent(hit::add);
            var ends = List.of(session.local(), session.remote());
            if (!effects.touches(session.remote().family()) || peers.contains(ends)) {
                continue;
            }
            var effect = effects.of(session.flow());
            if (effect.isChanged()) {
                peers.add(ends);
                hit.add(new Guard.SshSession(Optional.of(session), effect.before() instanceof Found
                        ? "now it goes " + effect.before() + ", then " + effect.after() : effect.before().toString()));
            }
        }
        return hit;
    }

    /**
     * Hit where a session's packets surely get through now and may not afterwards, or may be dropped by rules that could
     * not drop them before. A policy of drop lets what is established pass by itself.
     */
    private static Optional<Guard> filtered(TcpSession session, FirewallChanges changes) {
        var before = PacketFilter.of(changes.live().state(), session);
        if (before.surely()) {
            return Optional.empty();
        }
        var after = PacketFilter.of(changes.desired().state(), session);
        if (after.surely()) {
            return Optional.of(new Guard.SshSession(Optional.of(session), "the firewall would drop its packets"));
        }
        return after.perhaps().stream().filter(rule -> !before.perhaps().contains(rule)).findFirst()
                .map(rule -> new Guard.SshSession(Optional.of(session), "rules of the firewall may drop its packets,"
                        + " such as `" + NftText.of(TableFamily.INET, rule) + "`"));
    }
}
