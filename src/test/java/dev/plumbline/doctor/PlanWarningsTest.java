package dev.plumbline.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.plan.Plan;
import dev.plumbline.plan.RouteDiff;
import dev.plumbline.plan.RuleDiff;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Warnings beside plans, on a host where networkd and NetworkManager run. */
class PlanWarningsTest {

    private static final Origin ORIGIN = new Origin("RouteTable/x", "x.yaml", 1, 1);
    private static final NamespaceState EMPTY = new NamespaceState(new NamespaceId("", 1), List.of(), List.of(),
            RouteTables.NONE, List.of());

    @TempDir
    Path directory;
    private HostTree host;

    @BeforeEach
    void host() {
        host = new HostTree(directory).link("/proc/thread-self/ns/net", HostTree.OURS)
                .device(2, "eth0").device(3, "net1")
                .process(70, "/lib/systemd/systemd-networkd").process(71, "/usr/sbin/NetworkManager")
                .file("/run/systemd/netif/state", "").file("/run/NetworkManager/devices/3", "[device]\nmanaged=true\n");
    }

    private static Plan plan(String label, boolean route, boolean rule, NamespaceState live) {
        var tables = new TreeMap<TableKey, RouteRows>();
        if (route) {
            var row = new Route(100, Prefix.parse("203.0.113.0/24").orElseThrow(), 0, 0,
                    RouteAttributes.unicast(253, List.of(NextHop.onLink("net1"))));
            var builder = new RouteRows.Builder(row.family(), 100);
            builder.add(row, ORIGIN);
            tables.put(new TableKey(row.family(), 100), builder.build());
        }
        var desired = new DesiredState(new RouteTables(tables), Set.of(), RouteTables.NONE, Set.of(), rule
                ? List.of(new DesiredState.DesiredRule(RoutingRule.from(7, Prefix.parse("10.0.0.1").orElseThrow(), 100),
                        ORIGIN)) : List.of(), Set.of());
        return new Plan(List.of(new Plan.NamespacePlan(label, List.of(RuleDiff.between(desired, live),
                RouteDiff.between(desired, live)), List.of())));
    }

    private List<String> warnings(Plan plan) {
        return PlanWarnings.added(plan, directory).namespaces().getFirst().notices().stream().map(each -> each.reason()
                + " " + each).toList();
    }

    @Test
    void ofWhoUndoesWhatThePlanMakes() {
        assertEquals(List.of("ForeignRoutesRemoved systemd-networkd runs with ManageForeignRoutes and"
                + " ManageForeignRoutingPolicyRules on: it removes what this plan makes when it starts or when a device"
                + " changes; to stop that: mkdir -p /etc/systemd/networkd.conf.d && printf"
                + " '[Network]\\nManageForeignRoutes=no\\nManageForeignRoutingPolicyRules=no\\n'"
                + " > /etc/systemd/networkd.conf.d/50-plumbline.conf && systemctl restart systemd-networkd",
                "DeviceManaged NetworkManager manages net1, whose routes this plan changes: it puts its own back"
                        + " when it activates the device or renews a lease; to stop that: printf"
                + " '[keyfile]\\nunmanaged-devices+=interface-name:net1\\n'"
                + " > /etc/NetworkManager/conf.d/50-plumbline.conf && systemctl reload NetworkManager"),
                warnings(plan("host", true, true, EMPTY)));
    }

    @Test
    void onlyOfWhatMattersToTheChanges() {
        var rules = warnings(plan("host", false, true, EMPTY));
        assertEquals(1, rules.size());
        assertTrue(rules.getFirst().contains("runs with ManageForeignRoutingPolicyRules on"), rules::toString);
        host.file("/etc/systemd/networkd.conf.d/a.conf", "[Network]\nManageForeignRoutingPolicyRules=no\n");
        assertEquals(List.of(), warnings(plan("host", false, true, EMPTY)));
        assertEquals(2, warnings(plan("host", true, false, EMPTY)).size());
        host.file("/run/NetworkManager/devices/3", "[device]\nmanaged=false\n");
        assertEquals(1, warnings(plan("host", true, false, EMPTY)).size());
    }

    @Test
    void ofNothingElse() {
        assertEquals(List.of(), warnings(plan("pod", true, true, EMPTY)), "another namespace");
        assertEquals(List.of(), warnings(plan("host", false, false, EMPTY)), "no changes");
        var ours = new NamespaceState(EMPTY.id(), List.of(), List.of(), RouteTables.NONE,
                List.of(RoutingRule.from(7, Prefix.parse("10.0.0.1").orElseThrow(), 100)));
        assertEquals(List.of(), warnings(plan("host", false, false, ours)), "what goes is not made");
        host.without("/proc/70/comm").without("/proc/71/comm");
        assertEquals(List.of(), warnings(plan("host", true, true, EMPTY)), "they do not run any more");
    }

    @Test
    void systemdKnowsWhatRuns() {
        host.file("/sys/fs/cgroup/system.slice/cgroup.procs", "")
                .file("/sys/fs/cgroup/system.slice/NetworkManager.service/cgroup.procs", "71\n");
        assertEquals(1, warnings(plan("host", true, true, EMPTY)).size(), "networkd is not in its group");
        host.file("/sys/fs/cgroup/system.slice/systemd-networkd.service/cgroup.procs", "69\n70\n");
        assertEquals(2, warnings(plan("host", true, true, EMPTY)).size());
        host.without("/proc/70/ns/net").link("/proc/70/ns/net", "net:[4026532999]");
        assertEquals(1, warnings(plan("host", true, true, EMPTY)).size(), "that of a container");
    }
}
