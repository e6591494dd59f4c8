package dev.plumbline.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.doctor.Check.Verdict;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who else writes to the network, by files as programs leave them. */
class OthersTest {

    private static final String DOCUMENTS = """
            apiVersion: plumbline.dev/v1
            kind: SourceRouting
            metadata: {name: sip}
            spec: {device: net1, table: 150}
            ---
            apiVersion: plumbline.dev/v1
            kind: RouteTable
            metadata: {name: edge}
            spec: {id: 110, routes: [{to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}]}
            ---
            apiVersion: plumbline.dev/v1
            kind: RoutingRules
            metadata: {name: paths}
            spec: {rules: [{priority: 1, fwmark: 0x4010/0x40ff, family: ipv4, lookup: edge}]}
            ---
            apiVersion: plumbline.dev/v1
            kind: SourceRouting
            metadata: {name: pod}
            spec: {netns: pod, device: net9}
            """;

    @TempDir
    Path directory;
    private HostTree host;

    @BeforeEach
    void host() {
        host = new HostTree(directory).link("/proc/thread-self/ns/net", HostTree.OURS).process(1, "/sbin/init")
                .device(1, "lo").device(2, "eth0").device(3, "net1").device(4, "net2");
    }

    private static Interests interests() {
        return Interests.of(new IntentParser().parse(List.of(new IntentFile("a.yaml",
                DOCUMENTS.getBytes(StandardCharsets.UTF_8)))).valid());
    }

    private Check check(String name) {
        return new Others(host.files(), interests()).checks().stream().filter(each -> each.name().equals(name))
                .findFirst().orElseThrow();
    }

    @Test
    void nobodyElse() {
        var checks = new Others(host.files(), interests()).checks();
        assertEquals(List.of("dhcp-clients"), HostTree.ofVerdict(checks, Verdict.OK));
        assertEquals(7, HostTree.ofVerdict(checks, Verdict.NOT_APPLICABLE).size());
        assertEquals(new Interests(Set.of("eth0", "net1"), Set.of(110L, 150L), 0x40ff), interests());
    }

    @Test
    void networkdRemovesWhatItDidNotMakeUnlessItIsTold() {
        host.process(77, "/lib/systemd/systemd-networkd")
                .file("/run/systemd/netif/links/3", "# private\nADMIN_STATE=configured\nNETWORK_FILE=/etc/x.network\n")
                .file("/run/systemd/netif/links/2", "ADMIN_STATE=unmanaged\n");
        var bad = check("networkd");
        assertEquals(Verdict.WARNING, bad.verdict());
        assertTrue(bad.finding().startsWith("systemd-networkd runs with ManageForeignRoutes,"
                + " ManageForeignRoutingPolicyRules, ManageForeignNextHops on, and manages net1: it"
                + " removes"), bad.finding());
        assertEquals(List.of("write to /etc/systemd/networkd.conf.d/50-plumbline.conf:", "[Network]",
                "ManageForeignRoutes=no", "ManageForeignRoutingPolicyRules=no", "ManageForeignNextHops=no",
                "systemctl restart systemd-networkd"), bad.remedy());
        host.heal(bad);
        assertEquals(Verdict.OK, check("networkd").verdict());
    }

    /** {@code man systemd-system.conf}: which file counts. */
    @Test
    void networkdFilesWinAsSystemdHasIt() {
        host.process(77, "/lib/systemd/systemd-networkd");
        var conf = "networkd.conf";
        host.file("/usr/lib/systemd/" + conf, "[Network]\nManageForeignRoutes=no\n"
                + "ManageForeignRoutingPolicyRules=no\n");
        assertEquals(Verdict.OK, check("networkd").verdict(), "the vendor's main file counts");
        host.file("/etc/systemd/" + conf, "[Network]\n#ManageForeignRoutes=no\n");
        assertTrue(check("networkd").finding().contains("ManageForeignRoutes, "), "that of /etc alone counts then");
        host.file("/usr/lib/systemd/networkd.conf.d/10-a.conf", "[Network]\nManageForeignRoutes=0\n");
        assertEquals(false, check("networkd").finding().contains("ManageForeignRoutes,"), "drop-ins win over the"
                + " main file");
        host.file("/etc/systemd/networkd.conf.d/05-b.conf", "[Network]\nManageForeignRoutes=on\n");
        assertEquals(false, check("networkd").finding().contains("ManageForeignRoutes,"),
                "by name, whatever folder they are in");
        host.file("/run/systemd/networkd.conf.d/90-c.conf", "[Network]\nManageForeignRoutes = \\\n  yes\n");
        assertTrue(check("networkd").finding().contains("ManageForeignRoutes,"), "a continued line");
        host.link("/etc/systemd/networkd.conf.d/90-c.conf", "/dev/null");
        assertEquals(false, check("networkd").finding().contains("ManageForeignRoutes,"), "masked");
        host.file("/usr/lib/systemd/networkd.conf.d/99-d.conf", "[DHCPv4]\nManageForeignRoutes=yes\n[Network]\n"
                + "ManageForeignRoutes=perhaps\n; ManageForeignRoutes=yes\nManageForeignRoutingPolicyRules=FALSE\n");
        assertEquals(Verdict.OK, check("networkd").verdict(), "neither another section nor nonsense switches it on");
    }

