package dev.plumbline.state;

/**
 * An address of a network device ({@code man ip-address}).
 *
 * @param device the link's name
 * @param local the own address ({@code IFA_LOCAL}; IPv6 has {@code IFA_ADDRESS} only)
 * @param peer the prefix on the link: the own one, or the peer's on a point-to-point link
 * @param scope {@code ifa_scope}: 0 global, 253 link, 254 host
 * @param flags {@code IFA_FLAGS} ({@code linux/if_addr.h})
 */
public record LinkAddress(String device, IpAddress local, Prefix peer, int scope, int flags) {

    private static final int IFA_F_TEMPORARY = 0x01;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFA_F_PERMANENT = 0x80;
    private static final int IFA_F_DADFAILED = 0x08;
    private static final int IFA_F_TENTATIVE = 0x40;
    private static final int IFA_F_OPTIMISTIC = 0x04;
    private static final int IFA_F_NOPREFIXROUTE = 0x200;

    /** Duplicate address detection is still running: the address cannot be a source yet. */
    public boolean isTentative() {
        return (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
    }

    /** Duplicate address detection found a duplicate. */
    public boolean isFailed() {
        return (flags & IFA_F_DADFAILED) != 0;
    }

    /** Nobody looks for duplicates of it ({@code IFA_F_NODAD}). */
    public boolean isWithoutDetection() {
        return (flags & IFA_F_NODAD) != 0;
    }

    /** It has no end ({@code IFA_F_PERMANENT}). */
    public boolean isPermanent() {
        return (flags & IFA_F_PERMANENT) != 0;
    }

    /** An IPv6 privacy address: the kernel makes it, and makes another when it is gone ({@code IFA_F_TEMPORARY}). */
    public boolean isTemporary() {
        return local.family() == Family.IPV6 && (flags & IFA_F_TEMPORARY) != 0;
    }

    /** The kernel made no connected route for this address. */
    public boolean hasNoPrefixRoute() {
        return (flags & IFA_F_NOPREFIXROUTE) != 0;
    }

    /** As somebody gave it: without what the kernel has found out of it since. */
    public LinkAddress asGiven() {
        return new LinkAddress(device, local, peer, scope,
                flags & (IFA_F_PERMANENT | IFA_F_NODAD | IFA_F_NOPREFIXROUTE));
    }

    /** The same address of the same device, whatever else is said of it. */
    public boolean isOf(LinkAddress other) {
        return device.equals(other.device) && local.equals(other.local);
    }

    /** Global scope, neither tentative nor failed. */
    public boolean isUsable() {
        return scope == Scope.UNIVERSE && !isTentative() && !isFailed();
    }

    /** The connected prefix, host bits zero. */
    public Prefix network() {
        return peer.masked();
    }
}
