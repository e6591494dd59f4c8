package dev.plumbline.state;

import java.util.Optional;

/**
 * An address with a prefix length. Host bits may be set: rules keep them ({@code FRA_SRC}), routes are
 * {@linkplain #masked() masked} before they are compared.
 *
 * @param length 0 to 32 or 128
 */
public record Prefix(IpAddress address, int length) implements Comparable<Prefix> {

    public Prefix {
        if (length < 0 || length > address.family().bits()) {
            throw new IllegalArgumentException(
                    "a prefix length is 0 to " + address.family().bits() + ", not " + length);
        }
    }

    /** Reads {@code ADDRESS/LENGTH}, or an address alone as a prefix of full length. Empty if the text is neither. */
    public static Optional<Prefix> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return IpAddress.parse(text).map(IpAddress::host);
        }
        int length = length(text, slash + 1);
        if (length < 0) {
            return Optional.empty();
        }
        return IpAddress.parse(text.substring(0, slash))
                .filter(address -> length <= address.family().bits())
                .map(address -> new Prefix(address, length));
    }

    /** One to three digits without a leading zero, or -1. No regular expression: a million of these are read. */
    private static int length(String text, int from) {
        int digits = text.length() - from;
        if (digits < 1 || digits > 3 || digits > 1 && text.charAt(from) == '0') {
            return -1;
        }
        int length = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            length = length * 10 + c - '0';
        }
        return length;
    }

    public Family family() {
        return address.family();
    }

    /** The same prefix with all host bits zero. */
    public Prefix masked() {
        long hi = address.hi() & maskHi(family(), length);
        long lo = address.lo() & maskLo(family(), length);
        return hi == address.hi() && lo == address.lo() ? this : new Prefix(new IpAddress(family(), hi, lo), length);
    }

    /** Whether the other prefix, as a set of addresses, lies within this one. */
    public boolean contains(Prefix other) {
        return family() == other.family() && other.length >= length
                && ((address.hi() ^ other.address.hi()) & maskHi(family(), length)) == 0
                && ((address.lo() ^ other.address.lo()) & maskLo(family(), length)) == 0;
    }

    public boolean contains(IpAddress other) {
        return contains(other.host());
    }

    /** A single address: length 32 or 128. */
    public boolean isHost() {
        return length == family().bits();
    }

    /** {@code 0.0.0.0/0} or {@code ::/0}. */
    public boolean isDefault() {
        return length == 0;
    }

    private static long maskHi(Family family, int length) {
        return family == Family.IPV4 || length == 0 ? 0 : length >= 64 ? -1L : -1L << 64 - length;
    }

    private static long maskLo(Family family, int length) {
        if (family == Family.IPV4) {
            return length == 0 ? 0 : -1L << 32 - length & 0xffffffffL;
        }
        return length <= 64 ? 0 : -1L << 128 - length;
    }

    @Override
    public int compareTo(Prefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }

    /** As {@code ip route} prints a destination: {@code default}, an address alone for full length, else the prefix. */
    public String destinationText() {
        return isDefault() ? "default" : isHost() ? address.toString() : toString();
    }
}
