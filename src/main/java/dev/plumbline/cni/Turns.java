package dev.plumbline.cni;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Who works on the same thing does so one after the other, in the order in which they came. */
final class Turns {

    private final Map<String, Queue> queues = new HashMap<>();

    /** Done each second while waiting. */
    @FunctionalInterface
    interface Waiting {
        void run() throws IOException;
    }

    /** A turn, until closed. */
    @FunctionalInterface
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Queue {
        private final Semaphore free = new Semaphore(1, true);
        /** Those who wait, and the one whose turn it is. */
        private int members;
    }

    /**
     * Waits for a turn.
     *
     * @throws IOException what the waiting throws
     */
    Turn take(String subject, Waiting waiting) throws IOException, InterruptedException {
        Queue queue;
        synchronized (this) {
            queue = queues.computeIfAbsent(subject, _ -> new Queue());
            queue.members++;
        }
        boolean taken = false;
        try {
            while (!queue.free.tryAcquire(1, TimeUnit.SECONDS)) {
                waiting.run();
            }
            taken = true;
        } finally {
            if (!taken) {
                leave(subject, queue);
            }
        }
        return () -> {
            queue.free.release();
            leave(subject, queue);
        };
    }

    private synchronized void leave(String subject, Queue queue) {
        if (--queue.members == 0) {
            queues.remove(subject);
        }
    }
}
