package dev.plumbline.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CodecTest {

    @Test
    void writesWhatTheKernelWasSent() {
        var writer = new MessageWriter(16);
        writer.begin(Rtnetlink.RTM_NEWROUTE, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL | Netlink.NLM_F_ACK, 7);
        writer.u8(2).u8(24).u8(0).u8(0).u8(100).u8(157).u8(0).u8(1).u32(0);
        writer.u32be(RouteMessages.RTA_DST, 0xc6336400L).u32be(RouteMessages.RTA_GATEWAY, 0x0a630001L).end();
        var bytes = new byte[writer.size()];
        writer.written().get(bytes);
        assertEquals(Recorded.BAD_GATEWAY_REQUEST, HexFormat.of().formatHex(bytes));
    }

    @Test
    void refusalsHaveTheKernelsTextAndTheAttribute() {
        var layout = Rtnetlink.PROTOCOL.layout();
        var gateway = ExtendedAck.ofError(Recorded.message(Recorded.BAD_GATEWAY), layout,
                Recorded.bytes(Recorded.BAD_GATEWAY_REQUEST), 0);
        assertEquals("Nexthop has invalid gateway (ENETUNREACH)", gateway.getMessage());
        var attribute = ExtendedAck.ofError(Recorded.message(Recorded.BAD_ATTRIBUTE), layout,
                Recorded.bytes(Recorded.BAD_ATTRIBUTE_REQUEST), 0);
        assertEquals("Attribute failed policy validation (ERANGE, attribute RTA_DST)", attribute.getMessage());
        assertEquals(34, attribute.errno());
        var table = ExtendedAck.ofDone(Recorded.message(Recorded.NO_TABLE_DONE), layout,
                Recorded.bytes(Recorded.BAD_GATEWAY_REQUEST), 0);
        assertEquals("ipv4: FIB table does not exist", table.text());
        assertEquals(Errno.ENOENT, table.errno());
    }

    @Test
    void bareErrnosGetWords() {
        assertEquals("the gateway cannot be reached on the given device (EHOSTUNREACH)",
                NetlinkException.refused(Errno.EHOSTUNREACH, "", "").getMessage());
        assertEquals("the kernel refused (errno 999)", NetlinkException.refused(999, "", "").getMessage());
    }

    @Test
    void aNestThatIsTooLongIsRefused() {
        var writer = new MessageWriter(64);
        writer.begin(1, 0, 1).beginNest(1);
        for (int i = 0; i < 8192; i++) {
            writer.u32(2, i);
        }
        assertThrows(IllegalArgumentException.class, writer::endNest);
    }

    @Property
    void valuesComeBack(@ForAll int number, @ForAll long wide, @ForAll byte[] bytes, @ForAll short small,
            @ForAll @IntRange(min = 1, max = 0x3fff) int type, @ForAll @IntRange(max = 255) int octet) {
        var writer = new MessageWriter(16);
        writer.begin(24, 5, 99).u8(octet).u8(0).u16(small).u32(number);
        writer.u8(type, octet).u16(type, small).u32(type, number).u64(type, wide).u16be(type, small);
        writer.u32be(type, number).u128be(type, wide, ~wide).bytes(type, bytes).flag(type).string(type, "é" + number);
        writer.beginNest(type | 0x8000).u32(type, number).beginNest(7).u8(1, octet).endNest().endNest().end();
        writer.begin(25, 0, 100).end();

        var reader = new MessageReader(writer.written());
        assertTrue(reader.next());
        assertEquals(List.of(24, 5, 99, 0), List.of(reader.type(), reader.flags(), reader.sequence(), reader.portId()));
        assertEquals(octet, reader.u8(0));
        assertEquals(small & 0xffff, reader.u16(2));
        assertEquals(number, reader.s32(4));
        var attributes = reader.attributes(8);
        assertEquals(octet, next(attributes, type).u8());
        assertEquals(small & 0xffff, next(attributes, type).u16());
        assertEquals(number & 0xffffffffL, next(attributes, type).u32());
        assertEquals(wide, next(attributes, type).u64());
        assertEquals(small & 0xffff, next(attributes, type).u16be());
        assertEquals(number & 0xffffffffL, next(attributes, type).u32be());
        next(attributes, type);
        assertEquals(List.of(wide, ~wide), List.of(attributes.u64be(0), attributes.u64be(8)));
        assertArrayEquals(bytes, next(attributes, type).bytes());
        assertEquals(0, next(attributes, type).length());
        assertEquals("é" + number, next(attributes, type).string());
        var nest = next(attributes, type).nested();
        assertEquals(type | 0x8000, attributes.rawType());
        assertEquals(number, next(nest, type).s32());
        assertEquals(octet, next(next(nest, 7).nested(), 1).u8());
        assertFalse(nest.next());
        assertFalse(attributes.next());
        assertTrue(reader.next());
        assertEquals(25, reader.type());
        assertFalse(reader.next());
    }

    private static AttributeReader next(AttributeReader reader, int type) {
        assertTrue(reader.next());
        assertEquals(type, reader.type());
        return reader;
    }

    @Property
    void garbageEndsInAnExceptionOrAtTheEnd(@ForAll @Size(max = 300) byte[] bytes) {
        var buffer = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder()).put(bytes).flip();
        int steps = 0;
        try {
            var reader = new MessageReader(buffer);
            while (reader.next()) {
                var attributes = reader.attributes(Math.min(12, reader.payloadLength()));
                while (attributes.next()) {
                    steps++;
                    attributes.words(new int[64], 0);
                    attributes.string();
                    attributes.u32();
                }
            }
        } catch (MalformedMessageException e) {
            assertTrue(e.getMessage().contains("cannot be read"));
        }
        assertTrue(steps <= bytes.length / 4);
    }

    @Property
    void aMessageCutShortIsRefused(@ForAll @IntRange(min = 1, max = 103) int length) {
        var whole = Recorded.bytes(Recorded.MULTIPATH_ROUTE);
        whole.limit(length);
        assertThrows(MalformedMessageException.class, new MessageReader(whole)::next);
    }
}
