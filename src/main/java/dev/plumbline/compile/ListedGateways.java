package dev.plumbline.compile;

import dev.plumbline.compile.BoundDevice.BoundTable;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Which of a document's listed gateways serves which table. */
final class ListedGateways {

    private final Draft draft;
    private final BoundDevice bound;
    private final List<Located<IpAddress>> listed;
    private final Set<Located<IpAddress>> used = new HashSet<>();

    ListedGateways(Draft draft, BoundDevice bound) {
        this.draft = draft;
        this.bound = bound;
        this.listed = bound.spec().gateways().orElse(List.of());
    }

    /** The gateway of a family's default route in a table: none, or one. */
    List<Located<IpAddress>> of(BoundTable table, Family family) {
        var own = table.of(family).stream().map(each -> bound.spec().gatewayOf().get(each.local()))
                .filter(Objects::nonNull).distinct().map(each -> new Located<>(each, bound.spec().device().origin()))
                .toList();
        if (own.size() > 1) {
            return tooMany(table, own);
        }
        return own.isEmpty() ? listed(table, family) : own;
    }

    private List<Located<IpAddress>> tooMany(BoundTable table, List<Located<IpAddress>> gateways) {
        draft.error(gateways.get(1).origin(), "spec.gateways", "all addresses share table " + table.number()
                + ", which can have one gateway a family, and " + gateways.getFirst().value()
                + " is one already; `table: auto` gives each address its own");
        return List.of();
    }

    private List<Located<IpAddress>> listed(BoundTable table, Family family) {
        var candidates = listed.stream().filter(each -> each.value().family() == family).toList();
        boolean shared = bound.spec().isVrf() || !(bound.spec().table().value() instanceof TableChoice.Auto);
        if (candidates.size() > 1 && shared) {
            used.addAll(candidates);
            return tooMany(table, candidates);
        }
        if (candidates.size() <= 1) {
            used.addAll(candidates);
            return candidates;
        }
        var address = table.of(family).getFirst();
        var near = candidates.stream().filter(each -> address.network().contains(each.value())).toList();
        used.addAll(near);
        if (near.size() == 1) {
            return near;
        }
        if (near.isEmpty()) {
            draft.error(candidates.getFirst().origin(), "spec.gateways", "none of the gateways is in the network of "
                    + address.local() + " (" + address.network() + "): name one, or a single one of the family");
        } else {
            draft.error(near.get(1).origin(), "spec.gateways", "gateways " + near.getFirst().value() + " and "
                    + near.get(1).value() + " are both in the network of " + address.local()
                    + ": an address has one gateway");
        }
        return List.of();
    }

    void reportUnused() {
        listed.stream().filter(each -> !used.contains(each)).forEach(each -> draft.warning(each.origin(),
                "spec.gateways", "no bound address of " + bound.device() + " uses gateway " + each.value()));
    }
}
