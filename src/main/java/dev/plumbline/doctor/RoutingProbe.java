package dev.plumbline.doctor;

import dev.plumbline.compile.Compiler;
import dev.plumbline.compile.Facts;
import dev.plumbline.compile.FirewallFacts;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.kernel.link.LinkWriter;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.plan.RouteDiff;
import dev.plumbline.plan.RuleDiff;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Progress;
import dev.plumbline.state.ReadScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the kernel takes every kind of route and rule that intents can say: each is written as an apply would write
 * it, and read back, for kernels let unknown attributes pass without a word.
 */
final class RoutingProbe {

    private static final String HEAD = "apiVersion: plumbline.dev/v1\nkind: ";
    private static final String DEVICE = "probe0";

    /** What is tried: words for it, and the line of a document. */
    private record Feature(String name, String line) {
    }

    private static final List<Feature> RULES = List.of(
            new Feature("from", "{from: 192.0.2.0/25, lookup: 1000}"),
            new Feature("to", "{to: 192.0.2.128/25, lookup: 1000}"),
            new Feature("iif", "{iif: probe0, family: ipv4, lookup: 1000}"),
            new Feature("oif", "{oif: probe0, family: ipv4, lookup: 1000}"),
            new Feature("fwmark", "{fwmark: 0x10/0xff, family: ipv4, lookup: 1000}"),
            new Feature("tos", "{tos: 0x10, family: ipv4, lookup: 1000}"),
            new Feature("ipproto", "{ipproto: tcp, family: ipv4, lookup: 1000}"),
            new Feature("sport", "{ipproto: tcp, sport: 1000-2000, family: ipv4, lookup: 1000}"),
            new Feature("dport", "{ipproto: udp, dport: 53, family: ipv4, lookup: 1000}"),
            new Feature("uidrange", "{uidrange: 1000-2000, family: ipv4, lookup: 1000}"),
            new Feature("not", "{not: true, from: 192.0.2.0/25, lookup: 1000}"),
            new Feature("goto", "{from: 192.0.2.0/25, goto: 32766}"),
            new Feature("suppressPrefixLength", "{family: ipv4, lookup: main, suppressPrefixLength: 0}"),
            new Feature("suppressInterfaceGroup", "{family: ipv4, lookup: main, suppressInterfaceGroup: 7}"),
            new Feature("blackhole", "{from: 192.0.2.0/25, action: blackhole}"),
            new Feature("unreachable", "{from: 192.0.2.0/25, action: unreachable}"),
            new Feature("prohibit", "{from: 192.0.2.0/25, action: prohibit}"));
    private static final Feature L3MDEV = new Feature("l3mdev", "{family: ipv4, l3mdev: true}");

    private static final List<Feature> ROUTES = List.of(
            new Feature("device", "{to: 198.51.100.0/24, dev: probe0}"),
            new Feature("gateway", "{to: 198.51.100.0/24, via: 192.0.2.9, dev: probe0}"),
            new Feature("metric", "{to: 198.51.100.0/24, via: 192.0.2.9, dev: probe0, metric: 77}"),
            new Feature("mtu and advmss", "{to: 198.51.100.0/24, via: 192.0.2.9, dev: probe0, mtu: 1400, advmss:"
                    + " 1300}"),
            new Feature("src", "{to: 198.51.100.0/24, dev: probe0, src: 192.0.2.1}"),
            new Feature("onlink", "{to: 198.51.100.0/24, via: 203.0.113.1, dev: probe0, onlink: true}"),
            new Feature("tos", "{to: 198.51.100.0/24, dev: probe0, tos: 0x10}"),
            new Feature("unreachable", "{to: 198.51.100.0/24, type: unreachable}"),
            new Feature("blackhole", "{to: 198.51.100.0/24, type: blackhole}"),
            new Feature("prohibit", "{to: 198.51.100.0/24, type: prohibit}"),
            new Feature("throw", "{to: 198.51.100.0/24, type: throw}"));
    private static final Feature MULTIPATH = new Feature("multipath",
            "{to: 198.51.100.0/24, via: [{address: 192.0.2.8, weight: 2, dev: probe0}, {address: 192.0.2.9, dev:"
                    + " probe0}]}");
    private static final Feature VIA_IPV6 = new Feature("IPv4 via IPv6",
            "{to: 198.51.100.0/24, via: \"2001:db8::9\", dev: probe0}");

