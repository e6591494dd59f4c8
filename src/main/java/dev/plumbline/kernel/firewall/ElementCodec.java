package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Keys;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Verdict;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Elements of sets, to and from {@code NFTA_SET_ELEM_*}. A range of single keys is two elements of the kernel: one at
 * its beginning, and one that is marked as an end behind its last key. A range of concatenated keys is one.
 */
final class ElementCodec {

    private static final int NESTED = 0x8000;

    private ElementCodec() {
    }

    /** How many elements the kernel makes of a set's. */
    static long count(NftSet set) {
        var elements = set.elements();
        if (!isPaired(set) || elements.isEmpty()) {
            return elements.size();
        }
        boolean open = Keys.next(elements.end(elements.size() - 1)).isEmpty();
        return 2L * elements.size() - (open ? 1 : 0);
    }

    private static boolean isPaired(NftSet set) {
        return set.interval() && !set.isConcatenation();
    }

    /** Writes one element as elements of {@code NFTA_SET_ELEM_LIST_ELEMENTS}. */
    static void encode(MessageWriter writer, NftSet set, SetElements elements, int row) {
        var key = elements.key(row);
        writer.beginNest(NFTA_LIST_ELEM | NESTED);
        value(writer, NFTA_SET_ELEM_KEY, key);
        if (set.interval() && set.isConcatenation()) {
            value(writer, NFTA_SET_ELEM_KEY_END, elements.end(row));
        }
        elements.value(row).ifPresent(each -> value(writer, NFTA_SET_ELEM_DATA, each));
        elements.verdict(row).ifPresent(each -> ExpressionEncoder.verdict(writer, NFTA_SET_ELEM_DATA, each));
        writer.endNest();
        if (isPaired(set)) {
            Keys.next(elements.end(row)).ifPresent(behind -> {
                writer.beginNest(NFTA_LIST_ELEM | NESTED);
                value(writer, NFTA_SET_ELEM_KEY, behind);
                writer.u32be(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END).endNest();
            });
        }
    }

    private static void value(MessageWriter writer, int attribute, Bytes bytes) {
        writer.beginNest(attribute | NESTED).bytes(NFTA_DATA_VALUE, bytes.toArray()).endNest();
    }

    /** Gathers the elements of one set from the messages of a dump. */
    static final class Collector {
        private final NftSet set;
        private SetElements.Builder starts;
        private SetElements.Builder ends;
        private @Nullable Bytes key;
        private @Nullable Bytes keyEnd;
        private @Nullable AttributeReader data;
        private boolean end;
        private boolean strange;

        Collector(NftSet set) {
            this.set = set;
            starts = builder();
            ends = builder();
        }

        private SetElements.Builder builder() {
            return new SetElements.Builder(set.keyLength(), set.interval() && set.isConcatenation());
        }

        /** Forgets all that was taken. */
        void clear() {
            starts = builder();
            ends = builder();
            strange = false;
        }

        /** Takes the elements of an {@code NFT_MSG_NEWSETELEM}. */
        void take(MessageReader message) {
            var attributes = message.attributes(Nfnetlink.HEADER);
            while (attributes.next()) {
                if (attributes.type() == NFTA_SET_ELEM_LIST_ELEMENTS) {
                    var list = attributes.nested();
                    while (list.next()) {
                        element(list.nested());
                    }
                }
            }
        }

        private void element(AttributeReader attributes) {
            key = null;
            keyEnd = null;
            data = null;
            end = false;
            while (attributes.next()) {
                switch (attributes.type()) {
                    case NFTA_SET_ELEM_KEY -> key = bytes(attributes.nested());
                    case NFTA_SET_ELEM_KEY_END -> keyEnd = bytes(attributes.nested());
                    case NFTA_SET_ELEM_DATA -> data = attributes.nested();
                    case NFTA_SET_ELEM_FLAGS -> {
                        end = (attributes.u32be() & NFT_SET_ELEM_INTERVAL_END) != 0;
                        strange |= (attributes.u32be() & ~NFT_SET_ELEM_INTERVAL_END) != 0;
                    }
                    case NFTA_SET_ELEM_TIMEOUT, NFTA_SET_ELEM_EXPIRATION, NFTA_SET_ELEM_USERDATA,
                            NFTA_SET_ELEM_PAD -> { }
                    default -> strange = true;
                }
            }
            if (key != null && key.length() == set.keyLength()) {
                add(key);
            } else {
                strange = true;
            }
        }

        private void add(Bytes from) {
            if (end) {
                ends.add(from);
                return;
            }
            var to = keyEnd == null ? from : keyEnd;
            if (data == null) {
                starts.add(from, to);
            } else if (set.mapping().isPresent() && set.mapping().get() instanceof NftSet.Mapping.Verdicts) {
                ExpressionDecoder.verdict(data).ifPresentOrElse(each -> starts.add(from, to, each), () -> {
                    starts.add(from, to, Verdict.CONTINUE);
                    strange = true;
                });
            } else {
                var value = bytes(data);
                starts.add(from, to, value == null ? Bytes.zeros(4) : value);
            }
        }

        private static @Nullable Bytes bytes(AttributeReader data) {
            while (data.next()) {
                if (data.type() == NFTA_DATA_VALUE) {
                    return Bytes.of(data.bytes());
                }
            }
            return null;
        }

        /** Whether an element has something that the model does not have. */
        boolean isStrange() {
            return strange;
        }

        /** All elements; those of ranges put together from beginnings and ends. */
        SetElements elements() {
            var sorted = starts.build();
            if (!isPaired(set) || sorted.isEmpty()) {
                return sorted;
            }
            var sortedEnds = ends.build();
            var ranges = new SetElements.Builder(set.keyLength(), true).expect(sorted.size());
            int next = 0;
            for (int row = 0; row < sorted.size(); row++) {
                var from = sorted.key(row);
                while (next < sortedEnds.size() && sortedEnds.key(next).compareTo(from) <= 0) {
                    next++;
                }
                var behind = next < sortedEnds.size() ? Optional.of(sortedEnds.key(next)) : Optional.<Bytes>empty();
                var following = row + 1 < sorted.size() ? Optional.of(sorted.key(row + 1)) : Optional.<Bytes>empty();
                var to = earlier(behind, following).flatMap(Keys::previous).orElse(Keys.last(set.keyLength()));
                add(ranges, sorted, row, from, to);
            }
            return ranges.build();
        }

        private static Optional<Bytes> earlier(Optional<Bytes> one, Optional<Bytes> two) {
            if (one.isEmpty() || two.isEmpty()) {
                return one.or(() -> two);
            }
            return one.get().compareTo(two.get()) <= 0 ? one : two;
        }

        private static void add(SetElements.Builder ranges, SetElements from, int row, Bytes first, Bytes last) {
            var verdict = from.verdict(row);
            var value = from.value(row);
            if (verdict.isPresent()) {
                ranges.add(first, last, verdict.get());
            } else if (value.isPresent()) {
                ranges.add(first, last, value.get());
            } else {
                ranges.add(first, last);
            }
        }
    }
}
