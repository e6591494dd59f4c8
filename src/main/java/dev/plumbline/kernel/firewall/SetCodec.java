package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.SetElements;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Sets without their elements, to and from {@code NFTA_SET_*}. */
final class SetCodec {

    /** What an anonymous set is called until the kernel puts a number in. */
    static final String ANONYMOUS_NAME = "__set%d";
    private static final String ANONYMOUS_MAP = "__map%d";

    private static final int NESTED = 0x8000;
    private static final int KNOWN_FLAGS = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | NFT_SET_INTERVAL | NFT_SET_MAP
            | NFT_SET_TIMEOUT | NFT_SET_EVAL | NFT_SET_CONCAT;
    /** nft's notes about a set, so that it shows keys as they are meant. */
    private static final int KEY_ORDER = 0;
    private static final int DATA_ORDER = 1;
    private static final int HOST_ORDER = 1;
    private static final int NETWORK_ORDER = 2;
    /** Bits of a type's number in the number of a concatenation. */
    private static final int TYPE_BITS = 6;

    private SetCodec() {
    }

    /**
     * A set as it was read, without elements.
     *
     * @param name by which the kernel knows it, anonymous ones too
     * @param count how many elements it has; absent where the kernel does not say (before Linux 6.16)
     */
    record Read(String name, NftSet set, OptionalLong count) {
    }

    /** The set of an {@code NFT_MSG_NEWSET}. */
    static Read decode(MessageReader message) {
        return new Decoding().read(message.attributes(Nfnetlink.HEADER));
    }

    private static final class Decoding {
        private String name = "";
        private int flags;
        private int keyType;
        private int keyLength;
        private long dataType;
        private int dataLength;
        private OptionalLong timeout = OptionalLong.empty();
        private OptionalLong size = OptionalLong.empty();
        private OptionalLong count = OptionalLong.empty();
        private final List<RawAttribute> other = new ArrayList<>();

        Read read(AttributeReader attributes) {
            while (attributes.next()) {
                take(attributes);
            }
            if ((flags & ~KNOWN_FLAGS) != 0) {
                other.add(RawAttribute.of(NFTA_SET_FLAGS, new byte[] {(byte) (flags >>> 8), (byte) flags}));
            }
            boolean anonymous = (flags & NFT_SET_ANONYMOUS) != 0;
            return new Read(name, new NftSet(anonymous ? "" : name, types(keyType, keyLength, NFTA_SET_KEY_TYPE),
                    has(NFT_SET_INTERVAL), has(NFT_SET_CONSTANT), has(NFT_SET_EVAL), mapping(), timeout,
                    anonymous ? OptionalLong.empty() : size, SetElements.NONE, other), count);
        }

        private boolean has(int flag) {
            return (flags & flag) != 0;
        }

        private void take(AttributeReader attribute) {
            switch (attribute.type()) {
                case NFTA_SET_NAME -> name = attribute.string();
                case NFTA_SET_FLAGS -> flags = (int) attribute.u32be();
                case NFTA_SET_KEY_TYPE -> keyType = (int) attribute.u32be();
                case NFTA_SET_KEY_LEN -> keyLength = (int) attribute.u32be();
                case NFTA_SET_DATA_TYPE -> dataType = attribute.u32be();
                case NFTA_SET_DATA_LEN -> dataLength = (int) attribute.u32be();
                case NFTA_SET_TIMEOUT -> timeout = OptionalLong.of(attribute.u64be(0));
                case NFTA_SET_COUNT -> count = OptionalLong.of(attribute.u32be());
                case NFTA_SET_DESC -> {
                    var description = attribute.nested();
                    while (description.next()) {
                        if (description.type() == NFTA_SET_DESC_SIZE) {
                            size = OptionalLong.of(description.u32be());
                        }
                    }
                }
                case NFTA_SET_TABLE, NFTA_SET_HANDLE, NFTA_SET_USERDATA, NFTA_SET_PAD, NFTA_SET_GC_INTERVAL,
                        NFTA_SET_POLICY, NFTA_SET_TYPE -> { }
                default -> other.add(RawAttribute.of(attribute.rawType(), attribute.bytes()));
            }
        }

        private Optional<NftSet.Mapping> mapping() {
            if (!has(NFT_SET_MAP)) {
                return Optional.empty();
            }
            return Optional.of(dataType == NFT_DATA_VERDICT ? new NftSet.Mapping.Verdicts()
                    : new NftSet.Mapping.Values(types((int) dataType, dataLength, NFTA_SET_DATA_TYPE)));
        }

