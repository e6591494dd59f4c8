package dev.plumbline.netlink;

import java.util.Map;

/** Error numbers ({@code asm-generic/errno.h}), their names, and words for those that come without a text. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int ENOSPC = 28;
    public static final int EMLINK = 31;
    public static final int ERANGE = 34;
    public static final int ENOSYS = 38;
    public static final int ELOOP = 40;
    public static final int EBADMSG = 74;
    public static final int ERESTART = 85;
    public static final int EMSGSIZE = 90;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;
    public static final int ETIMEDOUT = 110;
    public static final int EHOSTUNREACH = 113;

    private record Known(String name, String words) {
    }

    private static final Map<Integer, Known> KNOWN = Map.ofEntries(
            Map.entry(EPERM, new Known("EPERM", "not permitted: this needs root, or the capability CAP_NET_ADMIN")),
            Map.entry(ENOENT, new Known("ENOENT", "there is no such object")),
            Map.entry(ESRCH, new Known("ESRCH", "no such object: it is already gone")),
            Map.entry(EINTR, new Known("EINTR", "interrupted by a signal")),
            Map.entry(EAGAIN, new Known("EAGAIN", "not now, try again")),
            Map.entry(ENOMEM, new Known("ENOMEM", "the kernel has no memory left")),
            Map.entry(EACCES, new Known("EACCES", "permission denied")),
            Map.entry(EBUSY, new Known("EBUSY", "busy")),
            Map.entry(EEXIST, new Known("EEXIST", "such an object exists already")),
            Map.entry(ENODEV, new Known("ENODEV", "there is no such device")),
            Map.entry(EINVAL, new Known("EINVAL", "the kernel finds a value or a combination of values invalid")),
            Map.entry(ENFILE, new Known("ENFILE", "the set is full")),
            Map.entry(ENOSPC, new Known("ENOSPC", "no space left")),
            Map.entry(EMLINK, new Known("EMLINK", "chains jump too deep")),
            Map.entry(ERANGE, new Known("ERANGE", "a value is out of its range")),
            Map.entry(ENOSYS, new Known("ENOSYS", "this kernel does not have it")),
            Map.entry(ELOOP, new Known("ELOOP", "chains jump in a circle")),
            Map.entry(EBADMSG, new Known("EBADMSG", "not a well-formed message")),
            Map.entry(ERESTART, new Known("ERESTART", "somebody else changed it meanwhile")),
            Map.entry(EMSGSIZE, new Known("EMSGSIZE", "the message is too long for the socket's buffer")),
            Map.entry(EPROTONOSUPPORT, new Known("EPROTONOSUPPORT", "this kernel does not have the protocol")),
            Map.entry(EOPNOTSUPP, new Known("EOPNOTSUPP", "this kernel does not support it")),
            Map.entry(EAFNOSUPPORT, new Known("EAFNOSUPPORT", "this kernel does not have the address family")),
            Map.entry(EADDRNOTAVAIL, new Known("EADDRNOTAVAIL", "the address is not one of this host")),
            Map.entry(ENETDOWN, new Known("ENETDOWN", "the device is down")),
            Map.entry(ENETUNREACH, new Known("ENETUNREACH", "no route leads to the gateway, or its device is down")),
            Map.entry(ENOBUFS, new Known("ENOBUFS", "the receive buffer ran over: answers were lost")),
            Map.entry(ETIMEDOUT, new Known("ETIMEDOUT", "no answer in time")),
            Map.entry(EHOSTUNREACH, new Known("EHOSTUNREACH", "the gateway cannot be reached on the given device")));

    private Errno() {
    }

    /** The name, such as {@code EEXIST}, or {@code errno N}. */
    public static String name(int errno) {
        var known = KNOWN.get(errno);
        return known == null ? "errno " + errno : known.name();
    }

    /** What the number means, for a message without a text of its own. */
    public static String words(int errno) {
        var known = KNOWN.get(errno);
        return known == null ? "the kernel refused" : known.words();
    }
}
