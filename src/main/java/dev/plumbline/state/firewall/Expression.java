package dev.plumbline.state.firewall;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * One instruction of a rule, in the form in which the kernel echoes it: defaults are filled in, registers have their
 * {@linkplain Register#canonical canonical} number, what the kernel derives (flags of nat, an end equal to its
 * beginning) is derived here too. A rule's expressions run in order until one does not hold.
 */
public sealed interface Expression {

    /** Loads bytes of the packet. Lengths and offsets are bytes. */
    record Payload(Header header, int offset, int length, int register) implements Expression {
        public Payload {
            register = Register.canonical(register);
        }
    }

    /** Where an offset counts from ({@code enum nft_payload_bases}). */
    enum Header { LINK, NETWORK, TRANSPORT }

    /** Loads what is known about the packet beside its bytes. */
    record Meta(MetaKey key, int register) implements Expression {
        public Meta {
            register = Register.canonical(register);
        }
    }

    /** Sets the packet's mark, or another of its properties, from a register. */
    record MetaSet(MetaKey key, int register) implements Expression {
        public MetaSet {
            register = Register.canonical(register);
        }
    }

    /** Loads a property of the packet's connection. */
    record Ct(CtKey key, int register) implements Expression {
        public Ct {
            register = Register.canonical(register);
        }
    }

    /** Sets the mark of the packet's connection from a register. */
    record CtSet(CtKey key, int register) implements Expression {
        public CtSet {
            register = Register.canonical(register);
        }
    }

    /** Loads a property of the packet's route. */
    record Rt(RtKey key, int register) implements Expression {
        public Rt {
            register = Register.canonical(register);
        }
    }

    /** {@code enum nft_rt_keys}, as far as plumbline uses them. */
    enum RtKey { TCPMSS }

    /**
     * Asks the routing tables about an address of the packet.
     *
     * @param flags {@code NFTA_FIB_F_*}
     */
    record Fib(int flags, FibResult result, int register) implements Expression {
        public static final int SADDR = 1;
        public static final int DADDR = 2;
        public static final int MARK = 4;
        public static final int IIF = 8;
        public static final int OIF = 16;
        public static final int PRESENT = 32;

        public Fib {
            register = Register.canonical(register);
        }
    }

    /** {@code enum nft_fib_result}. */
    enum FibResult { OIF, OIFNAME, ADDRTYPE }

    /** Writes a register into an option of the packet's TCP header. */
    record TcpOptionSet(int option, int offset, int length, int register) implements Expression {
        /** {@code TCPOPT_MAXSEG}. */
        public static final int MAXSEG = 2;

        public TcpOptionSet {
            register = Register.canonical(register);
        }
    }

    /** Holds if the register, as unsigned bytes, compares so. */
    record Cmp(Comparison comparison, int register, Bytes data) implements Expression {
        public Cmp {
            register = Register.canonical(register);
        }
    }

    /** {@code enum nft_cmp_ops}. */
    enum Comparison { EQ, NEQ, LT, LTE, GT, GTE }

    /** Holds if the register lies in a range, ends included; or outside of it. */
    record Range(boolean negated, int register, Bytes from, Bytes to) implements Expression {
        public Range {
            register = Register.canonical(register);
        }
    }

    /** {@code target = source & mask ^ xor}. */
    record Bitwise(int source, int target, Bytes mask, Bytes xor) implements Expression {
        public Bitwise {
            source = Register.canonical(source);
            target = Register.canonical(target);
        }
    }

    /**
     * Turns numbers between the machine's and the network's order.
     *
     * @param toNetwork or from it
     * @param length bytes in all
     * @param size bytes of one number: 2, 4 or 8
     */
    record Byteorder(boolean toNetwork, int source, int target, int length, int size) implements Expression {
        public Byteorder {
            source = Register.canonical(source);
            target = Register.canonical(target);
        }
    }

    /**
     * Looks the register up in a set; in a map, what is found goes to the target.
     *
     * @param target absent for a set; {@link Register#VERDICT} for a verdict map
     * @param negated holds if it is not in the set
     */
    record Lookup(SetReference set, int source, OptionalInt target, boolean negated) implements Expression {
        public Lookup {
            source = Register.canonical(source);
            target = target.isPresent() ? OptionalInt.of(Register.canonical(target.getAsInt())) : target;
        }
    }

    /** Which set a lookup uses. */
    sealed interface SetReference {

        /** A set of the table. */
        record Named(String name) implements SetReference {
        }

        /** A set that belongs to this one rule: it comes and goes with it. */
        record Anonymous(NftSet set) implements SetReference {
        }
    }

