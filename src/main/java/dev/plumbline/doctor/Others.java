package dev.plumbline.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Who else writes to this host's network, and what that does to plumbline's work. */
final class Others {

    static final String AREA = "others";

    private static final long KUBE_PROXY_BITS = 0xc000;
    private static final Map<String, String> DAEMONS = Map.of("bird", "bird", "bird6", "bird", "zebra", "frr",
            "bgpd", "frr", "ospfd", "frr", "keepalived", "keepalived", "babeld", "babel", "gobgpd", "gobgp");
    private static final Map<String, List<String>> DAEMON_FILES = Map.of("bird", List.of("/etc", "/etc/bird"),
            "frr", List.of("/etc/frr"), "keepalived", List.of("/etc/keepalived"), "babel", List.of(),
            "gobgp", List.of());
    /** A routing table in their configurations: {@code kernel table 100;}, {@code set table 100}, {@code table 100}. */
    private static final Pattern TABLE = Pattern.compile("\\btable\\s+([0-9]{1,10})\\b");
    private static final Set<String> DHCP = Set.of("dhclient", "dhcpcd", "udhcpc");

    private final HostFiles files;
    private final Interests interests;
    private final Processes processes;

    Others(HostFiles files, Interests interests) {
        this.files = files;
        this.interests = interests;
        var names = new TreeSet<>(Set.of(Networkd.PROCESS, NetworkManager.PROCESS, "firewalld", "dockerd",
                "kube-proxy"));
        names.addAll(DAEMONS.keySet());
        names.addAll(DHCP);
        processes = new Processes(files, names);
    }

