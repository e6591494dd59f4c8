package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.SaveError;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import org.jspecify.annotations.Nullable;

/** The C library: the only place where plumbline leaves the JVM. */
final class Libc {

    static final int AF_NETLINK = 16;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SO_NETNS_COOKIE = 71;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final short POLLIN = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_NOFOLLOW = Platform.getNativePlatform().getCPU() == Platform.CPU.AARCH64 ? 0x8000 : 0x20000;
    static final int O_CLOEXEC = 0x80000;
    /** Locks of the open file, not of the process ({@code linux/fcntl.h}). */
    static final int F_OFD_GETLK = 36;
    static final int F_OFD_SETLK = 37;
    static final short F_RDLCK = 0;
    static final short F_WRLCK = 1;
    static final short F_UNLCK = 2;
    static final int CLONE_NEWNET = 0x40000000;
    static final long MS_BIND = 4096;
    static final long MS_REC = 16384;
    static final long MS_SHARED = 1 << 20;
    static final int MNT_DETACH = 2;
    /** {@code _IO(0xb7, 3)} of {@code linux/nsfs.h}. */
    static final long NS_GET_NSTYPE = 0xb703;

    private static final Functions C =
            LibraryLoader.create(Functions.class).load(Platform.getNativePlatform().getStandardCLibraryName());
    private static final Runtime RUNTIME = Runtime.getRuntime(C);

    private Libc() {
    }

    /** Public because jnr-ffi's generated class lives in another class loader. Buffers are direct ones. */
    public interface Functions {
        @SaveError
        int socket(int domain, int type, int protocol);

        @SaveError
        int bind(int fd, ByteBuffer address, int length);

        @SaveError
        int getsockname(int fd, ByteBuffer address, ByteBuffer length);

        @SaveError
        int setsockopt(int fd, int level, int option, ByteBuffer value, int length);

        @SaveError
        int getsockopt(int fd, int level, int option, ByteBuffer value, ByteBuffer length);

        @SaveError
        @ssize_t
        long send(int fd, ByteBuffer data, @size_t long length, int flags);

        @SaveError
        @ssize_t
        long recvfrom(int fd, ByteBuffer data, @size_t long length, int flags, ByteBuffer address, ByteBuffer size);

        @SaveError
        int poll(ByteBuffer descriptors, long count, int milliseconds);

        @SaveError
        int setns(int fd, int type);

        @SaveError
        int unshare(int flags);

        @SaveError
        int open(String path, int flags);

        @SaveError
        int open(String path, int flags, int mode);

        @SaveError
        int fcntl(int fd, int command, ByteBuffer argument);

        @SaveError
        int close(int fd);

        @SaveError
        int ioctl(int fd, long request);

        @SaveError
        int mount(String source, String target, String type, long flags, @Nullable ByteBuffer data);

        @SaveError
        int umount2(String target, int flags);
    }

    static Functions c() {
        return C;
    }

    /** The errno of the call that this thread made last. */
    static int errno() {
        return RUNTIME.getLastError();
    }

    /** A call that is made again when a signal interrupts it. */
    static int retry(IntSupplier call) {
        int result;
        do {
            result = call.getAsInt();
        } while (result < 0 && errno() == Errno.EINTR);
        return result;
    }

    /** A call that is made again when a signal interrupts it. */
    static long retry(LongSupplier call) {
        long result;
        do {
            result = call.getAsLong();
        } while (result < 0 && errno() == Errno.EINTR);
        return result;
    }

    /**
     * The result of a call that must not fail, made again when a signal interrupts it.
     *
     * @param what the call in words, for the message
     */
    static int check(String what, IntSupplier call) throws NetlinkException {
        int result = retry(call);
        if (result < 0) {
            throw new NetlinkException(what, errno());
        }
        return result;
    }
}
