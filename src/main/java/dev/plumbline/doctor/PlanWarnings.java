package dev.plumbline.doctor;

import dev.plumbline.intent.Document;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.plan.Plan;
import dev.plumbline.plan.Plan.Notice;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RuleChanges;
import dev.plumbline.state.TableChanges;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.FirewallChanges;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.TableFamily;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Who would undo what a plan does: said beside the plan, in the host's namespace. Looks at nothing for a plan without
 * changes, and at processes only where one of those it knows was started since the boot: a few files in all.
 */
public final class PlanWarnings {

    private PlanWarnings() {
    }

    /** The plan with warnings. */
    public static Plan added(Plan plan) {
        return added(plan, Path.of("/"));
    }

    /** The same with the files of a host below this root. */
    static Plan added(Plan plan, Path root) {
        var files = new HostFiles(root);
        return plan.noting(namespace -> namespace.label().equals(Document.HOST) && !namespace.isEmpty()
                ? warnings(namespace, files) : List.of());
    }

    private static List<Notice> warnings(Plan.NamespacePlan plan, HostFiles files) {
        var networkd = new Networkd(files);
        var manager = new NetworkManager(files);
        var settings = networkd.wasStarted() ? networkd.on(concerned(plan)) : List.<String>of();
        var devices = manager.wasStarted() ? manager.managed(devices(plan)) : List.<String>of();
        var notices = new ArrayList<Notice>();
        if (!settings.isEmpty() && Processes.isRunning(files, Networkd.PROCESS)) {
            notices.add(warning("ForeignRoutesRemoved", "systemd-networkd runs with " + String.join(" and ", settings)
                    + " on: it removes what this plan makes when it starts or when a device changes", Networkd.command(
                            settings)));
        }
        if (!devices.isEmpty() && Processes.isRunning(files, NetworkManager.PROCESS)) {
            notices.add(warning("DeviceManaged", "NetworkManager manages " + String.join(", ", devices)
                    + ", whose routes this plan changes: it puts its own back when it activates the device or renews"
                    + " a lease",
                    NetworkManager.command(devices)));
        }
        notices.addAll(dropped(plan));
        return notices;
    }

    /** A packet must pass the chains of all: what these rules accept or rewrite, others may drop. */
    private static List<Notice> dropped(Plan.NamespacePlan plan) {
        var hooks = new HashSet<Integer>();
        for (var changes : plan.changes()) {
            if (changes instanceof FirewallChanges firewall && makes(firewall)) {
                firewall.tables().forEach(edit -> edit.after().chains().forEach(chain -> chain.base()
                        .flatMap(PlanWarnings::dropsAt).ifPresent(hooks::add)));
            }
        }
        if (hooks.isEmpty()) {
            return List.of();
        }
        try {
            return ForwardPolicy.chains(hooks).stream().map(chain -> warning("ForeignPolicyDrops", "the chain " + chain
                    + ", which others made, drops what no rule of it lets pass, whatever these rules accept",
                    "nft 'add chain " + chain + " { policy accept; }'")).toList();
        } catch (NetlinkException e) {
            return List.of();
        }
    }

    /** Where a packet that passes this chain may be dropped: what is rewritten before routing is forwarded. */
    private static Optional<Integer> dropsAt(Chain.Base base) {
        return switch (base.hook()) {
            case INPUT, OUTPUT -> Optional.of(base.hook().number(TableFamily.INET));
            case FORWARD, PREROUTING, POSTROUTING -> Optional.of(Hook.FORWARD.number(TableFamily.INET));
            case INGRESS, EGRESS -> Optional.empty();
        };
    }

    private static Notice warning(String reason, String text, String command) {
        return new Notice(Notice.Kind.WARNING, reason, Optional.empty(), text + "; to stop that: " + command);
    }

    /** The settings of networkd that bear on what the plan makes. */
    private static List<String> concerned(Plan.NamespacePlan plan) {
        return Stream.of(Networkd.ROUTES, Networkd.RULES).filter(setting -> plan.changes().stream()
                .filter(each -> setting.equals(Networkd.ROUTES) ? each instanceof RouteChanges
                        : each instanceof RuleChanges)
                .anyMatch(PlanWarnings::makes)).toList();
    }

    private static boolean makes(ChangeSet changes) {
        return changes.toAdd() + changes.toChange() > 0;
    }

    /** Devices over which routes come or go. */
    private static Set<String> devices(Plan.NamespacePlan plan) {
        var devices = new TreeSet<String>();
        for (var changes : plan.changes()) {
            if (changes instanceof RouteChanges routes) {
                routes.tables().forEach(each -> addDevices(each, devices));
            }
        }
        return devices;
    }

    /** A million rows share few sets of attributes: each set is looked at once. */
    private static void addDevices(TableChanges table, Set<String> devices) {
        var coming = table.desired();
        IntStream.of(table.create()).map(coming::attributesIndex).distinct().forEach(index ->
                coming.pool().get(index).nextHops().forEach(hop -> devices.add(hop.device())));
        var going = table.live();
        IntStream.of(table.delete()).map(going::attributesIndex).distinct().forEach(index ->
                going.pool().get(index).nextHops().forEach(hop -> devices.add(hop.device())));
    }
}
