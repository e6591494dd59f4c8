package dev.plumbline.state;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The sysctls that routing and forwarding depend on ({@code Documentation/networking/ip-sysctl.rst}). */
public final class Sysctl {

    /** 0 or 1. Writing another value than it has sets {@link #FORWARDING} of every device, and of devices to come. */
    public static final String IPV4_FORWARD = "net/ipv4/ip_forward";
    /** The same for IPv6, where it alone decides; a device's own decides about router advertisements. */
    public static final String IPV6_FORWARD = "net/ipv6/conf/all/forwarding";

    public static final String FORWARDING = "forwarding";
    /** 0 off, 1 strict, 2 loose: the higher of {@link #ALL} and the device's counts. IPv4 alone has it. */
    public static final String RP_FILTER = "rp_filter";
    /** IPv4: 127.0.0.0/8 may come in from outside. On if that of {@link #ALL} or the device's is. */
    public static final String ROUTE_LOCALNET = "route_localnet";
    /** IPv6: 1 takes router advertisements unless the device forwards, 2 in any case. */
    public static final String ACCEPT_RA = "accept_ra";
    public static final String ACCEPT_REDIRECTS = "accept_redirects";

    /** In place of a device. */
    public static final String ALL = "all";
    /** In place of a device: of those to come. */
    public static final String DEFAULT = "default";

    private static final String IPV4 = "net/ipv4/conf/";
    private static final String IPV6 = "net/ipv6/conf/";

    private Sysctl() {
    }

    /** The path below {@code /proc/sys} of a device's sysctl. */
    public static String path(Family family, String device, String name) {
        return (family == Family.IPV4 ? IPV4 : IPV6) + device + "/" + name;
    }

    /** Whether packets are forwarded. */
    public static String forwarding(Family family) {
        return family == Family.IPV4 ? IPV4_FORWARD : IPV6_FORWARD;
    }

    /** As {@code sysctl} names it: dots between the parts, and a slash for a dot in a device's name. */
    public static String name(String path) {
        var name = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char each = path.charAt(i);
            name.append(each == '/' ? '.' : each == '.' ? '/' : each);
        }
        return name.toString();
    }

    /** The device that it is of; empty for what is of the whole namespace. */
    public static Optional<String> device(String path) {
        if (!path.startsWith(IPV4) && !path.startsWith(IPV6)) {
            return Optional.empty();
        }
        var device = path.substring(IPV4.length(), path.lastIndexOf('/'));
        return isDevice(device) ? Optional.of(device) : Optional.empty();
    }

    /** The kernel refuses sysctls to devices of these names ({@code sysctl_dev_name_is_allowed}). */
    private static boolean isDevice(String name) {
        return !name.equals(ALL) && !name.equals(DEFAULT);
    }

    /** The same sysctl of another device. */
    public static String of(String device, String path) {
        return path.substring(0, IPV4.length()) + device + path.substring(path.lastIndexOf('/'));
    }

    /** All that plumbline may read or write where there are these devices. */
    public static Set<String> known(List<Link> links) {
        var paths = new TreeSet<String>();
        paths.addAll(List.of(IPV4_FORWARD, IPV6_FORWARD, IPV4 + ALL + "/" + RP_FILTER,
                IPV4 + ALL + "/" + ROUTE_LOCALNET, IPV4 + ALL + "/" + ACCEPT_REDIRECTS,
                IPV4 + DEFAULT + "/" + FORWARDING, IPV6 + DEFAULT + "/" + FORWARDING));
        for (var link : links) {
            if (isDevice(link.name())) {
                var ipv4 = IPV4 + link.name() + "/";
                var ipv6 = IPV6 + link.name() + "/";
                paths.addAll(List.of(ipv4 + FORWARDING, ipv4 + RP_FILTER, ipv4 + ROUTE_LOCALNET, ipv6 + FORWARDING,
                        ipv6 + ACCEPT_RA));
            }
        }
        return paths;
    }

    /** The one whose writing sets this one too; empty for most. */
    public static Optional<String> lead(String path) {
        if (path.equals(IPV6_FORWARD)) {
            return Optional.empty();
        }
        if (path.startsWith(IPV4) && path.endsWith("/" + FORWARDING)
                || path.equals(IPV4 + ALL + "/" + ACCEPT_REDIRECTS)) {
            return Optional.of(IPV4_FORWARD);
        }
        return path.startsWith(IPV6) && path.endsWith("/" + FORWARDING) ? Optional.of(IPV6_FORWARD) : Optional.empty();
    }

    /** Whether writing it sets others too. */
    public static boolean isLead(String path) {
        return path.equals(IPV4_FORWARD) || path.equals(IPV6_FORWARD);
    }

    /**
     * Does to values what the kernel does when one is written ({@code inet_forward_change},
     * {@code addrconf_fixup_forwarding}): switched forwarding is every device's, and IPv4 redirects are taken where
     * nothing is forwarded.
     *
     * @param values by path; changed
     * @return the paths that have another value now
     */
    public static Set<String> write(Map<String, String> values, String path, String value) {
        var changed = new LinkedHashSet<String>();
        if (set(values, path, value, changed) && isLead(path)) {
            for (var each : List.copyOf(values.keySet())) {
                if (lead(each).filter(path::equals).isPresent()) {
                    boolean redirects = each.endsWith("/" + ACCEPT_REDIRECTS);
                    set(values, each, !redirects ? value : value.equals("0") ? "1" : "0", changed);
                }
            }
        }
        return changed;
    }

    private static boolean set(Map<String, String> values, String path, String value, Collection<String> changed) {
        if (value.equals(values.replace(path, value)) || !values.containsKey(path)) {
            return false;
        }
        changed.add(path);
        return true;
    }
}