    private static final KernelOption TABLES = new KernelOption("CONFIG_IP_MULTIPLE_TABLES", "ipv4");
    private static final KernelOption IPV6_TABLES = new KernelOption("CONFIG_IPV6_MULTIPLE_TABLES", "ipv6");
    private static final KernelOption PATHS = new KernelOption("CONFIG_IP_ROUTE_MULTIPATH", "ipv4");
    private static final KernelOption MASTERS = new KernelOption("CONFIG_NET_L3_MASTER_DEV", "vrf");

    private final KernelNamespace namespace;
    private final boolean ipv6;
    private final List<Check> checks = new ArrayList<>();

    private RoutingProbe(KernelNamespace namespace, boolean ipv6) {
        this.namespace = namespace;
        this.ipv6 = ipv6;
    }

    /**
     * Writes routes and rules in a throw-away namespace.
     *
     * @param far where the other end of a device goes
     * @param ipv6 whether the kernel has it
     */
    static List<Check> checks(KernelNamespace namespace, NetworkNamespace far, boolean ipv6) {
        var probe = new RoutingProbe(namespace, ipv6);
        probe.rules();
        if (probe.device(far)) {
            probe.routes();
        }
        return probe.checks;
    }

    private void rules() {
        add("rules-ipv4", "rules of IPv4", refused("rules:\n", RULES, false), TABLES, RULES.size());
        if (ipv6) {
            var features = RULES.stream().filter(each -> !each.name().equals("tos")).map(RoutingProbe::inIpv6).toList();
            add("rules-ipv6", "rules of IPv6", refused("rules:\n", features, false), IPV6_TABLES, features.size());
        }
        var l3mdev = refused("rules:\n", List.of(L3MDEV), false);
        checks.add(l3mdev.isEmpty() ? Check.ok(Doctor.KERNEL, "rules-l3mdev", "rules into the tables of VRFs")
                : Check.warning(Doctor.KERNEL, "rules-l3mdev", "no rules into the tables of VRFs (" + l3mdev.getFirst()
                        + "): " + MASTERS.name() + " is missing", LinkProbe.lines(MASTERS)));
    }

    private static Feature inIpv6(Feature feature) {
        return new Feature(feature.name(), feature.line().replace("192.0.2.0/25", "\"2001:db8::/49\"")
                .replace("192.0.2.128/25", "\"2001:db8:8000::/49\"").replace("ipv4", "ipv6"));
    }

    private void routes() {
        add("routes-ipv4", "routes of IPv4", refused("id: 1000\n  routes:\n", ROUTES, true), TABLES, ROUTES.size());
        multipath("routes-ipv4-multipath", "IPv4", MULTIPATH);
        if (!ipv6) {
            return;
        }
        var features = ROUTES.stream().filter(each -> !each.name().equals("tos")).map(RoutingProbe::routeInIpv6)
                .toList();
        add("routes-ipv6", "routes of IPv6", refused("id: 1000\n  routes:\n", features, true), IPV6_TABLES,
                features.size());
        multipath("routes-ipv6-multipath", "IPv6", routeInIpv6(MULTIPATH));
        var via = refused("id: 1000\n  routes:\n", List.of(VIA_IPV6), true);
        checks.add(via.isEmpty() ? Check.ok(Doctor.KERNEL, "routes-ipv4-via-ipv6", "routes of IPv4 through IPv6"
                + " gateways")
                : Check.warning(Doctor.KERNEL, "routes-ipv4-via-ipv6", "no routes of IPv4 through IPv6 gateways: "
                        + via.getFirst(), "run Linux 5.2 or newer, or give IPv4 routes IPv4 gateways"));
    }

    private static Feature routeInIpv6(Feature feature) {
        return new Feature(feature.name(), feature.line().replace("198.51.100.0/24", "\"2001:db8:ff::/48\"")
                .replace("203.0.113.1", "\"2001:db8:ee::1\"").replaceAll("192\\.0\\.2\\.([0-9]+)", "\"2001:db8::$1\""));
    }