    /** Puts a value into a register. */
    record Immediate(int register, Bytes data) implements Expression {
        public Immediate {
            register = Register.canonical(register);
        }
    }

    /** Says what becomes of the packet. */
    record Decide(Verdict verdict) implements Expression {
    }

    /**
     * Rewrites an address, a port, or both, from registers.
     *
     * @param family of the address
     * @param addressMin absent: the address stays; with it {@code addressMax}, the same for a single one
     * @param portMin absent: the port stays; with it {@code portMax}, the same for a single one
     * @param options {@code NF_NAT_RANGE_*} without those that say what is there (1 and 2)
     */
    record Nat(boolean source, TableFamily family, OptionalInt addressMin, OptionalInt addressMax, OptionalInt portMin,
            OptionalInt portMax, int options) implements Expression {
        public static final int RANDOM = 4;
        public static final int PERSISTENT = 8;
        public static final int FULLY_RANDOM = 16;

        public Nat {
            addressMin = canonical(addressMin);
            addressMax = addressMax.isPresent() ? canonical(addressMax) : addressMin;
            portMin = canonical(portMin);
            portMax = portMax.isPresent() ? canonical(portMax) : portMin;
        }
    }

    /** Rewrites the source to the address of the device that the packet leaves by; ports and options as of nat. */
    record Masquerade(OptionalInt portMin, OptionalInt portMax, int options) implements Expression {
        public Masquerade {
            portMin = canonical(portMin);
            portMax = portMax.isPresent() ? canonical(portMax) : portMin;
        }
    }

    /** Rewrites the destination to this host; ports and options as of nat. */
    record Redirect(OptionalInt portMin, OptionalInt portMax, int options) implements Expression {
        public Redirect {
            portMin = canonical(portMin);
            portMax = portMax.isPresent() ? canonical(portMax) : portMin;
        }
    }

    /**
     * Holds as long as a rate is kept, or once it is exceeded.
     *
     * @param rate packets or bytes in a unit
     * @param seconds the unit: 1, 60, 3600, 86400 or 604800
     * @param burst packets or bytes beyond the rate
     * @param over holds beyond the rate
     */
    record Limit(long rate, long seconds, long burst, boolean bytes, boolean over) implements Expression {
        /** What the kernel makes of a burst of 0 packets. */
        public static final long PACKET_BURST = 5;

        public Limit {
            burst = !bytes && burst == 0 ? PACKET_BURST : burst;
        }
    }

    /**
     * Logs the packet.
     *
     * @param prefix empty for none
     * @param group netlink group of a log daemon; absent: the kernel's log
     * @param level 0 (emerg) to 7 (debug), 8 for audit; {@link #DEFAULT_LEVEL} with a group
     * @param flags {@code NF_LOG_*}; 0 with a group
     * @param snaplen bytes to copy to the group; 0 for all
     * @param queueThreshold packets to gather for the group
     */
    record Log(String prefix, OptionalInt group, int level, int flags, long snaplen, int queueThreshold)
            implements Expression {
        public static final int DEFAULT_LEVEL = 4;
        public static final int TCP_SEQUENCE = 1;
        public static final int TCP_OPTIONS = 2;
        public static final int IP_OPTIONS = 4;
        public static final int USER = 8;
        public static final int ETHERNET = 32;
        /** {@code NF_LOG_MASK}. */
        public static final int ALL = 0x2f;
    }

    /** Counts packets and bytes. What it has counted is no part of the value. */
    record Counter() implements Expression {
    }

    /** Answers with an error, and drops. */
    record Reject(RejectType type, int code) implements Expression {
    }

    /** {@code enum nft_reject_types}; {@code ICMPX} is the answer of either family. */
    enum RejectType { ICMP, TCP_RESET, ICMPX }

    /** Keeps the packet out of connection tracking. */
    record Notrack() implements Expression {
    }

    /** Sends a copy to a gateway, over a device, or both (registers with an address and an index). */
    record Dup(OptionalInt address, OptionalInt device) implements Expression {
        public Dup {
            address = canonical(address);
            device = canonical(device);
        }
    }

    /**
     * An expression that plumbline does not model, or not in this form: never equal to one that it makes.
     *
     * @param data the payload of {@code NFTA_EXPR_DATA} as the kernel sent it; absent if there is none
     */
    record Raw(String name, Optional<Bytes> data) implements Expression {
    }

    private static OptionalInt canonical(OptionalInt register) {
        return register.isPresent() ? OptionalInt.of(Register.canonical(register.getAsInt())) : register;
    }
}
