package dev.plumbline.netlink;

import java.nio.ByteBuffer;

/** Turns the kernel's refusals ({@code struct nlmsgerr}, {@code enum nlmsgerr_attrs}) into exceptions with a text. */
final class ExtendedAck {

    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int NLMSGERR_ATTR_OFFS = 2;
    private static final int NLMSGERR_ATTR_MISS_TYPE = 5;

    private ExtendedAck() {
    }

    /** The error code of {@code NLMSG_ERROR} or {@code NLMSG_DONE}: 0, or a negative errno. */
    static int code(MessageReader answer) {
        return answer.s32(0);
    }

    /**
     * An {@code NLMSG_ERROR} as an exception.
     *
     * @param request the bytes that were sent
     * @param start where the refused request begins in them; negative if that is not known
     */
    static NetlinkException ofError(MessageReader answer, NetlinkProtocol.Layout layout, ByteBuffer request,
            int start) {
        boolean capped = (answer.flags() & Netlink.NLM_F_CAPPED) != 0;
        int echoed = capped ? Netlink.HEADER : Math.max(Netlink.HEADER, answer.s32(4));
        return exception(answer, 4 + Netlink.align(echoed), layout, request, start);
    }

    /** An {@code NLMSG_DONE} with an error inside as an exception. */
    static NetlinkException ofDone(MessageReader answer, NetlinkProtocol.Layout layout, ByteBuffer request, int start) {
        return exception(answer, 4, layout, request, start);
    }

    private static NetlinkException exception(MessageReader answer, int attributesAt, NetlinkProtocol.Layout layout,
            ByteBuffer request, int start) {
        int errno = -code(answer);
        var text = "";
        var guilty = "";
        if ((answer.flags() & Netlink.NLM_F_ACK_TLVS) != 0 && attributesAt <= answer.payloadLength()) {
            var attributes = answer.attributes(attributesAt);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case NLMSGERR_ATTR_MSG -> text = attributes.string();
                    case NLMSGERR_ATTR_OFFS -> guilty = nameAt(layout, request, start, attributes.s32());
                    case NLMSGERR_ATTR_MISS_TYPE -> guilty = missing(layout, request, start, attributes.s32());
                    default -> { }
                }
            }
        }
        return NetlinkException.refused(errno, text, guilty);
    }

    private static String missing(NetlinkProtocol.Layout layout, ByteBuffer request, int start, int attribute) {
        return start < 0 ? Integer.toString(attribute)
                : layout.attributeName(request.getShort(start + 4) & 0xffff, attribute) + " is missing";
    }

    /** The name of the attribute that holds this offset of the request; with the numbers of nested ones behind it. */
    private static String nameAt(NetlinkProtocol.Layout layout, ByteBuffer request, int start, int offset) {
        if (start < 0) {
            return "";
        }
        int type = request.getShort(start + 4) & 0xffff;
        int end = start + request.getInt(start);
        int at = start + Netlink.HEADER + layout.headerLength(type);
        int target = start + offset;
        var reader = new AttributeReader();
        while (at + 4 <= end) {
            int length = request.getShort(at) & 0xffff;
            if (length < 4 || at + length > end) {
                return "";
            }
            if (target >= at && target < at + length) {
                reader.reset(request, at, end);
                reader.next();
                return layout.attributeName(type, reader.type()) + nestedPath(reader, target - at - 4);
            }
            at += Netlink.align(length);
        }
        return "";
    }

    private static String nestedPath(AttributeReader outer, int offset) {
        if (offset < 0) {
            return "";
        }
        try {
            var inner = outer.nested();
            int at = 0;
            while (inner.next()) {
                if (offset < at + 4 + inner.length()) {
                    return "/" + inner.type();
                }
                at += Netlink.align(4 + inner.length());
            }
        } catch (MalformedMessageException e) {
            // The payload is a value, not a nest: the outer name says all.
        }
        return "";
    }
}
