package dev.plumbline.netlink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace, held by a file descriptor until closed. A thread that enters it is made for that and ends, but
 * for the one that only opens sockets ({@link Entrance}): no other ever changes its namespace.
 */
public final class NetworkNamespace implements AutoCloseable {

    /** Where {@code ip netns} keeps names. */
    public static final Path NAMES = Path.of("/run/netns");

    private static final Path OF_THIS_THREAD = Path.of("/proc/thread-self/ns/net");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private static volatile @Nullable String bootId;

    private final int fd;
    private final String label;
    private final boolean current;
    private boolean closed;

    private NetworkNamespace(int fd, String label, boolean current) {
        this.fd = fd;
        this.label = label;
        this.current = current;
    }

    /** The namespace of the calling thread. Needs no privilege. */
    public static NetworkNamespace current() throws NetlinkException {
        return new NetworkNamespace(open(OF_THIS_THREAD, "host"), "host", true);
    }

    /**
     * The namespace of this name.
     *
     * @throws NetlinkException {@link Errno#ENOENT} if there is none
     */
    public static NetworkNamespace named(String name) throws NetlinkException {
        return new NetworkNamespace(open(path(name), name), name, false);
    }

    /**
     * The namespace that this file stands for: a bind mount of it, or {@code /proc/PID/ns/net}.
     *
     * @throws NetlinkException if there is no such file, or it is not a network namespace
     */
    public static NetworkNamespace at(Path path) throws NetlinkException {
        return new NetworkNamespace(open(path, path.toString()), path.toString(), false);
    }

    /**
     * Makes a namespace that {@code ip netns} shows too, and that outlives this process.
     *
     * @throws NetlinkException {@link Errno#EEXIST} if the name is taken; {@link Errno#EPERM} without root
     */
    public static NetworkNamespace create(String name) throws NetlinkException {
        var path = path(name);
        try {
            if (!Files.isDirectory(NAMES)) {
                Files.createDirectories(NAMES,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            }
            shareMounts();
            Files.createFile(path);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw new NetlinkException("cannot make network namespace " + name, Errno.EEXIST);
        } catch (IOException e) {
            throw e instanceof NetlinkException known ? known
                    : new NetlinkException("cannot make " + path, Errno.EACCES);
        }
        try {
            return onThread(() -> {
                Libc.check("cannot make network namespace " + name, () -> Libc.c().unshare(Libc.CLONE_NEWNET));
                Libc.check("cannot keep network namespace " + name, () -> Libc.c().mount(OF_THIS_THREAD.toString(),
                        path.toString(), "none", Libc.MS_BIND, null));
                return new NetworkNamespace(open(path, name), name, false);
            });
        } catch (NetlinkException e) {
            remove(path);
            throw e;
        }
    }

    /** Makes a namespace without a name: it ends when it is closed and no socket or device holds it. */
    public static NetworkNamespace anonymous() throws NetlinkException {
        return onThread(() -> {
            Libc.check("cannot make a network namespace", () -> Libc.c().unshare(Libc.CLONE_NEWNET));
            return new NetworkNamespace(open(OF_THIS_THREAD, "anonymous"), "anonymous", false);
        });
    }

    /**
     * Takes a name away, as {@code ip netns delete}: the namespace ends when nothing else holds it.
     *
     * @throws NetlinkException {@link Errno#ENOENT} if there is no such name
     */
    public static void delete(String name) throws NetlinkException {
        var path = path(name);
        if (!Files.exists(path)) {
            throw new NetlinkException("no network namespace " + name, Errno.ENOENT);
        }
        Libc.c().umount2(path.toString(), Libc.MNT_DETACH);
        remove(path);
    }

    /** The file that stands for a name. */
    public static Path path(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
            throw new IllegalArgumentException("not a name of a network namespace: \"" + name + "\"");
        }
        return NAMES.resolve(name);
    }

    /** The name or path that it was opened by; {@code host} for the current one. */
    public String label() {
        return label;
    }

    /** The descriptor, for {@code IFLA_NET_NS_FD}. */
    public int descriptor() {
        return fd;
    }

    /** {@code /proc/sys/kernel/random/boot_id}: namespaces of two boots are never the same. */
    public static String bootId() throws IOException {
        var known = bootId;
        if (known == null) {
            known = Files.readString(BOOT_ID).strip();
            bootId = known;
        }
        return known;
    }

    /**
     * Runs a task on a new platform thread in this namespace and waits for it. {@code /proc/sys/net} is this
     * namespace's there, and so are the processes that the task starts.
     *
     * @throws NetlinkException if the namespace cannot be entered
     * @throws Exception what the task throws
     */
    public <T> T call(Callable<T> task) throws Exception {
        return onNewThread(() -> {
            enter();
            return task.call();
        });
    }

    int socket(int domain, int type, int protocol) throws NetlinkException {
        return current ? Libc.check("cannot open a socket", () -> Libc.c().socket(domain, type, protocol))
                : Entrance.socket(fd, label, domain, type, protocol);
    }

    private void enter() throws NetlinkException {
        if (!current) {
            Libc.check("cannot enter network namespace " + label, () -> Libc.c().setns(fd, Libc.CLONE_NEWNET));
        }
    }

    private static <T> T onThread(Callable<T> task) throws NetlinkException {
        try {
            return onNewThread(task);
        } catch (NetlinkException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T onNewThread(Callable<T> task) throws Exception {
        var future = new FutureTask<>(task);
        var thread = Thread.ofPlatform().name("netns").start(future);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    thread.interrupt();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Error error) {
                        throw error;
                    }
                    throw e.getCause() instanceof Exception cause ? cause : e;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int open(Path path, String label) throws NetlinkException {
        int fd = Libc.check("cannot open network namespace " + label,
                () -> Libc.c().open(path.toString(), Libc.O_CLOEXEC));
        int type = Libc.retry(() -> Libc.c().ioctl(fd, Libc.NS_GET_NSTYPE));
        if (type != Libc.CLONE_NEWNET) {
            Libc.c().close(fd);
            throw NetlinkException.refused(Errno.EINVAL, path + " is not a network namespace", "");
        }
        return fd;
    }

    /** As {@code ip netns add} does: names made in one mount namespace show, and go, in all. */
    private static void shareMounts() throws NetlinkException {
        var directory = NAMES.toString();
        if (Libc.c().mount("", directory, "none", Libc.MS_SHARED | Libc.MS_REC, null) == 0) {
            return;
        }
        int errno = Libc.errno();
        if (errno != Errno.EINVAL) {
            throw new NetlinkException("cannot share the mounts under " + directory, errno);
        }
        Libc.check("cannot mount " + directory,
                () -> Libc.c().mount(directory, directory, "none", Libc.MS_BIND | Libc.MS_REC, null));
        Libc.check("cannot share the mounts under " + directory,
                () -> Libc.c().mount("", directory, "none", Libc.MS_SHARED | Libc.MS_REC, null));
    }

    private static void remove(Path path) throws NetlinkException {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new NetlinkException("cannot remove " + path, Errno.EBUSY);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.c().close(fd);
        }
    }

    @Override
    public String toString() {
        return label;
    }
}
