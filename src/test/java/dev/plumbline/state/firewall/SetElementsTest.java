package dev.plumbline.state.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SetElementsTest {

    @Property
    void keysAreSortedAsUnsignedBytesAndOnceEach(@ForAll List<Long> numbers) {
        var builder = new SetElements.Builder(8, false);
        var expected = new TreeSet<Bytes>();
        for (long number : numbers) {
            var key = Bytes.of(ByteBuffer.allocate(8).putLong(number % 7 == 0 ? number : number & 0xff).array());
            builder.add(key);
            expected.add(key);
        }
        var elements = builder.build();
        var rows = new ArrayList<Bytes>();
        for (int row = 0; row < elements.size(); row++) {
            rows.add(elements.key(row));
        }
        assertEquals(List.copyOf(expected), rows);
    }

    @Property
    void mergedRangesHoldTheSameNumbersAndDoNotTouch(@ForAll List<@IntRange(max = 300) Integer> edges) {
        var builder = new SetElements.Builder(2, true);
        var expected = new BitSet();
        for (int i = 0; i + 1 < edges.size(); i += 2) {
            int from = Math.min(edges.get(i), edges.get(i + 1));
            int to = Math.min(from + 20, Math.max(edges.get(i), edges.get(i + 1)));
            builder.add(Bytes.u16(from), Bytes.u16(to));
            expected.set(from, to + 1);
        }
        var merged = builder.merged();
        var actual = new BitSet();
        for (int row = 0; row < merged.size(); row++) {
            int from = (int) merged.key(row).number();
            assertTrue(from == 0 || !actual.get(from - 1));
            actual.set(from, (int) merged.end(row).number() + 1);
        }
        assertEquals(expected, actual);
    }

    @Property
    void aDifferenceLeadsFromOneToTheOther(@ForAll List<@IntRange(max = 40) Integer> some,
            @ForAll List<@IntRange(max = 40) Integer> others) {
        var before = ports(some);
        var after = ports(others);
        var difference = SetElements.difference(before, after);
        var keys = new HashSet<>(keys(before));
        for (int row : difference.removed()) {
            assertTrue(keys.remove(before.key(row)));
        }
        for (int row : difference.added()) {
            assertTrue(keys.add(after.key(row)));
        }
        assertEquals(new HashSet<>(keys(after)), keys);
    }

    @Test
    void anotherValueBesideTheSameKeyIsADifference() {
        var before = new SetElements.Builder(2, false).add(Bytes.u16(1), Bytes.u16(1), Verdict.ACCEPT).build();
        var after = new SetElements.Builder(2, false).add(Bytes.u16(1), Bytes.u16(1), Verdict.DROP).build();
        assertEquals(1, SetElements.difference(before, after).removed().length);
        assertEquals(1, SetElements.difference(before, after).added().length);
    }

    @Test
    void keysOfOtherLengthsAndRangesBackwardsAreRefused() {
        var builder = new SetElements.Builder(2, true);
        assertThrows(IllegalArgumentException.class, () -> builder.add(Bytes.u8(1)));
        assertThrows(IllegalArgumentException.class, () -> builder.add(Bytes.u16(2), Bytes.u16(1)));
        assertThrows(IllegalArgumentException.class,
                () -> new SetElements.Builder(2, false).add(Bytes.u16(1), Bytes.u16(2)));
    }

    private static SetElements ports(List<Integer> numbers) {
        return SetElements.of(numbers.stream().map(Bytes::u16).toList());
    }

    private static List<Bytes> keys(SetElements elements) {
        var keys = new ArrayList<Bytes>();
        for (int row = 0; row < elements.size(); row++) {
            keys.add(elements.key(row));
        }
        return keys;
    }
}
