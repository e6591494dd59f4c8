package dev.plumbline.kernel.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.AttributeCache;
import dev.plumbline.netlink.MalformedMessageException;
import dev.plumbline.netlink.Recorded;
import dev.plumbline.state.Family;
import dev.plumbline.state.Link;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RouteDecoderTest {

    private static final Devices DEVICES = new Devices(List.of(
            new Link(3, "v0", "veth", 1, 1500, OptionalInt.empty(), "", "", Optional.empty())));

    @Test
    void aRecordedMultipathRoute() {
        assertEquals("198.51.100.0/24 metric 5 nexthop via 10.0.0.2 dev v0 weight 3 nexthop via inet6 fe80::1 dev v0"
                + " weight 1 table 1000",
                RouteDecoder.route(Recorded.message(Recorded.MULTIPATH_ROUTE), DEVICES).toString());
    }

    @Test
    void aRecordedIpv6RouteLosesWhatIsState() {
        var route = RouteDecoder.route(Recorded.message(Recorded.IPV6_ROUTE), DEVICES);
        assertEquals("2001:db8:1::/48 via fe80::1 dev v0 table 100", route.toString());
        assertEquals(List.of(), route.attributes().other());
    }

    @Test
    void columnsHoldWhatTheDecoderSays() {
        for (var recorded : List.of(Recorded.MULTIPATH_ROUTE, Recorded.IPV6_ROUTE)) {
            var route = RouteDecoder.route(Recorded.message(recorded), DEVICES);
            var collector = new RouteCollector(route.family(), DEVICES, table -> true);
            collector.begin();
            collector.message(Recorded.message(recorded));
            collector.message(Recorded.message(recorded));
            assertEquals(List.of(route),
                    collector.rows().get(new TableKey(route.family(), route.table())).toList());
        }
    }

    @Test
    void otherFamiliesAndTablesAreLeftOut() {
        var other = new RouteCollector(Family.IPV6, DEVICES, table -> true);
        other.message(Recorded.message(Recorded.MULTIPATH_ROUTE));
        assertEquals(0, other.rows().size());
        var table = new RouteCollector(Family.IPV4, DEVICES, number -> number != 1000);
        table.message(Recorded.message(Recorded.MULTIPATH_ROUTE));
        assertEquals(0, table.rows().size());
    }

    @Property
    void aByteThatIsWrongNeverHangsOrEscapes(@ForAll @IntRange(min = 28, max = 103) int at, @ForAll byte value) {
        var bytes = Recorded.bytes(Recorded.MULTIPATH_ROUTE);
        bytes.put(at, value);
        var reader = new dev.plumbline.netlink.MessageReader(bytes);
        reader.next();
        try {
            RouteDecoder.route(reader, DEVICES);
        } catch (MalformedMessageException | IllegalArgumentException e) {
            return;
        }
    }

    @Test
    void aNextHopThatClaimsTooMuchIsRefused() {
        var bytes = Recorded.bytes(Recorded.MULTIPATH_ROUTE);
        bytes.putShort(56, (short) 200);
        var reader = new dev.plumbline.netlink.MessageReader(bytes);
        reader.next();
        assertThrows(MalformedMessageException.class, () -> RouteDecoder.route(reader, DEVICES));
    }

    @Test
    void theCacheTellsWordsApartAsItGrows() {
        var cache = new AttributeCache();
        for (int i = 0; i < 5000; i++) {
            int[] words = {1, i, i * 31, 7};
            assertEquals(-1, cache.find(words, 4));
            cache.put(words, 4, i);
        }
        for (int i = 0; i < 5000; i++) {
            assertEquals(i, cache.find(new int[] {1, i, i * 31, 7}, 4));
            assertEquals(-1, cache.find(new int[] {1, i, i * 31, 7}, 3));
        }
    }
}
