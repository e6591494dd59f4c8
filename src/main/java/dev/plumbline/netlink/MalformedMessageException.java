package dev.plumbline.netlink;

import java.io.UncheckedIOException;

/** Bytes that are not a netlink message. */
public final class MalformedMessageException extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String what) {
        super(new NetlinkException("a netlink message cannot be read: " + what, Errno.EBADMSG));
    }
}
