package dev.plumbline.netlink;

/** {@code CLOCK_MONOTONIC}, which programs of one host can compare ({@link System#nanoTime} promises no origin). */
public final class MonotonicClock {

    private MonotonicClock() {
    }

    /** Microseconds since some point at the system's start. */
    public static long microseconds() throws NetlinkException {
        var time = Descriptor.direct(16);
        Libc.check("cannot read the clock", () -> Libc.c().clockGettime(Libc.CLOCK_MONOTONIC, time));
        return time.getLong(0) * 1_000_000 + time.getLong(8) / 1000;
    }
}