        /** The fields that a number stands for; where it tells nothing, integers that fill the length. */
        private List<DataType> types(int number, int length, int attribute) {
            var types = new ArrayList<DataType>();
            for (int rest = number; rest != 0; rest >>>= TYPE_BITS) {
                DataType.of(rest & (1 << TYPE_BITS) - 1).ifPresent(type -> types.addFirst(type));
            }
            if (!types.isEmpty() && NftSet.length(types) == length && number(types) == number) {
                return types;
            }
            other.add(RawAttribute.of(attribute, new byte[] {(byte) (number >>> 24), (byte) (number >>> 16),
                (byte) (number >>> 8), (byte) number, (byte) length}));
            return List.of(DataType.INTEGER);
        }
    }

    private static int number(List<DataType> types) {
        int number = 0;
        for (var type : types) {
            number = number << TYPE_BITS | type.number();
        }
        return number;
    }

    /**
     * What makes a set: its table was written before.
     *
     * @param id its number in the batch
     */
    static void encode(MessageWriter writer, NftSet set, int id) {
        boolean map = set.mapping().isPresent();
        writer.string(NFTA_SET_NAME, !set.isAnonymous() ? set.name() : map ? ANONYMOUS_MAP : ANONYMOUS_NAME);
        writer.u32be(NFTA_SET_FLAGS, flags(set)).u32be(NFTA_SET_KEY_TYPE, number(set.key()))
                .u32be(NFTA_SET_KEY_LEN, set.keyLength()).u32be(NFTA_SET_ID, id);
        if (set.mapping().isPresent()) {
            switch (set.mapping().get()) {
                case NftSet.Mapping.Verdicts verdicts -> writer.u32be(NFTA_SET_DATA_TYPE, NFT_DATA_VERDICT);
                case NftSet.Mapping.Values values -> writer.u32be(NFTA_SET_DATA_TYPE, number(values.types()))
                        .u32be(NFTA_SET_DATA_LEN, NftSet.length(values.types()));
            }
        }
        description(writer, set);
        set.timeout().ifPresent(milliseconds -> writer.u64be(NFTA_SET_TIMEOUT, milliseconds));
        userData(writer, set);
    }

    private static int flags(NftSet set) {
        return (set.isAnonymous() ? NFT_SET_ANONYMOUS : 0) | (set.constant() ? NFT_SET_CONSTANT : 0)
                | (set.interval() ? NFT_SET_INTERVAL : 0) | (set.mapping().isPresent() ? NFT_SET_MAP : 0)
                | (set.timeout().isPresent() ? NFT_SET_TIMEOUT : 0) | (set.dynamic() ? NFT_SET_EVAL : 0)
                | (set.interval() && set.isConcatenation() ? NFT_SET_CONCAT : 0);
    }

    private static void description(MessageWriter writer, NftSet set) {
        // An anonymous set never grows: its size lets the kernel choose the fastest kind.
        var size = set.isAnonymous() ? OptionalLong.of(ElementCodec.count(set)) : set.size();
        // Of concatenations only those with ranges look at the fields one by one.
        boolean fields = set.isConcatenation() && set.interval();
        if (size.isEmpty() && !fields) {
            return;
        }
        writer.beginNest(NFTA_SET_DESC | NESTED);
        size.ifPresent(elements -> writer.u32be(NFTA_SET_DESC_SIZE, elements));
        if (fields) {
            writer.beginNest(NFTA_SET_DESC_CONCAT | NESTED);
            for (var type : set.key()) {
                writer.beginNest(NFTA_LIST_ELEM | NESTED).u32be(NFTA_SET_FIELD_LEN, type.length()).endNest();
            }
            writer.endNest();
        }
        writer.endNest();
    }

    private static void userData(MessageWriter writer, NftSet set) {
        writer.beginNest(NFTA_SET_USERDATA).u8(KEY_ORDER).u8(4).u32(order(set.key()));
        if (set.mapping().isPresent() && set.mapping().get() instanceof NftSet.Mapping.Values values) {
            writer.u8(DATA_ORDER).u8(4).u32(order(values.types()));
        }
        writer.endNest();
    }

    private static int order(List<DataType> types) {
        return types.size() > 1 || types.getFirst().isNetworkOrder() ? NETWORK_ORDER : HOST_ORDER;
    }
}