    @Test
    void aDaemonOfAContainerIsNoneOfOurBusiness() {
        host.process(77, "/lib/systemd/systemd-networkd").without("/proc/77/ns/net")
                .link("/proc/77/ns/net", "net:[4026532999]");
        assertEquals(Verdict.NOT_APPLICABLE, check("networkd").verdict());
        host.without("/proc/77/ns/net");
        assertEquals(Verdict.WARNING, check("networkd").verdict(), "whose namespace cannot be seen is taken for here");
    }

    @Test
    void networkdThatWillRunAfterTheNextBoot() {
        host.file("/etc/systemd/system/multi-user.target.wants/systemd-networkd.service", "");
        assertTrue(check("networkd").finding().startsWith("systemd-networkd is enabled, and will run after the next"
                + " boot"));
    }

    @Test
    void networkManagerOnDevicesOfDocuments() {
        host.process(80, "/usr/sbin/NetworkManager", "--no-daemon")
                .file("/run/NetworkManager/devices/4", "[device]\nmanaged=true\nconnection-uuid=x\n");
        assertEquals(Verdict.OK, check("networkmanager").verdict(), "no document names net2");
        host.file("/run/NetworkManager/devices/3", "[device]\nmanaged=true\n")
                .file("/run/NetworkManager/devices/2", "[device]\nmanaged=false\n");
        var bad = check("networkmanager");
        assertEquals(Verdict.WARNING, bad.verdict());
        assertTrue(bad.finding().startsWith("NetworkManager manages net1, which documents name"), bad.finding());
        assertEquals(List.of("write to /etc/NetworkManager/conf.d/50-plumbline.conf:", "[keyfile]",
                "unmanaged-devices+=interface-name:net1", "systemctl reload NetworkManager"), bad.remedy());
    }

    @Test
    void firewalld() {
        host.process(81, "firewalld").file("/etc/firewalld/firewalld.conf", "#"
                + " x\nDefaultZone=public\nIPv6_rpfilter=yes\n");
        assertTrue(check("firewalld").finding().contains("IPv6_rpfilter=yes"));
        host.file("/etc/firewalld/firewalld.conf", "IPv6_rpfilter=loose\n");
        assertEquals(false, check("firewalld").finding().contains("IPv6_rpfilter"));
    }

    @Test
    void docker() {
        host.process(82, "/usr/bin/dockerd", "-H", "fd://").file("/etc/docker/daemon.json", "{}\n");
        assertEquals(Verdict.WARNING, check("docker").verdict());
        host.file("/etc/docker/daemon.json", "{\n  \"ip-forward-no-drop\" : true\n}\n");
        assertEquals(Verdict.OK, check("docker").verdict());
    }

    @Test
    void kubeProxyAndItsMarks() {
        host.process(83, "/usr/local/bin/kube-proxy", "--config=/x");
        var bad = check("kube-proxy");
        assertEquals(Verdict.WARNING, bad.verdict());
        assertTrue(bad.finding().endsWith("rules of the documents look at bits 0x4000 of it"), bad.finding());
        var others = new Others(host.files(), new Interests(Set.of(), Set.of(), 0xff)).checks();
        assertTrue(HostTree.ofVerdict(others, Verdict.OK).contains("kube-proxy"));
    }

    @Test
    void routingDaemonsInTablesOfDocuments() {
        host.process(84, "/usr/sbin/bird", "-f").file("/etc/bird/bird.conf",
                "protocol kernel { ipv4 { export all; };\n  kernel table 110; # table 150\n}\n");
        var bad = check("routing-daemons");
        assertEquals(Verdict.WARNING, bad.verdict());
        assertTrue(bad.finding().startsWith("bird and documents both use table [110]:"), bad.finding());
        host.file("/etc/bird/bird.conf", "protocol kernel { }\n").process(85, "/usr/lib/frr/zebra");
        assertEquals(Verdict.OK, check("routing-daemons").verdict());
        host.file("/etc/frr/frr.conf", "ip route 10.0.0.0/8 10.1.1.1 table 150\n! table 110\n");
        assertTrue(check("routing-daemons").finding().startsWith("bird, zebra and documents both use table [150]:"));
    }

    @Test
    void dhcpClients() {
        host.process(86, "/sbin/dhclient", "-4", "net2");
        assertEquals(Verdict.OK, check("dhcp-clients").verdict(), "no document names net2");
        host.process(87, "/sbin/dhclient", "-4", "-pf", "/run/x.pid", "net1");
        assertTrue(check("dhcp-clients").finding().startsWith("dhclient on net1: with each lease"));
        host.process(88, "/usr/sbin/dhcpcd");
        assertTrue(check("dhcp-clients").finding().contains("dhcpcd on eth0, dhcpcd on net1"), "it serves all devices");
        assertTrue(check("dhcp-clients").remedy().stream().anyMatch(line -> line.startsWith("in /etc/dhcpcd.conf:"
                + " interface net1")));
    }
}
