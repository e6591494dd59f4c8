package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The doctor on the second kernel, which has as modules what the running one may lack. */
@Tag("uml")
class SecondKernelDoctorTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    @BeforeAll
    static void runsInUserModeLinux() throws IOException {
        assertTrue(Files.readString(Path.of("/proc/cpuinfo")).contains("User Mode Linux"), "this is the host's kernel");
    }

    @Test
    void whatThisKernelHas() throws IOException {
        var checks = DoctorKernelTest.checks(new TestHost(namespaces, directory).run("doctor", "--json"));
        for (var name : List.of("rules-ipv4", "rules-ipv6", "rules-l3mdev", "routes-ipv4", "routes-ipv4-multipath",
                "routes-ipv6", "routes-ipv6-multipath", "link-vrf", "link-dummy", "tc-classifier-flower",
                "tc-action-gact", "tc-action-ct", "ipsec-esp", "ipsec-aes-gcm")) {
            var check = checks.get("kernel/" + name);
            assertEquals("ok", check.get("verdict").asString(), check::toString);
        }
        DoctorKernelTest.assertBuilt(checks, DoctorKernelTest.unpacked(Path.of(
                "/usr/share/doc/user-mode-linux/config.gz")));
    }
}
