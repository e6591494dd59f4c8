package dev.plumbline.state.firewall;

import dev.plumbline.state.Change;
import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.firewall.FirewallEdits.TableEdit;
import java.util.List;
import java.util.stream.Stream;

/**
 * Changes of plumbline's tables: one transaction.
 *
 * @param live what they were made from: rules are addressed by its handles
 * @param tables one entry a table in which something changes
 */
public record FirewallChanges(LiveFirewall live, DesiredFirewall desired, List<TableEdit> tables)
        implements ChangeSet {

    public FirewallChanges {
        tables = List.copyOf(tables);
    }

    @Override
    public String resource() {
        return "firewall";
    }

    @Override
    public int toAdd() {
        return count(Change.Action.CREATE);
    }

    @Override
    public int toChange() {
        return count(Change.Action.CHANGE);
    }

    @Override
    public int toDestroy() {
        return count(Change.Action.DELETE);
    }

    private int count(Change.Action action) {
        int count = 0;
        for (var table : tables) {
            count += new FirewallWords(desired, table).count(action);
        }
        return count;
    }

    @Override
    public boolean isEmpty() {
        return tables.isEmpty();
    }

    @Override
    public Stream<Pending> pending() {
        return Stream.concat(tables.stream().flatMap(table -> new FirewallWords(desired, table).coming().stream()),
                tables.stream().flatMap(table -> new FirewallWords(desired, table).going().stream()));
    }
}
