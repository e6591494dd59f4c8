package dev.plumbline.state;

import java.util.List;

/** Names of {@code RTAX_*} numbers ({@code linux/rtnetlink.h}), as {@code ip route} prints them. */
public final class RouteMetric {

    private static final List<String> NAMES = List.of("unspec", "lock", "mtu", "window", "rtt", "rttvar", "ssthresh",
            "cwnd", "advmss", "reordering", "hoplimit", "initcwnd", "features", "rto_min", "initrwnd", "quickack",
            "congctl", "fastopen_no_cookie");

    private RouteMetric() {
    }

    /** The name of an {@code RTAX_*} number, or the number. */
    public static String name(int number) {
        return number >= 0 && number < NAMES.size() ? NAMES.get(number) : Integer.toString(number);
    }

    /** The {@code RTAX_*} number with this name or decimal number; -1 if there is none. */
    public static int number(String name) {
        int known = NAMES.indexOf(name);
        return known >= 0 || !name.matches("[0-9]{1,4}") ? known : Integer.parseInt(name);
    }
}
