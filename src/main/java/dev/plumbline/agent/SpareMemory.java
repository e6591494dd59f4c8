package dev.plumbline.agent;

/**
 * Memory that much work took and little work does not need. The serial collector gives it back after a full collection
 * only, and does none while little is to be done.
 */
final class SpareMemory {

    /** More than a thousand routes and rules work with, in bytes. */
    private static final long MUCH = 48L << 20;

    private long kept = MUCH;

    /** Gives back what is not in use, if that is much; takes some 10 ms then. For when nothing is at work. */
    void giveBack() {
        var runtime = Runtime.getRuntime();
        if (runtime.totalMemory() > kept) {
            System.gc();
            kept = Math.max(MUCH, runtime.totalMemory());
        }
    }
}
