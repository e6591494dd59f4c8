package dev.plumbline.doctor;

import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the running kernel can do: everything is tried in network namespaces that are made for it and end with it. The
 * kernel may load modules on the way, as it would for an apply.
 */
final class KernelChecks {

    private static final String NAMESPACES = "namespaces";

    private KernelChecks() {
    }

    static List<Check> all() {
        try (var namespace = NetworkNamespace.anonymous(); var far = NetworkNamespace.anonymous()) {
            var checks = new ArrayList<Check>();
            checks.add(Check.ok(Doctor.KERNEL, NAMESPACES, "Linux " + System.getProperty("os.version")
                    + "; network namespaces can be made"));
            probe(namespace, far, checks);
            return checks;
        } catch (NetlinkException | UncheckedIOException e) {
            return List.of(Check.notApplicable(Doctor.KERNEL, NAMESPACES, "not looked at: what the kernel can do is"
                    + " tried"
                    + " in a network namespace, and none can be made: " + e.getMessage(), "sudo plumbline doctor"));
        }
    }

    private static void probe(NetworkNamespace namespace, NetworkNamespace far, List<Check> checks)
            throws NetlinkException {
        boolean ipv6 = Files.exists(Path.of("/proc/net/if_inet6"));
        try (var live = KernelNamespace.open(NetworkNamespace.at(
                Path.of("/proc/self/fd/" + namespace.descriptor())))) {
            checks.addAll(RoutingProbe.checks(live, far, ipv6));
            checks.add(sessions(live));
        }
        checks.add(ipv6 ? Check.ok(Doctor.KERNEL, "ipv6", "IPv6")
                : Check.warning(Doctor.KERNEL, "ipv6", "no IPv6: CONFIG_IPV6 is missing, or it is switched off",
                        "take ipv6.disable=1 off the kernel's command line (/proc/cmdline), or leave IPv6 out of the"
                                + " intents"));
        try (var socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL)) {
            checks.addAll(LinkProbe.checks(socket));
            checks.addAll(new TrafficProbe(socket).checks());
        }
        checks.addAll(FirewallProbe.checks(namespace));
        checks.addAll(IpsecProbe.checks(namespace));
    }

    /** The guard of SSH sessions asks the kernel for connections. */
    private static Check sessions(KernelNamespace live) {
        try {
            live.sshSessions();
            return Check.ok(Doctor.KERNEL, "tcp-diag", "connections can be listed, for the guard of SSH sessions");
        } catch (UncheckedIOException e) {
            var option = new KernelOption("CONFIG_INET_TCP_DIAG", "tcp_diag");
            return Check.warning(Doctor.KERNEL, "tcp-diag", "SSH sessions cannot be seen, so their guard stops every"
                    + " apply (" + e.getMessage() + "): " + option.name() + " is missing", LinkProbe.lines(option));
        }
    }
}
