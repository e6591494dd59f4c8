package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.explain.Explained.OfFirewall;
import dev.plumbline.explain.Owner.Standing;
import dev.plumbline.json.FirewallJson;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** The documents behind plumbline's live nftables. */
final class FirewallOwners {

    private final Examined examined;
    private final Set<String> waiting;

    FirewallOwners(Examined examined) {
        this.examined = examined;
        waiting = examined.compilation().waiting().stream().map(each -> each.origin().document())
                .collect(Collectors.toSet());
    }

    /** Hands over chains, rules and sets; chains that serve several documents are left out. */
    void forEach(Consumer<Explained> consumer) {
        for (var table : examined.live().firewall().state().tables()) {
            var wanted = examined.compilation().desired().firewall().state().table(table.family());
            for (var chain : table.chains()) {
                var same = wanted.flatMap(each -> each.chain(chain.name()));
                chain(table.family(), chain, same, consumer);
                rules(table.family(), chain, same, consumer);
            }
            for (var set : table.sets()) {
                var owner = owner(origin(table.family(), "set", set.name()),
                        wanted.flatMap(each -> each.set(set.name())).filter(set::equals).isPresent());
                consumer.accept(explained(owner, "nft set", text(table.family(), set), FirewallJson.toJson(set)));
            }
        }
    }

    private void chain(TableFamily family, Chain chain, Optional<Chain> wanted, Consumer<Explained> consumer) {
        var origin = origin(family, "chain", chain.name());
        if (origin.isPresent() || wanted.isEmpty()) {
            var owner = owner(origin, wanted.filter(each -> each.base().equals(chain.base())).isPresent());
            consumer.accept(explained(owner, "nft chain", family + " " + Table.NAME + " " + chain.name(),
                    FirewallJson.toJson(chain.name(), chain.base())));
        }
    }

    private void rules(TableFamily family, Chain chain, Optional<Chain> wanted, Consumer<Explained> consumer) {
        Map<RuleKey, Rule> byKey = new HashMap<>();
        wanted.map(Chain::rules).orElse(List.of())
                .forEach(rule -> rule.key().ifPresent(key -> byKey.put(key, rule)));
        for (var rule : chain.rules()) {
            var same = rule.key().map(byKey::get);
            var origin = same.flatMap(each -> examined.compilation().desired().firewall().origin(rule));
            var owner = rule.key().isEmpty() ? Owner.FOREIGN : owner(origin, same.filter(rule::equals).isPresent());
            consumer.accept(explained(owner, "nft rule", family + " " + Table.NAME + " " + chain.name() + " "
                    + NftText.of(family, rule), FirewallJson.toJson(rule)));
        }
    }

    private Optional<Origin> origin(TableFamily family, String kind, String name) {
        return examined.compilation().desired().firewall().origin(family, kind, name);
    }

    private Owner owner(Optional<Origin> origin, boolean asIntended) {
        if (origin.isEmpty()) {
            return Owner.UNRECORDED;
        }
        return new Owner(waiting.contains(origin.get().document()) ? Standing.WAITING
                : asIntended ? Standing.AS_INTENDED : Standing.CHANGED, origin, Optional.empty());
    }

    private static String text(TableFamily family, NftSet set) {
        int size = set.elements().size();
        return family + " " + Table.NAME + " " + set.name() + " (" + size + (size == 1 ? " element)" : " elements)");
    }

    private Explained explained(Owner owner, String resource, String text, ObjectNode object) {
        return new Explained(examined.netns(), new OfFirewall(resource, text, object), owner);
    }

    /** Whether a line of a file says a rule, a set or a chain by itself. */
    boolean isSaidAt(String file, int line) {
        var firewall = examined.compilation().desired().firewall();
        return Stream.concat(firewall.rules().values().stream(), firewall.objects().values().stream())
                .anyMatch(each -> each.line() == line && each.file().equals(file));
    }
}
