package dev.plumbline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the tier uml rests on: another kernel than the host's, modules, VRF devices, a root that it cannot write. */
@Tag("uml")
class SecondKernelTest {

    /** What follows must not happen to a machine's own network. */
    @BeforeAll
    static void runsInUserModeLinux() throws IOException {
        assertTrue(Files.readString(Path.of("/proc/cpuinfo")).contains("User Mode Linux"), "this is the host's kernel");
    }

    @Test
    void hasTheModulesOfItsRelease() throws IOException {
        String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();

        assertTrue(Files.isDirectory(Path.of("/usr/lib/uml/modules", release)), release);
    }

    @Test
    void vrfTakesTheRoutesOfItsDevicesIntoItsTable() throws Exception {
        run("ip", "link", "add", "red", "type", "vrf", "table", "110");
        run("ip", "link", "add", "d0", "type", "dummy");
        try {
            run("ip", "link", "set", "red", "up");
            run("ip", "link", "set", "d0", "master", "red", "up");
            run("ip", "address", "add", "192.0.2.1/24", "dev", "d0");
            run("ip", "route", "add", "198.51.100.0/24", "via", "192.0.2.2", "vrf", "red");

            String table = run("ip", "route", "show", "table", "110");
            assertTrue(table.contains("192.0.2.0/24 dev d0 proto kernel scope link src 192.0.2.1"), table);
            assertTrue(table.contains("198.51.100.0/24 via 192.0.2.2 dev d0"), table);
            assertEquals("1000:\tfrom all lookup [l3mdev-table]", run("ip", "rule", "show", "pref", "1000").strip());
        } finally {
            run("ip", "link", "delete", "d0");
            run("ip", "link", "delete", "red");
        }
    }

    @Test
    void cannotWriteToTheHost() throws Exception {
        Process touch = new ProcessBuilder("touch", "/usr/lib/uml/written-by-a-test").redirectErrorStream(true).start();
        String said = new String(touch.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(1, touch.waitFor());
        assertTrue(said.contains("Read-only file system"), said);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> Arrays.toString(command) + ": " + output);
        return output;
    }
}
