package dev.plumbline.state;

import java.util.List;
import java.util.stream.Stream;

/**
 * Changes of routes, as row numbers of what is desired and what is live: a plan over a million routes is a few arrays.
 *
 * @param tables one entry a table and family in which something changes, in the order in which to write
 */
public record RouteChanges(List<TableChanges> tables) implements ChangeSet {

    public RouteChanges {
        tables = List.copyOf(tables);
    }

    @Override
    public String resource() {
        return "route";
    }

    @Override
    public int toAdd() {
        return tables.stream().mapToInt(table -> table.create().length + table.recreateNew().length).sum();
    }

    @Override
    public int toChange() {
        return tables.stream().mapToInt(table -> table.replaceNew().length).sum();
    }

    @Override
    public int toDestroy() {
        return tables.stream().mapToInt(table -> table.delete().length + table.recreateOld().length).sum();
    }

    @Override
    public Stream<Pending> pending() {
        return Stream.concat(tables.stream().flatMap(TableChanges::coming), tables.stream().flatMap(TableChanges::going));
    }
}
