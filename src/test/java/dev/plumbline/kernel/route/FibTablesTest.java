package dev.plumbline.kernel.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The file as Linux 6.18 writes it, shortened. */
class FibTablesTest {

    @Test
    void namesNumbersAndCountsAreRead() {
        var lines = List.of("Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.", "Id 1000:",
                "\tAver depth:     0.00", "\tLeaves:         0", "\tPrefixes:       0", "\t", "\tPointers: 0",
                "Null ptrs: 0", "Total size: 0  kB", "Id -2:", "\tPrefixes:       7", "Main:", "\tPrefixes:       1000000",
                "\t  1: 2  2: 3", "Local:", "\tPrefixes:       6");

        assertEquals(Optional.of(Map.of(1000L, 0L, 0xfffffffeL, 7L, 254L, 1_000_000L, 255L, 6L)), FibTables.parse(lines));
    }

    @Test
    void whatIsUnknownIsNotGuessed() {
        assertEquals(Optional.empty(), FibTables.parse(List.of()));
        assertEquals(Optional.empty(), FibTables.parse(List.of("Vrf red:", "\tPrefixes:  1")));
        assertEquals(Optional.empty(), FibTables.parse(List.of("Main:", "\tLeaves:  1")));
        assertEquals(Optional.empty(), FibTables.parse(List.of("Main:", "\tPrefixes:  1", "Main:", "\tPrefixes:  1")));
    }
}
