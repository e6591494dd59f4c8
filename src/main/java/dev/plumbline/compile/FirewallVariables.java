package dev.plumbline.compile;

import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.Spelling;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code ${name}} stands for in rules: by the document, by {@code plumbline.yaml}, by an attachment, by a device.
 * Of an attachment and of a device {@code NAME_ip} is the first IPv4 address and {@code NAME_ipv6} the first IPv6
 * address, of a device {@code NAME_network} and {@code NAME_ipv6_network} their networks. What no variable can have in
 * its name is {@code _} there.
 */
final class FirewallVariables {

    private static final String IP = "_ip";
    private static final String IPV6 = "_ipv6";
    private static final String NETWORK = "_network";
    private static final String IPV6_NETWORK = "_ipv6_network";
    private static final List<String> SUFFIXES = List.of(IPV6_NETWORK, NETWORK, IPV6, IP);
    /** VNS3's own names speak of its controller, whose addresses no interface need have. */
    private static final String CONTROLLER = "vns3_";
    private static final int SHOWN = 20;

    private final FirewallFacts facts;
    private final Map<String, String> host = new TreeMap<>();

    FirewallVariables(Facts facts) {
        this.facts = facts.firewall();
        for (var address : facts.live().addresses()) {
            if (!address.isUsable()) {
                continue;
            }
            boolean v4 = address.local().family() == Family.IPV4;
            var name = plain(address.device());
            host.putIfAbsent(name + (v4 ? IP : IPV6), address.local().toString());
            host.putIfAbsent(name + (v4 ? NETWORK : IPV6_NETWORK), address.network().toString());
        }
        this.facts.attachments().forEach((name, addresses) -> {
            first(addresses, Family.IPV4).ifPresent(each -> host.put(plain(name) + IP, each.toString()));
            first(addresses, Family.IPV6).ifPresent(each -> host.put(plain(name) + IPV6, each.toString()));
        });
        this.facts.variables().ifPresent(host::putAll);
    }

    private static Optional<IpAddress> first(List<IpAddress> addresses, Family family) {
        return addresses.stream().filter(each -> each.family() == family).findFirst();
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    /** All that a document can name now. */
    Map<String, String> of(FirewallSpec spec) {
        var all = new HashMap<>(host);
        all.putAll(spec.variables());
        return all;
    }

    /** Why a name has no value: it may have one later, or nothing could ever give it one. */
    Obstacle obstacle(String name, FirewallSpec spec) {
        var base = SUFFIXES.stream().filter(name::endsWith).map(each -> name.substring(0, name.length()
                - each.length())).findFirst().filter(each -> !each.isEmpty() && !name.startsWith(CONTROLLER));
        var known = of(spec).keySet();
        if (base.isPresent()) {
            return new Obstacle(Obstacle.VARIABLE, "`${" + name + "}` has no value now: no attachment and no device"
                    + " with such an address is named " + base.get() + Spelling.nearest(name, known)
                            .map(near -> "; did you mean `" + near + "`?").orElse(""));
        }
        if (facts.variables().isEmpty()) {
            return new Obstacle(Obstacle.VARIABLE, "`${" + name + "}` has no value in the document");
        }
        var names = new ArrayList<>(Spelling.nearest(name, known).stream().toList());
        known.stream().sorted().filter(each -> !names.contains(each)).forEach(names::add);
        return Obstacle.error("nothing gives `${" + name + "}` a value; write it under `variables` here or in"
                + " plumbline.yaml" + (names.isEmpty() ? "" : "; known here: " + String.join(", ",
                        names.subList(0, Math.min(SHOWN, names.size()))) + (names.size() > SHOWN ? ", …" : "")));
    }
}
