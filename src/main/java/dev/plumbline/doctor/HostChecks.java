package dev.plumbline.doctor;

import dev.plumbline.netlink.KernelClock;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.secret.Secret;
import dev.plumbline.secret.SecretException;
import dev.plumbline.state.Protocol;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The program itself, its rights, and what of the host matters to it. */
final class HostChecks {

    private static final String PROGRAM = "program";
    static final String HOST = "host";
    private static final int OLDEST_JAVA = 25;
    private static final String MARK = Protocol.PLUMBLINE + "\tplumbline";
    /** {@code linux/capability.h}. */
    private static final List<Capability> NEEDED = List.of(new Capability(12, "CAP_NET_ADMIN", "routes and rules"),
            new Capability(21, "CAP_SYS_ADMIN", "other network namespaces"),
            new Capability(19, "CAP_SYS_PTRACE", "network namespaces of other processes"));
    /** Nearly full: connections are about to be refused. */
    private static final int FULL_PERCENT = 90;

    private final HostFiles files;
    private final Optional<Path> home;

    private record Capability(int bit, String name, String purpose) {
    }

    /** @param home where the distribution lies; absent where the program does not run from one */
    HostChecks(HostFiles files, Optional<Path> home) {
        this.files = files;
        this.home = home;
    }

    List<Check> checks() {
        return List.of(java(), startUp(), privileges(), mark(), clock(), namespaces(), reversePaths(), forwarding(),
                connections());
    }

    /** Whether encrypted files of the repository can be read. */
    static Check encryption(Optional<Path> ageIdentity, Map<String, String> environment) {
        var name = "age-identity";
        if (ageIdentity.isEmpty()) {
            return Check.notApplicable(HOST, name, "encrypted secrets in the repository are not used:"
                    + " plumbline.yaml names no secrets.ageIdentity");
        }
        var identity = new Secret.File(ageIdentity.get());
        try {
            identity.requireOwn();
        } catch (SecretException e) {
            return Check.failed(HOST, name, String.valueOf(e.getMessage()), Files.exists(identity.path())
                    ? "chmod 600 " + identity.path() : "age-keygen -o " + identity.path());
        }
        var programs = List.of("age", "sops").stream()
                .filter(each -> Secret.Encrypted.program(each, environment).isPresent()).toList();
        return programs.contains("age") ? Check.ok(HOST, name, "this host's key is its owner's alone; there is "
                + String.join(" and ", programs))
                : Check.failed(HOST, name, "there is no program `age`, so encrypted secrets cannot be read",
                        "apt install age");
    }

    private static Check java() {
        int version = Runtime.version().feature();
        var finding = "Java " + Runtime.version();
        return version >= OLDEST_JAVA ? Check.ok(PROGRAM, "java", finding)
                : Check.failed(PROGRAM, "java", finding + " is too old", "apt install openjdk-" + OLDEST_JAVA
                        + "-jre-headless", "export PLUMBLINE_JAVA=/usr/lib/jvm/java-" + OLDEST_JAVA + "-openjdk-amd64");
    }

    private Check startUp() {
        var name = "aot-cache";
        if (home.isEmpty()) {
            return Check.notApplicable(PROGRAM, name, "plumbline does not run from its distribution");
        }
        var cache = home.get().normalize().resolve("lib/plumbline.aot");
        if (!Files.isReadable(cache)) {
            return Check.warning(PROGRAM, name, "there is no " + cache + ", so every start takes four times as long",
                    "mvn -B -q -DskipTests package    # and copy target/plumbline with cp -a");
        }
        // The JVM says so in its version line; it drops a cache that was made with another JDK without a word.
        return System.getProperty("java.vm.info", "").contains("sharing")
                ? Check.ok(PROGRAM, name, "the AOT cache is in use: " + cache)
                : Check.warning(PROGRAM, name, "the AOT cache " + cache + " does not fit this JDK ("
                        + System.getProperty("java.home") + "), so every start takes four times as long",
                        "export PLUMBLINE_JAVA=    # the JDK that it was built with; or build it again with this one:",
                        "mvn -B -q -DskipTests package");
    }

