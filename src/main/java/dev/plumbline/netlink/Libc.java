package dev.plumbline.netlink;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/** The C library: the only place where plumbline leaves the JVM. */
final class Libc {

    static final int AF_UNIX = 1;
    static final int AF_NETLINK = 16;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_SNDTIMEO = 21;
    static final int SO_ATTACH_FILTER = 26;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SO_NETNS_COOKIE = 71;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final short POLLIN = 1;
    /** {@code EFD_CLOEXEC | EFD_NONBLOCK}. */
    static final int EFD_FLAGS = 0x80000 | 0x800;
    static final int CLOCK_MONOTONIC = 1;
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

    private static final Functions C = new Functions();

    private Libc() {
    }

    /**
     * The functions as jnr-ffi binds them. Numbers alone, pointers too, and no annotations: for each sort of object or
     * annotation in a signature jnr-ffi looks at many annotations of its own, and for each of these Java makes a proxy
     * class at every start. A {@code long} is C's {@code long}, which
     * {@code size_t} and {@code ssize_t} are as wide as on Linux. jnr-ffi keeps errno unless it is told not to. Public
     * because the proxy lives in another class loader.
     */
    public interface Native {
        int socket(int domain, int type, int protocol);

        int bind(int fd, long address, int length);

        int connect(int fd, long address, int length);

        int getsockname(int fd, long address, long length);

        int setsockopt(int fd, int level, int option, long value, int length);

        int getsockopt(int fd, int level, int option, long value, long length);

        long send(int fd, long data, long length, int flags);

        long recvfrom(int fd, long data, long length, int flags, long address, long size);

        long recvmsg(int fd, long message, int flags);

        int poll(long descriptors, long count, int milliseconds);

        int eventfd(int value, int flags);

        long read(int fd, long data, long length);

        long write(int fd, long data, long length);

        int clock_gettime(int clock, long time);

        int setns(int fd, int type);

        int unshare(int flags);

        int open(long path, int flags, int mode);

        int fcntl(int fd, int command, long argument);

        int close(int fd);

        int ioctl(int fd, long request);

        int mount(long source, long target, long type, long flags, long data);

        int umount2(long target, int flags);

        int adjtimex(long timex);
    }

    /** The functions with buffers, which are direct ones, and texts. */
    static final class Functions {
        private static final Native LIBRARY = load();
        private static final Runtime RUNTIME = Runtime.getRuntime(LIBRARY);
        private static final long NULL = 0;

        private Functions() {
        }

        /** By a reflective proxy: classes made with ASM start later, and their stub for six numbers crashes (2.3.4). */
        private static Native load() {
            System.setProperty("jnr.ffi.asm.enabled", "false");
            return LibraryLoader.create(Native.class).load(Platform.getNativePlatform().getStandardCLibraryName());
        }

        /** Of the byte at the buffer's position; the caller keeps the buffer reachable. */
        long address(ByteBuffer buffer) {
            return Pointer.wrap(RUNTIME, buffer).address();
        }

        private static ByteBuffer text(String text) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocateDirect(bytes.length + 1).put(bytes).put((byte) 0).flip();
        }

        int socket(int domain, int type, int protocol) {
            return LIBRARY.socket(domain, type, protocol);
        }

        int bind(int fd, ByteBuffer address, int length) {
            try {
                return LIBRARY.bind(fd, address(address), length);
            } finally {
                Reference.reachabilityFence(address);
            }
        }

        int connect(int fd, ByteBuffer address, int length) {
            try {
                return LIBRARY.connect(fd, address(address), length);
            } finally {
                Reference.reachabilityFence(address);
            }
        }

        int getsockname(int fd, ByteBuffer address, ByteBuffer length) {
            try {
                return LIBRARY.getsockname(fd, address(address), address(length));
            } finally {
                fence(address, length);
            }
        }

        int setsockopt(int fd, int level, int option, ByteBuffer value, int length) {
            try {
                return LIBRARY.setsockopt(fd, level, option, address(value), length);
            } finally {
                Reference.reachabilityFence(value);
            }
        }

