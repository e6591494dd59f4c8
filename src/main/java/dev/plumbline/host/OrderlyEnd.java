package dev.plumbline.host;

import java.time.Duration;

/**
 * Lets an apply come to its end when the program is asked to stop (SIGINT, SIGTERM, SIGHUP): half an apply is worse
 * than a late one. What is stronger than asking leaves it to the journal.
 */
final class OrderlyEnd {

    /** Below the 90 s after which systemd kills. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final OrderlyEnd END = new OrderlyEnd();

    private int writing;
    private boolean hooked;

    private OrderlyEnd() {
    }

    /**
     * From now on, something is half done.
     *
     * @throws HostException if the program is on its way to its end already
     */
    static void enter() {
        synchronized (END) {
            if (!END.hooked) {
                try {
                    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(OrderlyEnd::await));
                } catch (IllegalStateException e) {
                    throw new HostException("asked to stop; nothing was changed");
                }
                END.hooked = true;
            }
            END.writing++;
        }
    }

    /** It is whole again, or undone. */
    static void leave() {
        synchronized (END) {
            END.writing--;
            END.notifyAll();
        }
    }

    private static void await() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (END) {
            long left = PATIENCE.toMillis();
            while (END.writing > 0 && left > 0) {
                try {
                    END.wait(left);
                } catch (InterruptedException e) {
                    return;
                }
                left = (deadline - System.nanoTime()) / 1_000_000;
            }
        }
    }
}
