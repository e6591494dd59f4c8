package dev.plumbline.sandbox;

import dev.plumbline.intent.Problem;
import dev.plumbline.sandbox.Topology.Drift;
import dev.plumbline.sandbox.Topology.Expectation;
import dev.plumbline.sandbox.Topology.TopologyLink;
import dev.plumbline.sandbox.Topology.TopologyRoute;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Whether the parts of a topology fit together. */
final class TopologyCheck {
    private final Topology topology;
    private final List<Problem> problems;
    private final Map<String, TopologyLink> links = new HashMap<>();

    private TopologyCheck(Topology topology, List<Problem> problems) {
        this.topology = topology;
        this.problems = problems;
    }

    static void check(Topology topology, List<Problem> problems) {
        var work = new TopologyCheck(topology, problems);
        work.links();
        topology.routes().forEach(work::hostRoute);
        work.checks();
        for (var drift : topology.drift()) {
            if (drift instanceof Drift.AddRoute added) {
                work.hostRoute(added.route());
            }
        }
    }

    private void error(Origin origin, String field, String message) {
        problems.add(Problem.error(origin, field, message));
    }

    private void links() {
        var owners = new HashMap<IpAddress, String>();
        for (var link : topology.links()) {
            if (links.putIfAbsent(link.name(), link) != null) {
                error(link.origin(), "name", "there are two links named " + link.name());
            }
            for (var address : link.addresses()) {
                var other = owners.putIfAbsent(address.address(), link.name());
                if (other != null) {
                    error(link.origin(), "addresses", address.address() + " is on " + other + " already");
                }
            }
            for (var address : link.peer().addresses()) {
                if (link.addresses().stream().anyMatch(own -> own.address().equals(address.address()))) {
                    error(link.origin(), "peer.addresses", address.address() + " is the host's own address");
                }
            }
            for (var route : link.peer().routes()) {
                route.via().filter(via -> !isOn(link.peer().addresses(), via)).ifPresent(via -> error(route.origin(),
                        "via",
                        via + " is not on the peer's link: its addresses are " + link.peer().addresses()));
            }
        }
    }

    private static boolean isOn(List<Prefix> addresses, IpAddress address) {
        return address.family() == Family.IPV6 && address.isLinkLocal()
                || addresses.stream().anyMatch(each -> each.contains(address));
    }

    private void hostRoute(TopologyRoute route) {
        var link = links.get(route.device());
        if (link == null) {
            unknownDevice(route.origin(), "dev", route.device());
            return;
        }
        route.via().filter(via -> !isOn(link.addresses(), via)).ifPresent(via -> error(route.origin(), "via",
                via + " is not on " + link.name() + ", whose addresses are " + link.addresses()));
        route.source().filter(source -> !isHosts(source)).ifPresent(
                source -> error(route.origin(), "src", source + " is no address of the host"));
    }

    private boolean isHosts(IpAddress address) {
        return topology.links().stream().flatMap(link -> link.addresses().stream())
                .anyMatch(each -> each.address().equals(address));
    }

    private void unknownDevice(Origin origin, String field, String device) {
        error(origin, field, "there is no link '" + device + "'; there are "
                + String.join(", ", topology.links().stream().map(TopologyLink::name).toList()));
    }

    private void checks() {
        for (var check : topology.checks()) {
            var from = check.from().address();
            if (from.family() != check.to().address().family()) {
                error(check.origin(), "to", from + " and " + check.to().address()
                        + " are of different address families");
            }
            var sender = check.from().link();
            if (sender.isEmpty() && !isHosts(from)) {
                error(check.origin(), "from", from + " is no address of the host");
            }
            sender.ifPresent(link -> peersAddress(check.origin(), "from", link, from));
            check.before().ifPresent(expected -> expectation(check.origin(), "before", expected));
            expectation(check.origin(), "after", check.after());
        }
    }

    private void peersAddress(Origin origin, String field, String device, IpAddress address) {
        var link = links.get(device);
        if (link == null) {
            unknownDevice(origin, field + ".link", device);
        } else if (!link.peer().has(address)) {
            error(origin, field, address + " is no address of the peer of " + device);
        }
    }

    private void expectation(Origin origin, String field, Expectation expected) {
        if (!(expected instanceof Expectation.Leaves leaves)) {
            return;
        }
        Stream.of(List.of(leaves.device()), leaves.through(), leaves.copiesAt(), leaves.answerCopiesAt())
                .flatMap(List::stream).filter(name -> !links.containsKey(name)).distinct()
                .forEach(name -> unknownDevice(origin, field + ".device", name));
        if (links.containsKey(leaves.device())) {
            leaves.destination().ifPresent(to ->
                    peersAddress(origin, field + ".destination", leaves.device(), to.address()));
        }
    }
}