        int getsockopt(int fd, int level, int option, ByteBuffer value, ByteBuffer length) {
            try {
                return LIBRARY.getsockopt(fd, level, option, address(value), address(length));
            } finally {
                fence(value, length);
            }
        }

        long send(int fd, ByteBuffer data, long length, int flags) {
            try {
                return LIBRARY.send(fd, address(data), length, flags);
            } finally {
                Reference.reachabilityFence(data);
            }
        }

        long recvfrom(int fd, ByteBuffer data, long length, int flags, ByteBuffer address, ByteBuffer size) {
            try {
                return LIBRARY.recvfrom(fd, address(data), length, flags, address(address), address(size));
            } finally {
                Reference.reachabilityFence(data);
                fence(address, size);
            }
        }

        /** The caller keeps what the message points to reachable. */
        long recvmsg(int fd, ByteBuffer message, int flags) {
            try {
                return LIBRARY.recvmsg(fd, address(message), flags);
            } finally {
                Reference.reachabilityFence(message);
            }
        }

        int eventfd(int value, int flags) {
            return LIBRARY.eventfd(value, flags);
        }

        long read(int fd, ByteBuffer data, long length) {
            try {
                return LIBRARY.read(fd, address(data), length);
            } finally {
                Reference.reachabilityFence(data);
            }
        }

        long write(int fd, ByteBuffer data, long length) {
            try {
                return LIBRARY.write(fd, address(data), length);
            } finally {
                Reference.reachabilityFence(data);
            }
        }

        int clockGettime(int clock, ByteBuffer time) {
            try {
                return LIBRARY.clock_gettime(clock, address(time));
            } finally {
                Reference.reachabilityFence(time);
            }
        }

        int poll(ByteBuffer descriptors, long count, int milliseconds) {
            try {
                return LIBRARY.poll(address(descriptors), count, milliseconds);
            } finally {
                Reference.reachabilityFence(descriptors);
            }
        }

        int setns(int fd, int type) {
            return LIBRARY.setns(fd, type);
        }

        int unshare(int flags) {
            return LIBRARY.unshare(flags);
        }

        int open(String path, int flags) {
            return open(path, flags, 0);
        }

        int open(String path, int flags, int mode) {
            var text = text(path);
            try {
                return LIBRARY.open(address(text), flags, mode);
            } finally {
                Reference.reachabilityFence(text);
            }
        }

        int fcntl(int fd, int command, ByteBuffer argument) {
            try {
                return LIBRARY.fcntl(fd, command, address(argument));
            } finally {
                Reference.reachabilityFence(argument);
            }
        }

        int close(int fd) {
            return LIBRARY.close(fd);
        }

        int ioctl(int fd, long request) {
            return LIBRARY.ioctl(fd, request);
        }

        int mount(String source, String target, String type, long flags, @Nullable ByteBuffer data) {
            var from = text(source);
            var to = text(target);
            var kind = text(type);
            try {
                return LIBRARY.mount(address(from), address(to), address(kind), flags,
                        data == null ? NULL : address(data));
            } finally {
                fence(from, to);
                Reference.reachabilityFence(kind);
                Reference.reachabilityFence(data);
            }
        }

        int umount2(String target, int flags) {
            var text = text(target);
            try {
                return LIBRARY.umount2(address(text), flags);
            } finally {
                Reference.reachabilityFence(text);
            }
        }

        int adjtimex(ByteBuffer timex) {
            try {
                return LIBRARY.adjtimex(address(timex));
            } finally {
                Reference.reachabilityFence(timex);
            }
        }

        private static void fence(ByteBuffer one, ByteBuffer other) {
            Reference.reachabilityFence(one);
            Reference.reachabilityFence(other);
        }
    }

    static Functions c() {
        return C;
    }

    /** The errno of the call that this thread made last. */
    static int errno() {
        return Functions.RUNTIME.getLastError();
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