    private Check privileges() {
        long held = files.lines("/proc/self/status").stream().filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16)).findFirst().orElse(0);
        var missing = NEEDED.stream().filter(each -> (held >>> each.bit() & 1) == 0).toList();
        return missing.isEmpty() ? Check.ok(PROGRAM, "privileges", "all capabilities that an apply needs")
                : Check.warning(PROGRAM, "privileges", "this user has not " + String.join(", ", missing.stream()
                        .map(each -> each.name() + " (" + each.purpose() + ")").toList())
                        + ": apply is refused, and the doctor cannot look at everything", "sudo plumbline doctor");
    }

    /** What iproute2 calls protocol 157; entries in {@code /etc} win. */
    private Check mark() {
        var named = new ArrayList<String>();
        for (var folder : List.of("/usr/share/iproute2", "/etc/iproute2")) {
            Stream.concat(Stream.of(folder + "/rt_protos"), files.names(folder + "/rt_protos.d", "*.conf").stream()
                            .map(name -> folder + "/rt_protos.d/" + name))
                    .flatMap(file -> files.lines(file).stream())
                    .map(line -> line.replaceFirst("#.*", "").strip().split("\\s+"))
                    .filter(words -> words.length == 2 && words[0].matches("157|0x9[dD]"))
                    .forEach(words -> named.add(words[1]));
        }
        if (named.isEmpty()) {
            return Check.warning(HOST, "rt-protos", "`ip route` will say `proto 157` of plumbline's routes",
                    "mkdir -p /etc/iproute2/rt_protos.d && printf '157\\tplumbline\\n'"
                            + " > /etc/iproute2/rt_protos.d/plumbline.conf");
        }
        return named.getLast().equals("plumbline") ? Check.ok(HOST, "rt-protos", "protocol 157 is called plumbline")
                : Check.failed(HOST, "rt-protos", "protocol 157, plumbline's mark, is called " + named.getLast()
                        + " on this host: if a program of that name uses it, plumbline takes its routes for its own",
                        "grep -rw 157 /etc/iproute2 /usr/share/iproute2    # and let that program use another number,",
                        "then write there: " + MARK);
    }

    private Check clock() {
        if (files.exists("/run/systemd/timesync/synchronized")) {
            return Check.ok(HOST, "clock", "the clock is synchronised (systemd-timesyncd)");
        }
        try {
            return KernelClock.isSynchronised() ? Check.ok(HOST, "clock", "the clock is synchronised")
                    : Check.warning(HOST, "clock", "no time service keeps the clock right: the times of the history,"
                            + " and deadlines of `apply --confirm` across a reboot, may be wrong",
                            "apt install systemd-timesyncd && systemctl enable --now systemd-timesyncd");
        } catch (NetlinkException e) {
            return Check.notApplicable(HOST, "clock", "not looked at: " + e.getMessage());
        }
    }

    private Check namespaces() {
        return files.exists("/run/netns") ? Check.ok(HOST, "netns", files.names("/run/netns", "*").size()
                + " named network namespaces in /run/netns")
                : Check.notApplicable(HOST, "netns", "no network namespace has a name (/run/netns)");
    }

    private String sysctl(String name) {
        return files.text("/proc/sys/net/" + name).orElse("absent");
    }

    private Check reversePaths() {
        return Check.ok(HOST, "rp-filter", "net.ipv4.conf.all.rp_filter=" + sysctl("ipv4/conf/all/rp_filter")
                + ", default=" + sysctl("ipv4/conf/default/rp_filter")
                + " (1 drops what comes in by another device than the answer would take; the higher of all and the"
                + " device's own counts)");
    }

    private Check forwarding() {
        return Check.ok(HOST, "forwarding", "net.ipv4.ip_forward=" + sysctl("ipv4/ip_forward")
                + ", net.ipv6.conf.all.forwarding=" + sysctl("ipv6/conf/all/forwarding")
                + " (1 where this host routes for others)");
    }

    private OptionalLong number(String file) {
        return files.text(file).filter(text -> text.matches("[0-9]{1,18}")).stream().mapToLong(Long::parseLong)
                .findFirst();
    }

    private Check connections() {
        var count = number("/proc/sys/net/netfilter/nf_conntrack_count");
        var most = number("/proc/sys/net/netfilter/nf_conntrack_max");
        if (count.isEmpty() || most.isEmpty()) {
            return Check.notApplicable(HOST, "conntrack", "connections are not tracked (nf_conntrack is not loaded)");
        }
        long tracked = count.getAsLong();
        long limit = most.getAsLong();
        var finding = tracked + " of " + limit + " connections are tracked";
        return limit > 0 && tracked * 100 >= limit * FULL_PERCENT
                ? Check.warning(HOST, "conntrack", finding + ": new ones are about to be dropped",
                        "printf 'net.netfilter.nf_conntrack_max=" + limit * 2
                                + "\\n' > /etc/sysctl.d/90-conntrack.conf && sysctl --system")
                : Check.ok(HOST, "conntrack", finding);
    }
}
