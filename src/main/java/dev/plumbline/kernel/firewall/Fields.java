package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.NFTA_DATA_VALUE;

import dev.plumbline.netlink.AttributeReader;
import dev.plumbline.netlink.MalformedMessageException;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Verdict;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The attributes of one expression by number. An expression is raw if it has some that nobody asks for. */
final class Fields {

    /** No expression that is modelled has attributes beyond. */
    private static final int MOST = 16;

    private final byte @Nullable [][] values = new byte[MOST][];
    private final @Nullable AttributeReader[] nests = new AttributeReader[MOST];
    private int unread;

    Fields(AttributeReader attributes) {
        while (attributes.next()) {
            int type = attributes.type();
            if (type >= MOST) {
                throw new IllegalArgumentException("attribute " + type + " is not known");
            }
            values[type] = attributes.bytes();
            nests[type] = attributes.nested();
            if (type != 0) {
                unread |= 1 << type;
            }
        }
    }

    /** Whether each attribute was asked for. */
    boolean isSpent() {
        return unread == 0;
    }

    private byte @Nullable [] take(int attribute) {
        unread &= ~(1 << attribute);
        return values[attribute];
    }

    private byte[] need(int attribute) {
        var value = take(attribute);
        if (value == null) {
            throw new MalformedMessageException("attribute " + attribute + " is missing");
        }
        return value;
    }

    int number(int attribute) {
        return (int) big(need(attribute));
    }

    int number(int attribute, int absent) {
        var value = take(attribute);
        return value == null ? absent : (int) big(value);
    }

    long wide(int attribute) {
        return big(need(attribute));
    }

    OptionalInt optional(int attribute) {
        var value = take(attribute);
        return value == null ? OptionalInt.empty() : OptionalInt.of((int) big(value));
    }

    OptionalInt register(int attribute) {
        return optional(attribute);
    }

    String text(int attribute) {
        var value = take(attribute);
        return value == null ? "" : Bytes.of(value).text();
    }

    /** A value in a nest of {@code NFTA_DATA_*}. */
    Bytes data(int attribute) {
        need(attribute);
        var nest = nests[attribute];
        while (nest != null && nest.next()) {
            if (nest.type() == NFTA_DATA_VALUE) {
                return Bytes.of(nest.bytes());
            }
        }
        throw new MalformedMessageException("attribute " + attribute + " has no value");
    }

    Optional<Verdict> verdict(int attribute) {
        need(attribute);
        var nest = nests[attribute];
        return nest == null ? Optional.empty() : ExpressionDecoder.verdict(nest);
    }

    private static long big(byte[] bytes) {
        long number = 0;
        for (byte each : bytes) {
            number = number << 8 | each & 0xff;
        }
        return number;
    }
}
