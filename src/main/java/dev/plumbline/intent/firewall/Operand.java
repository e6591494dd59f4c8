package dev.plumbline.intent.firewall;

import dev.plumbline.intent.IpProtocol;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;

/** A value in a rule. Its text is its one canonical form, which {@link OperandParser} reads back. */
public sealed interface Operand {

    /** All addresses of a prefix; no bits are set behind its length. */
    record Network(Prefix prefix) implements Operand {
        public Network {
            prefix = prefix.masked();
        }

        @Override
        public String toString() {
            return prefix.isHost() ? prefix.address().toString() : prefix.toString();
        }
    }

    /** Addresses of one family, both ends included. */
    record Addresses(IpAddress from, IpAddress to) implements Operand {
        @Override
        public String toString() {
            return from.equals(to) ? from.toString() : from + "-" + to;
        }
    }

    /** Both ends included, 0 to 65535. */
    record Ports(int from, int to) implements Operand {
        @Override
        public String toString() {
            return from == to ? Integer.toString(from) : from + "-" + to;
        }
    }

    /** A device; a trailing {@code *} stands for anything. */
    record Interface(String name) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /** 1 to 255. */
    record Protocol(int number) implements Operand {
        @Override
        public String toString() {
            return IpProtocol.name(number);
        }
    }

    /** A type of ICMP or ICMPv6, with all its codes or one. */
    record Icmp(int type, OptionalInt code, boolean v6) implements Operand {
        @Override
        public String toString() {
            return IcmpNames.text(this);
        }
    }

    /** TCP flags as bits: of {@code of} exactly {@code set}. */
    record TcpFlags(int set, int of) implements Operand {
        private static final List<String> NAMES = List.of("fin", "syn", "rst", "psh", "ack", "urg");

        /** The bit of a name; absent for any other. */
        static OptionalInt bit(String name) {
            int index = NAMES.indexOf(name);
            return index < 0 ? OptionalInt.empty() : OptionalInt.of(1 << index);
        }

        /** Names with commas between them. */
        static String names(int flags) {
            var names = new StringJoiner(",");
            names.setEmptyValue("none");
            for (int i = 0; i < NAMES.size(); i++) {
                if ((flags & 1 << i) != 0) {
                    names.add(NAMES.get(i));
                }
            }
            return names.toString();
        }

        @Override
        public String toString() {
            return names(set) + "/" + names(of);
        }
    }

    /** Bits of a mark; of the value none lies outside of the mask. */
    record Masked(long value, long mask) implements Operand {
        public static final long ALL = 0xffffffffL;

        @Override
        public String toString() {
            return "0x" + Long.toHexString(value) + (mask == ALL ? "" : "/0x" + Long.toHexString(mask));
        }
    }

    /** One of the few words that a subject knows. */
    record Word(String word) implements Operand {
        @Override
        public String toString() {
            return word;
        }
    }

    /** An Ethernet address: six bytes in lower-case hexadecimal. */
    record Mac(String address) implements Operand {
        @Override
        public String toString() {
            return address;
        }
    }

    /** The elements of a set. */
    record InSet(String name) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Fields together are in a set. For each field of its key but a protocol the side that is looked at. */
    record SetMatch(String name, List<Side> sides) implements Operand {
        public SetMatch {
            sides = List.copyOf(sides);
        }

        @Override
        public String toString() {
            return name + " " + String.join(",", sides.stream().map(Side::toString).toList());
        }
    }

    /** The source or the destination of a packet. */
    enum Side {
        SOURCE("src"), DESTINATION("dst");

        private final String word;

        Side(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * Packets in a time.
     *
     * @param seconds of the unit: 1, 60, 3600, 86400 or 604800
     * @param burst packets beyond the rate
     */
    record Rate(long packets, long seconds, long burst) implements Operand {
        /** As iptables and nft have it. */
        public static final long BURST = 5;

        @Override
        public String toString() {
            return perTime() + (burst == BURST ? "" : " burst " + burst);
        }

        String perTime() {
            return packets + "/" + switch ((int) seconds) {
                case 1 -> "second";
                case 60 -> "minute";
                case 3600 -> "hour";
                case 86400 -> "day";
                default -> "week";
            };
        }
    }

    /** What an address is rewritten to: one of some addresses, ports, or both. */
    record Endpoint(Optional<Addresses> addresses, Optional<Ports> ports) implements Operand {
        @Override
        public String toString() {
            var port = ports.map(range -> ":" + range).orElse("");
            if (addresses.isEmpty()) {
                return port;
            }
            boolean bracketed = ports.isPresent() && addresses.get().from().toString().indexOf(':') >= 0;
            var range = addresses.get();
            var text = !bracketed ? range.toString() : range.from().equals(range.to()) ? "[" + range.from() + "]"
                    : "[" + range.from() + "]-[" + range.to() + "]";
            return text + port;
        }
    }

    /** Text with {@code ${name}} in it, which is a value once the names have theirs. */
    record Template(String text) implements Operand {
        @Override
        public String toString() {
            return text;
        }
    }
}
