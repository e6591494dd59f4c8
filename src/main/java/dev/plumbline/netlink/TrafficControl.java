package dev.plumbline.netlink;

/** Traffic control: message types, {@code struct tcmsg} and {@code TCA_*} ({@code linux/rtnetlink.h}). */
public final class TrafficControl {
    public static final int RTM_NEWQDISC = 36;
    public static final int RTM_NEWTFILTER = 44;
    public static final int RTM_NEWACTION = 48;

    /** {@code struct tcmsg}. */
    public static final int HEADER = 20;
    /** {@code struct tcamsg}. */
    public static final int ACTION_HEADER = 4;

    public static final long TC_H_ROOT = 0xffffffffL;
    public static final long TC_H_CLSACT = 0xfffffff1L;
    public static final long TC_H_CLSACT_INGRESS = 0xfffffff2L;
    public static final long CLSACT_HANDLE = 0xffff0000L;

    public static final int TCA_KIND = 1;
    /** The list of actions in a message of {@code struct tcamsg}: nests by number, which hold {@code TCA_ACT_*}. */
    public static final int TCA_ACT_TAB = 1;
    public static final int TCA_ACT_KIND = 1;

    private TrafficControl() {
    }
}