    List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.add(new Networkd(files).check(processes));
        checks.add(new NetworkManager(files).check(processes, interests));
        checks.add(firewalld());
        checks.add(docker());
        checks.add(new ForwardPolicy(files).check());
        checks.add(kubeProxy());
        checks.add(daemons());
        checks.add(dhcp());
        return checks;
    }

    private static Check absent(String name, String words) {
        return Check.notApplicable(AREA, name, words + " does not run");
    }

    /** Its settings stand before any section. */
    private Check firewalld() {
        if (processes.named("firewalld").isEmpty()) {
            return absent("firewalld", "firewalld");
        }
        var configuration = ConfigurationFile.of(files, "/etc/firewalld/firewalld.conf");
        var filter = configuration.value("", "IPv6_rpfilter").orElse("yes");
        if (List.of("no", "loose", "loose-forward").contains(filter)) {
            return Check.warning(AREA, "firewalld", "firewalld runs: what its zones do not allow is dropped, forwarded"
                    + " packets too, whatever plumbline routes", zone());
        }
        return Check.warning(AREA, "firewalld", "firewalld runs with IPv6_rpfilter=" + filter + ": IPv6 packets that"
                + " come in by another way than main would send the answer are dropped, which source routing and"
                + " marks lead to; and what its zones do not allow is dropped, forwarded packets too",
                "in /etc/firewalld/firewalld.conf: IPv6_rpfilter=loose    # firewalld before 2.0: no",
                "firewall-cmd --complete-reload", zone());
    }

    private String zone() {
        var device = interests.devices().stream().findFirst().orElse("DEVICE");
        return "firewall-cmd --permanent --zone=trusted --add-interface=" + device + " && firewall-cmd --reload    #"
                + " where all of its traffic is to pass";
    }

    /** Whether its policy drops now is another check's matter: this one is of what it does at its next start. */
    private Check docker() {
        if (processes.named("dockerd").isEmpty()) {
            return absent("docker", "dockerd");
        }
        var settings = files.text("/etc/docker/daemon.json").orElse("").replaceAll("\\s", "");
        if (settings.contains("\"ip-forward-no-drop\":true") || settings.contains("\"iptables\":false")) {
            return Check.ok(AREA, "docker", "dockerd runs, and leaves the policy of FORWARD alone");
        }
        return Check.warning(AREA, "docker", "dockerd runs: where it is the one that switches forwarding on, it sets"
                + " the policy of FORWARD to drop, and what plumbline routes through this host does not pass",
                "in /etc/docker/daemon.json: {\"ip-forward-no-drop\": true}    # Docker 28 or newer",
                "printf 'net.ipv4.ip_forward=1\\n' > /etc/sysctl.d/90-forward.conf    # older ones: then it leaves"
                        + " the policy");
    }

    private Check kubeProxy() {
        if (processes.named("kube-proxy").isEmpty()) {
            return absent("kube-proxy", "kube-proxy");
        }
        long shared = interests.markBits() & KUBE_PROXY_BITS;
        return shared == 0 ? Check.ok(AREA, "kube-proxy", "kube-proxy runs, and no rule of the documents looks at"
                + " its mark bits 0x4000 and 0x8000")
                : Check.warning(AREA, "kube-proxy", "kube-proxy runs and marks packets with 0x4000 (masquerade) and"
                        + " 0x8000"
                        + " (drop); rules of the documents look at bits 0x" + Long.toHexString(shared) + " of it",
                        "in the documents: take other bits, with a mask, such as fwmark: 0x10/0xff");
    }

    private Check daemons() {
        var running = processes.all().stream().map(Processes.Process::name).filter(DAEMONS::containsKey).distinct()
                .sorted().toList();
        if (running.isEmpty()) {
            return Check.notApplicable(AREA, "routing-daemons", "no routing daemon runs");
        }
        var shared = new TreeSet<Long>();
        running.stream().map(DAEMONS::get).distinct().forEach(each -> shared.addAll(tables(each)));
        shared.retainAll(interests.tables());
        var words = String.join(", ", running);
        return shared.isEmpty() ? Check.ok(AREA, "routing-daemons", words + ": routes of other protocols, plumbline's"
                + " among them, are left alone; routes of main may be announced (redistribute kernel)")
                : Check.warning(AREA, "routing-daemons", words + " and documents both use table " + shared
                        + ": of two routes to one destination only one counts",
                        "in the documents, or in the daemon's configuration: take another table number");
    }

    private Set<Long> tables(String daemon) {
        var tables = new TreeSet<Long>();
        for (var folder : DAEMON_FILES.get(daemon)) {
            for (var name : files.names(folder, folder.equals("/etc") ? "bird*.conf" : "*.conf")) {
                for (var line : files.lines(folder + "/" + name)) {
                    var matcher = TABLE.matcher(line.replaceFirst("(^|\\s)[#!].*", ""));
                    while (matcher.find()) {
                        tables.add(Long.parseLong(matcher.group(1)));
                    }
                }
            }
        }
        return tables;
    }

    private Check dhcp() {
        var findings = new ArrayList<String>();
        var remedies = new ArrayList<String>();
        for (var process : processes.all()) {
            if (!DHCP.contains(process.name())) {
                continue;
            }
            var known = files.names("/sys/class/net", "*");
            var named = processes.arguments(process).stream().filter(known::contains).toList();
            // Without a device on its command line it serves all.
            for (var device : named.isEmpty() ? interests.devices() : named) {
                if (interests.devices().contains(device)) {
                    findings.add(process.name() + " on " + device);
                    remedies.addAll(stop(process.name(), device));
                }
            }
        }
        return findings.isEmpty() ? Check.ok(AREA, "dhcp-clients", "no DHCP client runs on a device that documents"
                + " name")
                : new Check(AREA, "dhcp-clients", Check.Verdict.WARNING, String.join(", ", findings)
                        + ": with each lease the routes of the device come back into main, until plumbline moves them"
                        + " again", remedies);
    }

    private static List<String> stop(String client, String device) {
        return switch (client) {
            case "dhcpcd" -> List.of("in /etc/dhcpcd.conf: interface " + device + "    (a line), nogateway    (the"
                    + " next)");
            case "dhclient" -> List.of("in /etc/dhcp/dhclient.conf: interface \"" + device
                    + "\" { request subnet-mask, broadcast-address, domain-name-servers; }    # and gateways: in the"
                    + " document");
            default -> List.of("in the SourceRouting of " + device + ": routes: copy");
        };
    }
}
