package dev.plumbline.netlink;

import java.io.UncheckedIOException;

/** Bytes that are not a netlink message. */
public final class MalformedMessageException extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String what) {
        super("a netlink message cannot be read: " + what,
                NetlinkException.refused(Errno.EBADMSG, "a netlink message cannot be read: " + what, ""));
    }
}
