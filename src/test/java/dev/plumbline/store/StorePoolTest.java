package dev.plumbline.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorePoolTest {

    @TempDir
    Path directory;

    private StorePool pool() {
        return new StorePool(directory.resolve("state"), "test", Duration.ofSeconds(5));
    }

    @Test
    void whoComesLaterUsesItAgainAndWhoComesMeanwhileAnother() {
        try (var pool = pool()) {
            Store first;
            try (var lease = pool.lease()) {
                first = lease.store();
                try (var meanwhile = pool.lease()) {
                    assertNotSame(first, meanwhile.store());
                }
            }
            try (var lease = pool.lease()) {
                assertSame(first, lease.store());
            }
        }
    }

    /** What a store that stayed open writes must not go to a file that nobody reads. */
    @Test
    void aDatabaseThatWasMovedAwayIsNotWritten() throws Exception {
        try (var pool = pool()) {
            var file = directory.resolve("state/state.db");
            for (var end : new String[] {"", "-wal", "-shm"}) {
                Files.move(Path.of(file + end), Path.of(file + ".damaged" + end));
            }
            try (var lease = pool.lease()) {
                lease.store().recordVariables(Map.of("name", "value"));
            }
            assertTrue(Files.exists(file));
            try (var other = Store.open(directory.resolve("state"), "test")) {
                assertEquals(Map.of("name", "value"), other.variables());
            }
        }
    }
}
