package dev.plumbline.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.doctor.Check.Verdict;
import dev.plumbline.secret.AgeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostChecksTest {

    @TempDir
    Path directory;
    private HostTree host;

    @BeforeEach
    void host() {
        host = new HostTree(directory);
    }

    private Check check(String name) {
        return new HostChecks(host.files(), Optional.empty()).checks().stream()
                .filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void capabilities() {
        host.file("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
        assertEquals(Verdict.OK, check("privileges").verdict());
        host.file("/proc/self/status", "Name:\tjava\nCapEff:\t0000000000001000\n");
        var some = check("privileges");
        assertEquals(Verdict.WARNING, some.verdict());
        assertEquals(true, some.finding().contains("CAP_SYS_ADMIN") && !some.finding().contains("CAP_NET_ADMIN"));
        assertEquals(List.of("sudo plumbline doctor"), some.remedy());
    }

    /** The command is run by a real shell, in the tree. */
    @Test
    void theMarkHasAName() throws IOException, InterruptedException {
        host.file("/etc/iproute2/rt_protos", "# a comment\n4\tstatic\n");
        var bad = check("rt-protos");
        assertEquals(Verdict.WARNING, bad.verdict());
        var command = bad.remedy().getFirst().replace("/etc/iproute2", host.root() + "/etc/iproute2");
        assertTrue(new ProcessBuilder("sh", "-c", command).start().waitFor(10, TimeUnit.SECONDS));
        assertEquals("157\tplumbline\n",
                Files.readString(host.root().resolve("etc/iproute2/rt_protos.d/plumbline.conf")));
        assertEquals(Verdict.OK, check("rt-protos").verdict());
        host.file("/etc/iproute2/rt_protos.d/zz.conf", "0x9d somebody # else\n");
        var taken = check("rt-protos");
        assertEquals(Verdict.FAILED, taken.verdict());
        assertTrue(taken.finding().contains("is called somebody on this host"), taken.finding());
    }

    @Test
    void trackedConnections() {
        assertEquals(Verdict.NOT_APPLICABLE, check("conntrack").verdict());
        host.file("/proc/sys/net/netfilter/nf_conntrack_count", "899\n")
                .file("/proc/sys/net/netfilter/nf_conntrack_max", "1000\n");
        assertEquals(Verdict.OK, check("conntrack").verdict());
        host.file("/proc/sys/net/netfilter/nf_conntrack_count", "900\n");
        assertEquals(Verdict.WARNING, check("conntrack").verdict());
        assertTrue(check("conntrack").remedy().getFirst().contains("nf_conntrack_max=2000"));
    }

    @Test
    void timesyncdSaysThatTheClockIsRight() {
        host.file("/run/systemd/timesync/synchronized", "");
        assertEquals("the clock is synchronised (systemd-timesyncd)", check("clock").finding());
    }

    @Test
    void aModuleThatIsInstalledIsLoadedByHand() throws IOException {
        var option = new KernelOption("CONFIG_NET_CLS_FLOWER", "cls_flower");
        assertTrue(option.remedy(directory).getFirst().startsWith("run a kernel with CONFIG_NET_CLS_FLOWER"));
        Files.writeString(directory.resolve("modules.dep"),
                "kernel/net/sched/cls_u32.ko.xz:\nkernel/net/sched/cls-flower.ko.zst: kernel/net/x.ko\n");
        assertEquals("modprobe cls_flower", option.remedy(directory).getFirst());
    }

    @Test
    void aDistributionWithoutACache() {
        var without = new HostChecks(host.files(), Optional.of(directory)).checks().stream()
                .filter(each -> each.name().equals("aot-cache")).findFirst().orElseThrow();
        assertEquals(Verdict.WARNING, without.verdict());
    }

    @Test
    void encryptedSecrets() throws IOException {
        assertEquals(Verdict.NOT_APPLICABLE, HostChecks.encryption(Optional.empty(), Map.of()).verdict());
        var key = AgeKey.create(directory.resolve("key")).identity();
        assertEquals(Verdict.OK, HostChecks.encryption(Optional.of(key), System.getenv()).verdict());
        assertEquals(List.of("apt install age"),
                HostChecks.encryption(Optional.of(key), Map.of("PATH", directory.toString())).remedy());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(List.of("chmod 600 " + key), HostChecks.encryption(Optional.of(key), System.getenv()).remedy());
        var none = directory.resolve("none");
        assertEquals(List.of("age-keygen -o " + none),
                HostChecks.encryption(Optional.of(none), System.getenv()).remedy());
    }
}
