package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the kernel says of its clock ({@code adjtimex}). Needs no privilege. */
public final class KernelClock {

    /** {@code struct timex} where a {@code long} has 64 bits, rounded up. */
    private static final int TIMEX = 256;
    private static final int STATUS = 40;
    private static final int STA_UNSYNC = 0x40;

    private KernelClock() {
    }

    /**
     * Whether a time service has told the kernel that the clock is right.
     *
     * @throws NetlinkException if it may not be asked, as in some containers
     */
    public static boolean isSynchronised() throws NetlinkException {
        var timex = ByteBuffer.allocateDirect(TIMEX).order(ByteOrder.nativeOrder());
        Libc.check("cannot ask for the state of the clock", () -> Libc.c().adjtimex(timex));
        return (timex.getInt(STATUS) & STA_UNSYNC) == 0;
    }
}
