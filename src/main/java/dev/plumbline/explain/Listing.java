package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.state.Origin;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The objects of one namespace that are ours, document by document. They are handed over one at a time; what is kept is
 * a bit for each.
 */
public final class Listing {

    private final Examined examined;
    private final Owners owners;
    private final Map<String, Group> groups = new LinkedHashMap<>();

    /** What one document has. */
    private static final class Group {
        private final Map<TableKey, BitSet> routes = new TreeMap<>();
        private final List<RoutingRule> rules = new ArrayList<>();
        private final List<Explained> links = new ArrayList<>();
        private final List<Explained> firewall = new ArrayList<>();
        private final List<Explained.OfSysctl> sysctls = new ArrayList<>();
    }

    /** @param wanted of whom; the objects of all others are left out */
    public Listing(Examined examined, Owners owners, Predicate<Owner> wanted) {
        this.examined = examined;
        this.owners = owners;
        new Links(examined, owners).forEach(each -> {
            if (wanted.test(each.owner())) {
                group(each.owner()).links.add(each);
            }
        });
        for (var rule : examined.live().rules()) {
            if (rule.isOurs()) {
                var owner = owners.of(rule);
                if (wanted.test(owner)) {
                    group(owner).rules.add(rule);
                }
            }
        }
        for (var each : examined.compilation().desired().sysctls()) {
            var value = examined.live().sysctls().get(each.path());
            if (!each.putBack() && value != null && wanted.test(owners.of(each, value))) {
                group(owners.of(each, value)).sysctls.add(new Explained.OfSysctl(each.path(), value));
            }
        }
        examined.live().routes().tables().forEach((key, rows) -> {
            if (rows.pool().stream().noneMatch(each -> each.isOurs())) {
                return;
            }
            for (int row = 0; row < rows.size(); row++) {
                if (rows.attributes(row).isOurs()) {
                    var owner = owners.of(rows, row);
                    if (wanted.test(owner)) {
                        group(owner).routes.computeIfAbsent(key, each -> new BitSet()).set(row);
                    }
                }
            }
        });
        owners.firewall(each -> {
            if (each.owner().standing().isOurs() && wanted.test(each.owner())) {
                group(each.owner()).firewall.add(each);
            }
        });
    }

    private Group group(Owner owner) {
        return groups.computeIfAbsent(owner.document(), each -> new Group());
    }

    /** The documents that have objects here ({@code kind/name}); an empty text for objects without one. */
    public List<String> documents() {
        return List.copyOf(groups.keySet());
    }

    /** How many objects a document has here. */
    public long size(String document) {
        var group = groups.get(document);
        return group == null ? 0 : group.links.size() + group.rules.size() + group.sysctls.size()
                + group.firewall.size() + group.routes.values().stream().mapToLong(BitSet::cardinality).sum();
    }

    /** Hands over what a document has: links, rules, sysctls, then routes table by table, then nftables. */
    public void forEach(String document, Consumer<Explained> consumer) {
        var group = groups.getOrDefault(document, new Group());
        group.links.forEach(consumer);
        group.rules.forEach(rule -> consumer.accept(new Explained(examined.netns(), new Explained.OfRule(rule),
                owners.of(rule))));
        examined.compilation().desired().sysctls().forEach(each -> group.sysctls.stream()
                .filter(sysctl -> sysctl.path().equals(each.path())).forEach(sysctl -> consumer.accept(
                        new Explained(examined.netns(), sysctl, owners.of(each, sysctl.value())))));
        group.routes.forEach((key, bits) -> {
            var rows = examined.live().routes().rows(key);
            bits.stream().forEach(row -> consumer.accept(new Explained(examined.netns(),
                    new Explained.OfRoute(rows.route(row)), owners.of(rows, row))));
        });
        group.firewall.forEach(consumer);
    }

    /** By file and line. */
    static final Comparator<Origin> BY_POSITION = (one, other) -> {
        int byFile = one.file().compareTo(other.file());
        return byFile != 0 ? byFile : Integer.compare(one.line(), other.line());
    };
}
