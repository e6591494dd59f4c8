package dev.plumbline.netlink;

/** rtnetlink: message types and multicast groups ({@code linux/rtnetlink.h}). */
public final class Rtnetlink {
    public static final int RTM_NEWLINK = 16;
    public static final int RTM_DELLINK = 17;
    public static final int RTM_GETLINK = 18;
    public static final int RTM_SETLINK = 19;
    public static final int RTM_NEWADDR = 20;
    public static final int RTM_DELADDR = 21;
    public static final int RTM_GETADDR = 22;
    public static final int RTM_NEWROUTE = 24;
    public static final int RTM_DELROUTE = 25;
    public static final int RTM_GETROUTE = 26;
    public static final int RTM_NEWRULE = 32;
    public static final int RTM_DELRULE = 33;
    public static final int RTM_GETRULE = 34;
    public static final int RTM_NEWNETCONF = 80;
    public static final int RTM_DELNETCONF = 81;
    public static final int RTM_NEWNSID = 88;
    public static final int RTM_DELNSID = 89;
    public static final int RTM_GETNSID = 90;

    public static final int RTNLGRP_LINK = 1;
    public static final int RTNLGRP_IPV4_IFADDR = 5;
    public static final int RTNLGRP_IPV4_ROUTE = 7;
    public static final int RTNLGRP_IPV4_RULE = 8;
    public static final int RTNLGRP_IPV6_IFADDR = 9;
    public static final int RTNLGRP_IPV6_ROUTE = 11;
    public static final int RTNLGRP_IPV6_RULE = 19;
    public static final int RTNLGRP_IPV4_NETCONF = 24;
    public static final int RTNLGRP_IPV6_NETCONF = 25;
    public static final int RTNLGRP_NSID = 28;

    /** {@code NETLINK_ROUTE}. */
    public static final NetlinkProtocol PROTOCOL = new NetlinkProtocol(0, true, new Messages());

    private Rtnetlink() {
    }

    private static final class Messages implements NetlinkProtocol.Layout {
        @Override
        public int headerLength(int messageType) {
            return switch (messageType) {
                case RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK -> LinkMessages.HEADER;
                case RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR -> AddressMessages.HEADER;
                case RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE -> RuleMessages.HEADER;
                case RTM_NEWNSID, RTM_DELNSID, RTM_GETNSID -> NamespaceNumbers.HEADER;
                case RTM_NEWNETCONF, RTM_DELNETCONF -> NetconfMessages.HEADER;
                case TrafficControl.RTM_NEWQDISC, TrafficControl.RTM_NEWTFILTER -> TrafficControl.HEADER;
                case TrafficControl.RTM_NEWACTION -> TrafficControl.ACTION_HEADER;
                default -> RouteMessages.HEADER;
            };
        }

        @Override
        public String attributeName(int messageType, int attribute) {
            return switch (messageType) {
                case RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK -> LinkMessages.name(attribute);
                case RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR -> AddressMessages.name(attribute);
                case RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE -> RuleMessages.name(attribute);
                case RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE -> RouteMessages.name(attribute);
                default -> Integer.toString(attribute);
            };
        }
    }
}
