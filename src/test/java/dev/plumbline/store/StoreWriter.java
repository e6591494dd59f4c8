package dev.plumbline.store;

import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.NamespaceId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A second process that writes to a store: {@code DIR count N NAME} or {@code DIR hang}. */
final class StoreWriter {

    private StoreWriter() {
    }

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[0]);
        if (arguments[1].equals("hang")) {
            hang(directory);
        } else {
            count(directory, Integer.parseInt(arguments[2]), arguments[3]);
        }
    }

    private static void count(Path directory, int times, String name) {
        try (var store = Store.open(directory, "1.0")) {
            var key = store.bind(name, new NamespaceId("boot", name.hashCode())).key().orElseThrow();
            for (int i = 1; i <= times; i++) {
                store.record(key, new Ledger(List.of(new Allotment("RouteTable/" + name, "", i)), List.of(),
                        List.of(), Set.of()));
            }
        }
    }

    /** Leaves a transaction open that has already spilled into the write-ahead log. */
    private static void hang(Path directory) throws Exception {
        Store.open(directory, "1.0").close();
        var database = Database.open(new StateDirectory(directory).database(), Database.Access.WRITE);
        database.execute("PRAGMA cache_size=10");
        database.execute("BEGIN IMMEDIATE");
        database.update("DELETE FROM allotments");
        for (int i = 0; i < 2000; i++) {
            database.update("INSERT INTO parsed (content_hash, program_version, documents)"
                    + " VALUES (?, 'x', zeroblob(4000))",
                    "half-" + i);
        }
        System.out.println("hanging");
        Thread.sleep(600_000);
    }
}
