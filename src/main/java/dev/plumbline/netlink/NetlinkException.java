package dev.plumbline.netlink;

import java.io.IOException;

/** The kernel refused a request, or a system call failed. */
public final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;
    private final String text;
    private final String attribute;

    /** A system call that failed: what it was for, and its errno. */
    public NetlinkException(String what, int errno) {
        super(what + ": " + words(errno) + " (" + Errno.name(errno) + ")");
        this.errno = errno;
        this.text = "";
        this.attribute = "";
    }

    /** The calls that are refused so make, enter or keep a namespace; requests are refused in answers. */
    private static String words(int errno) {
        return errno == Errno.EPERM ? "not permitted: this needs root, or the capability CAP_SYS_ADMIN"
                : Errno.words(errno);
    }

    private NetlinkException(int errno, String text, String attribute) {
        super((text.isEmpty() ? Errno.words(errno) : text) + " (" + Errno.name(errno)
                + (attribute.isEmpty() ? "" : ", attribute " + attribute) + ")");
        this.errno = errno;
        this.text = text;
        this.attribute = attribute;
    }

    /**
     * A refusal.
     *
     * @param errno positive
     * @param text the extended ack's text; empty where there is none
     * @param attribute the guilty or missing attribute's name; empty where the kernel does not say
     */
    static NetlinkException refused(int errno, String text, String attribute) {
        return new NetlinkException(errno, text, attribute);
    }

    /** Positive, {@code errno.h}. */
    public int errno() {
        return errno;
    }

    /** The kernel's own words ({@code NLMSGERR_ATTR_MSG}); empty where it gave none. */
    public String text() {
        return text;
    }

    /** The guilty attribute as the kernel's headers name it; empty where the kernel did not say. */
    public String attribute() {
        return attribute;
    }
}
