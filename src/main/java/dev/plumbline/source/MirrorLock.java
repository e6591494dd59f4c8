package dev.plumbline.source;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One at a time changes a mirror: a lock on a file beside it, which ends with the process that holds it. */
final class MirrorLock implements AutoCloseable {

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

    /** One channel at a time within the process: when one is closed, the kernel drops the locks of all. */
    private static final Map<Path, Semaphore> GATES = new ConcurrentHashMap<>();

    private final FileChannel channel;
    private final Semaphore gate;

    private MirrorLock(FileChannel channel, Semaphore gate) {
        this.channel = channel;
        this.gate = gate;
    }

    /** Waits for it; nothing if another holds it all the while. */
    static Optional<MirrorLock> acquire(Path file, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        var gate = GATES.computeIfAbsent(file.toAbsolutePath(), path -> new Semaphore(1));
        try {
            if (!gate.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        Optional<FileChannel> channel = Optional.empty();
        try {
            channel = locked(file, end);
        } finally {
            if (channel.isEmpty()) {
                gate.release();
            }
        }
        return channel.map(each -> new MirrorLock(each, gate));
    }

    private static Optional<FileChannel> locked(Path file, long end) throws IOException {
        var channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        boolean locked = false;
        try {
            while (channel.tryLock() == null) {
                if (System.nanoTime() - end > 0) {
                    return Optional.empty();
                }
                Thread.sleep(BETWEEN_TRIES);
            }
            locked = true;
            return Optional.of(channel);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            gate.release();
        }
    }
}
