package dev.plumbline.netlink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * An exclusive lock that belongs to an open file and not to a process ({@code F_OFD_SETLK}, {@code man 2 fcntl}): it
 * holds between threads as between processes, and ends when this is closed or its process dies, however it dies.
 * {@link java.nio.channels.FileChannel#lock} takes the process's kind of lock, which is lost as soon as any code of the
 * process closes any descriptor of the file, and so when somebody reads in it who holds the lock.
 */
public final class OpenFileLock implements AutoCloseable {

    /** {@code struct flock}: type, whence, start, length, pid. */
    private static final int FLOCK_SIZE = 32;
    private static final int OWNER_ONLY = 0600;
    private static final int REMOVED_MEANWHILE_TRIES = 100;

    private final Path path;
    private final int fd;
    private boolean closed;

    private OpenFileLock(Path path, int fd) {
        this.path = path;
        this.fd = fd;
    }

    /**
     * Takes the lock if it is free; makes the file, for the owner alone, if there is none.
     *
     * @return empty if somebody else holds it
     * @throws IOException if the file cannot be made or opened, or is a symbolic link
     */
    public static Optional<OpenFileLock> tryLock(Path path) throws IOException {
        for (int attempt = 0; attempt < REMOVED_MEANWHILE_TRIES; attempt++) {
            int fd = Libc.check("cannot open " + path, () -> Libc.c().open(path.toString(),
                    Libc.O_RDWR | Libc.O_CREAT | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, OWNER_ONLY));
            boolean kept = false;
            try {
                var lock = flock(Libc.F_WRLCK);
                if (Libc.retry(() -> Libc.c().fcntl(fd, Libc.F_OFD_SETLK, lock)) < 0) {
                    int errno = Libc.errno();
                    if (errno == Errno.EAGAIN || errno == Errno.EACCES) {
                        return Optional.empty();
                    }
                    throw new NetlinkException("cannot lock " + path, errno);
                }
                // The holder before may have removed the file after it was opened here: a lock on it would be nobody's.
                if (isStill(path, fd)) {
                    kept = true;
                    return Optional.of(new OpenFileLock(path, fd));
                }
            } finally {
                if (!kept) {
                    Libc.c().close(fd);
                }
            }
        }
        throw new IOException(path + " is removed as soon as it is made");
    }

    /** Whether somebody holds the lock of this file; false if there is no file. Takes nothing. */
    public static boolean isHeld(Path path) throws IOException {
        int fd = Libc.retry(() -> Libc.c().open(path.toString(), Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0));
        if (fd < 0) {
            int errno = Libc.errno();
            if (errno == Errno.ENOENT) {
                return false;
            }
            throw new NetlinkException("cannot open " + path, errno);
        }
        try {
            var lock = flock(Libc.F_RDLCK);
            Libc.check("cannot see who locks " + path, () -> Libc.c().fcntl(fd, Libc.F_OFD_GETLK, lock));
            return lock.getShort(0) != Libc.F_UNLCK;
        } finally {
            Libc.c().close(fd);
        }
    }

    /** The whole file. */
    private static ByteBuffer flock(short type) {
        return ByteBuffer.allocateDirect(FLOCK_SIZE).order(ByteOrder.nativeOrder()).putShort(0, type);
    }

    private static boolean isStill(Path path, int fd) throws IOException {
        try {
            var opened = Files.readAttributes(Path.of("/proc/self/fd/" + fd), BasicFileAttributes.class).fileKey();
            return Objects.equals(opened, Files.readAttributes(path, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS).fileKey());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** The locked file. What is written there is for others to read: the lock does not keep them from it. */
    public Path path() {
        return path;
    }

    /** Removes the file and frees the lock. */
    public void remove() throws IOException {
        if (!closed) {
            Files.deleteIfExists(path);
            close();
        }
    }

    /** Frees the lock; the file stays. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.c().close(fd);
        }
    }
}
