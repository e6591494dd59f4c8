package dev.plumbline.state.firewall;

import java.util.List;
import java.util.Optional;

/**
 * The tables of plumbline in one namespace.
 *
 * @param tables at most one a family, in the order of families
 */
public record FirewallState(List<Table> tables) {

    public static final FirewallState NONE = new FirewallState(List.of());

    public FirewallState {
        tables = tables.stream().sorted((one, two) -> one.family().compareTo(two.family())).toList();
    }

    public Optional<Table> table(TableFamily family) {
        return tables.stream().filter(each -> each.family() == family).findFirst();
    }
}
