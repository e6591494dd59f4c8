package dev.plumbline.state;

/**
 * One family's half of a routing table.
 *
 * @param table 1 to 4294967295
 */
public record TableKey(Family family, long table) implements Comparable<TableKey> {

    @Override
    public int compareTo(TableKey other) {
        int byTable = Long.compare(table, other.table);
        return byTable != 0 ? byTable : family.compareTo(other.family);
    }
}