    private void multipath(String name, String family, Feature feature) {
        var refused = refused("id: 1000\n  routes:\n", List.of(feature), true);
        checks.add(refused.isEmpty() ? Check.ok(Doctor.KERNEL, name, "multipath routes of " + family)
                : Check.failed(Doctor.KERNEL, name, "no multipath routes of " + family + " (" + refused.getFirst()
                        + "): " + PATHS.name() + " is missing", LinkProbe.lines(PATHS)));
    }

    private void add(String name, String words, List<String> refused, KernelOption option, int all) {
        checks.add(refused.isEmpty() ? Check.ok(Doctor.KERNEL, name, "all " + all + " kinds of " + words
                + " are taken and read back")
                : Check.failed(Doctor.KERNEL, name, refused.size() + " of " + all + " kinds of " + words
                        + " are not taken: " + String.join("; ", refused),
                        refused.size() == all ? "run a kernel with " + option.name()
                                : "run Linux 4.17 or newer, or leave these out of the intents"));
    }

    /** Makes a device with addresses, whose other end is up. */
    private boolean device(NetworkNamespace far) {
        try (var other = KernelNamespace.open(NetworkNamespace.at(
                Path.of("/proc/self/fd/" + far.descriptor())))) {
            var links = namespace.links();
            links.veth(DEVICE, "far0", far);
            other.links().up("far0");
            links.up(DEVICE);
            links.addAddress(DEVICE, Prefix.parse("192.0.2.1/24").orElseThrow());
            if (ipv6) {
                links.addAddress(DEVICE, Prefix.parse("2001:db8::1/64").orElseThrow(),
                        LinkWriter.AddressOption.NO_DUPLICATE_DETECTION);
            }
            return true;
        } catch (UncheckedIOException | IOException e) {
            checks.add(Check.notApplicable(Doctor.KERNEL, "routes-ipv4",
                    "not looked at: no device could be made for routes (see link-veth): " + e.getMessage()));
            return false;
        }
    }

    /** The features that the kernel refuses or does not show, each with its words. */
    private List<String> refused(String lead, List<Feature> features, boolean routes) {
        var refused = new ArrayList<String>();
        for (var feature : features) {
            var line = routes ? feature.line() : feature.line().replaceFirst("\\{", "{priority: 1000, ");
            var document = HEAD + (routes ? "RouteTable" : "RoutingRules") + "\nmetadata: {name: probe}\nspec:\n  "
                    + lead + "    - " + line + "\n";
            attempt(document).ifPresent(why -> refused.add(feature.name() + ": " + why));
        }
        return refused;
    }

    /** Brings a document about; why it could not be, or empty. What the one before made goes. */
    private Optional<String> attempt(String document) {
        var documents = IntentParser.withoutSchema().parse(List.of(new IntentFile("probe",
                document.getBytes(StandardCharsets.UTF_8)))).valid();
        var needs = Compiler.needs(documents, Ledger.EMPTY, namespace.read(ReadScope.NO_ROUTES), Map.of());
        var live = namespace.read(needs.scope());
        var compilation = Compiler.compile(documents, new Facts(live, Ledger.EMPTY, List.of(), Map.of(), true,
                Map.of(), FirewallFacts.NOWHERE));
        var desired = compilation.desired();
        for (var changes : differences(desired, live)) {
            for (var phase : Phase.values()) {
                for (var domain : namespace.domains()) {
                    if (execute(domain, changes, phase) instanceof Outcome.Failed(var failures)) {
                        return Optional.of(failures.getFirst().message());
                    }
                }
            }
        }
        return differences(desired, namespace.read(needs.scope())).stream().allMatch(ChangeSet::isEmpty)
                ? Optional.empty() : Optional.of("the kernel takes it, and does not show it");
    }

    private static List<ChangeSet> differences(DesiredState desired, NamespaceState live) {
        return List.of(RouteDiff.between(desired, live), RuleDiff.between(desired, live));
    }

    private static <C extends ChangeSet> Outcome execute(Domain<C> domain, ChangeSet changes, Phase phase) {
        return domain.changes().isInstance(changes)
                ? domain.execute(domain.changes().cast(changes), phase, Progress.SILENT) : new Outcome.Done();
    }
}
