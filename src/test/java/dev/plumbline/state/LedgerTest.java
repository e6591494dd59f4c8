package dev.plumbline.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.Ledger.Allotment;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerTest {

    /** A document whose table has changed is in both, under one key: the store takes one number a key. */
    @Test
    void theUnionHasOneNumberAKey() {
        var before = new Ledger(List.of(new Allotment("RouteTable/edge", "", 100), new Allotment("SourceRouting/sip",
                "192.0.2.1", 101)), List.of(), List.of(), Set.of("eth0"));
        var later = new Ledger(List.of(new Allotment("RouteTable/edge", "", 110)), List.of(), List.of(),
                Set.of("eth0", "eth1"));
        assertEquals(new Ledger(List.of(new Allotment("RouteTable/edge", "", 110), new Allotment("SourceRouting/sip",
                "192.0.2.1", 101)), List.of(), List.of(), Set.of("eth0", "eth1")), before.union(later));
    }

    @Test
    void inAUnionOnlyWhatBothSayWasCarriedOut() {
        var before = new Ledger(List.of(), List.of(), List.of(), Set.of(), Set.of("RouteTable/a", "RouteTable/b"));
        var later = new Ledger(List.of(), List.of(), List.of(), Set.of(), Set.of("RouteTable/b", "RouteTable/c"));
        assertEquals(Set.of("RouteTable/b"), before.union(later).carriedOut());
    }
}
