package dev.plumbline.intent.firewall;

import java.util.OptionalInt;
import java.util.Optional;

/**
 * What a rule does. Some go on to the next rule (counting, logging, marks, the MSS), at most one of each kind; at most
 * one {@linkplain #isFinal() ends} there.
 */
public sealed interface Action {

    /** Whether no rule behind it sees the packet, or only another chain's. */
    default boolean isFinal() {
        return true;
    }

    /** Counts packets and bytes. */
    record Count() implements Action {
        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /**
     * Logs the packet.
     *
     * @param prefix at most 127 bytes; empty for none
     * @param level 0 (emerg) to 7 (debug)
     * @param group netlink group of a log daemon, 0 to 65535; absent: the kernel's log
     */
    record Log(String prefix, int level, OptionalInt group) implements Action {
        /** {@code warn}, as iptables and nft have it. */
        public static final int LEVEL = 4;

        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /** Copies the connection's mark to the packet. */
    record RestoreMark() implements Action {
        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /** Sets bits of the packet's mark. */
    record SetMark(Operand mark) implements Action {
        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /** Sets bits of the connection's mark. */
    record SetCtMark(Operand mark) implements Action {
        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /** Copies the packet's mark to its connection. */
    record SaveMark() implements Action {
        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /** Lowers the MSS of TCP to a number of bytes, or to what fits the route. */
    record ClampMss(OptionalInt bytes) implements Action {
        @Override
        public boolean isFinal() {
            return false;
        }
    }

    record Accept() implements Action {
    }

    record Drop() implements Action {
    }

    /** Goes back to the chain that jumped here; in a base chain: the policy decides. */
    record Return() implements Action {
    }

    /** Keeps the packet out of connection tracking. */
    record Notrack() implements Action {
    }

    /** Answers with an error, and drops. */
    record Reject(RejectType type) implements Action {
    }

    /** On to a sub-chain, and back unless {@code go}. */
    record Jump(String chain, boolean go) implements Action {
    }

    /** Rewrites the destination. */
    record Dnat(Operand to, NatOptions options) implements Action {
    }

    /** Rewrites the source. */
    record Snat(Operand to, NatOptions options) implements Action {
    }

    /**
     * Rewrites the source to that of the device that the packet leaves by.
     *
     * @param once not if the connection's source is rewritten already
     */
    record Masquerade(Optional<Operand> ports, NatOptions options, boolean once) implements Action {
    }

    /** Rewrites the destination to this host. */
    record Redirect(Optional<Operand> ports, NatOptions options) implements Action {
    }

    /** How ports and addresses are chosen. */
    record NatOptions(boolean random, boolean fullyRandom, boolean persistent) {
        public static final NatOptions NONE = new NatOptions(false, false, false);
    }

    /**
     * Looks the packet up in a routing table.
     *
     * @param table number or name
     * @param through the traffic passes a host behind that table in both directions: it is not tracked on that way, and
     *     what comes back from that host is looked up there too
     * @param from the incoming interface, where the conditions speak of the way back
     */
    record Lookup(String table, boolean through, Optional<String> from) implements Action {
    }

    /**
     * Sends a copy to a host.
     *
     * @param to its address
     * @param from the interface whose traffic is copied
     */
    record Copy(CopyDirection direction, Operand to, String from) implements Action {
    }

    /** Which traffic of an interface is copied. */
    enum CopyDirection {
        /** What comes in by it. */
        INBOUND,
        /** What leaves by it; source and destination of the conditions change places. */
        OUTBOUND,
        BIDIRECTIONAL;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);

        @Override
        public String toString() {
            return word;
        }
    }
}
