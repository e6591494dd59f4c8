package dev.plumbline.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.VrfAddress;
import java.util.Arrays;
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

    /** What either may have is kept, each address once. */
    @Test
    void theUnionHasTheAddressesOfBoth() {
        var before = of(address("2001:db8::1/64", 0x82), address("2001:db8::2/64", 0x80));
        var later = of(address("2001:db8::1/64", 0x80), address("2001:db8::3/64", 0x80));
        assertEquals(of(address("2001:db8::1/64", 0x80), address("2001:db8::2/64", 0x80),
                address("2001:db8::3/64", 0x80)).addresses(), before.union(later).addresses());
    }

    private static Ledger of(LinkAddress... addresses) {
        return new Ledger(List.of(), List.of(), List.of(), Set.of(), Set.of(), List.of(), Arrays.stream(addresses)
                .map(each -> new VrfAddress("SourceRouting/sip", each, 7)).toList());
    }

    private static LinkAddress address(String text, int flags) {
        var prefix = Prefix.parse(text).orElseThrow();
        return new LinkAddress("net1", prefix.address(), prefix, 0, flags);
    }

    @Test
    void inAUnionOnlyWhatBothSayWasCarriedOut() {
        var before = new Ledger(List.of(), List.of(), List.of(), Set.of(), Set.of("RouteTable/a", "RouteTable/b"));
        var later = new Ledger(List.of(), List.of(), List.of(), Set.of(), Set.of("RouteTable/b", "RouteTable/c"));
        assertEquals(Set.of("RouteTable/b"), before.union(later).carriedOut());
    }
}
