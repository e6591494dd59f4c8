package dev.plumbline.state;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address as a number: IPv4 in the low 32 bits of {@code lo} with {@code hi} zero.
 * Never resolves a name. Ordered by family, then as an unsigned number.
 */
public record IpAddress(Family family, long hi, long lo) implements Comparable<IpAddress> {

    public IpAddress {
        if (family == Family.IPV4 && (hi != 0 || lo >>> 32 != 0)) {
            throw new IllegalArgumentException("more than 32 bits in an IPv4 address");
        }
    }

    /** From 4 or 16 bytes in network order. */
    public static IpAddress of(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        return switch (bytes.length) {
            case 4 -> new IpAddress(Family.IPV4, 0, buffer.getInt() & 0xffffffffL);
            case 16 -> new IpAddress(Family.IPV6, buffer.getLong(), buffer.getLong());
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /** The address in network order: 4 or 16 bytes. */
    public byte[] bytes() {
        return family == Family.IPV4
                ? ByteBuffer.allocate(4).putInt((int) lo).array()
                : ByteBuffer.allocate(16).putLong(hi).putLong(lo).array();
    }

    /**
     * Reads dotted-quad IPv4 (four decimal parts without leading zeros) or IPv6 (RFC 4291 section 2.2, without zone).
     * Empty if the text is neither.
     */
    public static Optional<IpAddress> parse(String text) {
        return text.indexOf(':') >= 0 ? parseIpv6(text) : parseIpv4(text, 0);
    }

    private static Optional<IpAddress> parseIpv4(String text, int from) {
        long value = 0;
        int position = from;
        for (int part = 0; part < 4; part++) {
            int start = position;
            int number = 0;
            while (position < text.length() && isDigit(text.charAt(position)) && position - start < 3) {
                number = number * 10 + text.charAt(position++) - '0';
            }
            int digits = position - start;
            if (digits == 0 || number > 255 || digits > 1 && text.charAt(start) == '0') {
                return Optional.empty();
            }
            value = value << 8 | number;
            if (part < 3 && (position >= text.length() || text.charAt(position++) != '.')) {
                return Optional.empty();
            }
        }
        return position == text.length() ? Optional.of(new IpAddress(Family.IPV4, 0, value)) : Optional.empty();
    }

    private static Optional<IpAddress> parseIpv6(String text) {
        int[] groups = new int[8];
        int count = 0;
        int gap = -1;
        int position = 0;
        int length = text.length();
        if (text.startsWith("::")) {
            gap = 0;
            position = 2;
        } else if (text.startsWith(":")) {
            return Optional.empty();
        }
        while (position < length) {
            if (count == 8) {
                return Optional.empty();
            }
            int end = position;
            while (end < length && text.charAt(end) != ':') {
                end++;
            }
            if (end == length && text.indexOf('.', position) >= 0) {
                var tail = parseIpv4(text, position);
                if (tail.isEmpty() || count > 6) {
                    return Optional.empty();
                }
                groups[count++] = (int) (tail.get().lo >>> 16);
                groups[count++] = (int) (tail.get().lo & 0xffff);
                break;
            }
            int group = hexGroup(text, position, end);
            if (group < 0) {
                return Optional.empty();
            }
            groups[count++] = group;
            position = end;
            if (position == length) {
                break;
            }
            position++;
            if (position == length) {
                return Optional.empty();
            }
            if (text.charAt(position) == ':') {
                if (gap >= 0) {
                    return Optional.empty();
                }
                gap = count;
                position++;
            }
        }
        if (gap < 0 ? count != 8 : count > 7) {
            return Optional.empty();
        }
        return Optional.of(fromGroups(groups, count, gap));
    }

    private static IpAddress fromGroups(int[] groups, int count, int gap) {
        int[] whole = new int[8];
        int head = gap < 0 ? count : gap;
        System.arraycopy(groups, 0, whole, 0, head);
        System.arraycopy(groups, head, whole, 8 - (count - head), count - head);
        long hi = 0;
        long lo = 0;
        for (int i = 0; i < 4; i++) {
            hi = hi << 16 | whole[i];
            lo = lo << 16 | whole[i + 4];
        }
        return new IpAddress(Family.IPV6, hi, lo);
    }

    private static int hexGroup(String text, int start, int end) {
        if (end == start || end - start > 4) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** This address as a prefix of full length. */
    public Prefix host() {
        return new Prefix(this, family.bits());
    }

    /** Inside {@code 127.0.0.0/8}, or {@code ::1}. */
    public boolean isLoopback() {
        return family == Family.IPV4 ? lo >>> 24 == 127 : hi == 0 && lo == 1;
    }

    /** Inside {@code 169.254.0.0/16} or {@code fe80::/10}. */
    public boolean isLinkLocal() {
        return family == Family.IPV4 ? lo >>> 16 == 0xa9fe : hi >>> 54 == 0xfe80 >>> 6;
    }

    /** Inside {@code 224.0.0.0/4} or {@code ff00::/8}. */
    public boolean isMulticast() {
        return family == Family.IPV4 ? lo >>> 28 == 0xe : hi >>> 56 == 0xff;
    }

    /** All bits zero: {@code 0.0.0.0} or {@code ::}. */
    public boolean isUnspecified() {
        return hi == 0 && lo == 0;
    }

    @Override
    public int compareTo(IpAddress other) {
        int byFamily = family.compareTo(other.family);
        if (byFamily != 0) {
            return byFamily;
        }
        int byHigh = Long.compareUnsigned(hi, other.hi);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(lo, other.lo);
    }

    /** Dotted quad, or RFC 5952 for IPv6 (lower case, longest run of zeros shortened), as {@code ip} prints it. */
    @Override
    public String toString() {
        return family == Family.IPV4
                ? (lo >>> 24) + "." + (lo >>> 16 & 255) + "." + (lo >>> 8 & 255) + "." + (lo & 255)
                : ipv6Text();
    }

    private String ipv6Text() {
        if (hi == 0 && lo >>> 32 == 0xffff) {
            return "::ffff:" + new IpAddress(Family.IPV4, 0, lo & 0xffffffffL);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 4; i++) {
            groups[i] = (int) (hi >>> 48 - 16 * i & 0xffff);
            groups[i + 4] = (int) (lo >>> 48 - 16 * i & 0xffff);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > bestLength) {
                bestStart = i;
                bestLength = run;
            }
            i += run;
        }
        var text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
