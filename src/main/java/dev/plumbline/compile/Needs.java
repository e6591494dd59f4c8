package dev.plumbline.compile;

import dev.plumbline.state.ReadScope;
import java.util.Set;

/**
 * What to read before compiling.
 *
 * @param scope the routes that the documents and the ledger speak of
 * @param freeTables how many free table numbers may be wanted
 * @param takenTables numbers that are not free whatever the kernel says: explicit ids, {@code rt_tables}, allotments,
 *     rules
 * @param sessions whether the ports of SSH sessions are needed
 */
public record Needs(ReadScope scope, int freeTables, Set<Long> takenTables, boolean sessions) {

    public Needs {
        takenTables = Set.copyOf(takenTables);
    }
}
