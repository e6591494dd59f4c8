package dev.plumbline.state;

/** An address family, with its number in the kernel ({@code linux/socket.h}) and the width of its addresses. */
public enum Family {
    IPV4(2, 32),
    IPV6(10, 128);

    private final int number;
    private final int bits;

    Family(int number, int bits) {
        this.number = number;
        this.bits = bits;
    }

    /** {@code AF_INET} or {@code AF_INET6}. */
    public int number() {
        return number;
    }

    /** Bits in an address: 32 or 128. */
    public int bits() {
        return bits;
    }

    /** Bytes in an address: 4 or 16. */
    public int bytes() {
        return bits / 8;
    }

    /** The prefix that holds every address: {@code 0.0.0.0/0} or {@code ::/0}. */
    public Prefix everything() {
        return new Prefix(new IpAddress(this, 0, 0), 0);
    }

    /**
     * The family with this kernel number.
     *
     * @throws IllegalArgumentException for any number but 2 and 10
     */
    public static Family of(int number) {
        return switch (number) {
            case 2 -> IPV4;
            case 10 -> IPV6;
            default -> throw new IllegalArgumentException("not an IP address family: " + number);
        };
    }
}
