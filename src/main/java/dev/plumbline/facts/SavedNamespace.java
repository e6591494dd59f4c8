package dev.plumbline.facts;

import dev.plumbline.facts.NamespaceFacts.PartialTable;
import dev.plumbline.flow.Fib;
import dev.plumbline.flow.TableAnswer;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.Flow;
import dev.plumbline.state.Link;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.TcpSession;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A network namespace as it was when its facts were gathered. Answers as the kernel would have, and refuses what the
 * facts do not hold; ways of flows are plumbline's own evaluation.
 */
final class SavedNamespace implements LiveNamespace {

    private final String host;
    private final NamespaceFacts facts;

    SavedNamespace(String host, NamespaceFacts facts) {
        this.host = host;
        this.facts = facts;
    }

    @Override
    public NamespaceId id() {
        return facts.state().id();
    }

    /**
     * {@inheritDoc}
     *
     * @throws FactsException if the facts do not hold all of it
     */
    @Override
    public NamespaceState read(ReadScope scope) {
        var all = facts.state();
        var devices = devices(scope);
        facts.partial().stream().filter(each -> isWhole(each.key(), scope)
                || isMain(each.key(), devices) && !each.devices().containsAll(devices)).findFirst().ifPresent(each -> {
                    throw missing(each);
                });
        var tables = new TreeMap<TableKey, RouteRows>();
        all.routes().tables().forEach((key, rows) -> {
            boolean main = isMain(key, devices);
            var some = isWhole(key, scope) ? rows : FactsGathering.with(rows, each -> scope.ours() && each.isOurs()
                    || main && devices.stream().anyMatch(each::uses));
            if (!some.isEmpty()) {
                tables.put(key, some);
            }
        });
        return all.with(new RouteTables(tables)).with(sysctls(scope));
    }

    private Map<String, String> sysctls(ReadScope scope) {
        var all = facts.state().sysctls();
        if (all.isEmpty() && !scope.sysctls().isEmpty()) {
            throw new FactsException("the documents need sysctls in namespace " + facts.label() + ", and the facts of "
                    + host + " hold none; gather them there with this version");
        }
        var asked = new HashMap<>(all);
        asked.keySet().retainAll(scope.sysctls());
        return scope.everything() ? all : asked;
    }

    /** As the kernel does it: what is asked of a device that is not there brings nothing. */
    private Set<String> devices(ReadScope scope) {
        var devices = new HashSet<String>();
        facts.state().links().stream().map(Link::name).filter(scope.mainDevices()::contains).forEach(devices::add);
        return devices;
    }

    private static boolean isWhole(TableKey key, ReadScope scope) {
        return scope.tables().contains(key) || scope.everything() && key.table() != Route.TABLE_LOCAL;
    }

    private static boolean isMain(TableKey key, Set<String> devices) {
        return key.table() == Route.TABLE_MAIN && !devices.isEmpty();
    }

    private FactsException missing(PartialTable partial) {
        var key = partial.key();
        return new FactsException("the documents touch table " + Route.tableName(key.table()) + " ("
                + (key.family() == Family.IPV4 ? "IPv4" : "IPv6") + ") in namespace " + facts.label()
                + ", of whose " + partial.routes() + " routes the facts of " + host
                + " hold only some; gather them there with `plumbline facts --full`, or with these documents");
    }

    /** Facts do not say, and the host's own preflight will. */
    @Override
    public boolean canMakeVrf() {
        return true;
    }

    @Override
    public boolean isOccupied(long table) {
        for (var family : Family.values()) {
            var key = new TableKey(family, table);
            if (!facts.state().routes().rows(key).isEmpty() || facts.partial(key).isPresent()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public RouteTables routes(Set<TableKey> tables) {
        return read(new ReadScope(false, tables, Set.of(), false)).routes();
    }

    @Override
    public FibResult lookup(Flow flow) {
        var state = facts.state();
        return new Fib(state.links(), state.rules(), (rule, table, asked, routes) -> facts.partial(table).isPresent()
                ? TableAnswer.unknown("the facts hold table " + Route.tableName(table.table()) + " in part only")
                : routes.in(state.routes().rows(table), asked)).lookup(flow);
    }

    /** None: who is logged in when a plan is applied cannot be known before. */
    @Override
    public List<TcpSession> sshSessions() {
        return List.of();
    }

    @Override
    public List<Domain<?>> domains() {
        throw SavedHost.onlyRead();
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
