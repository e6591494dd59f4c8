package dev.plumbline.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reboots of a kernel: what was in it is gone, what the store says of it is not. */
@Tag("kernel")
class RebootKernelTest {

    private static final String HEAD = "apiVersion: plumbline.dev/v1\n";
    private static final String SIP = HEAD + "kind: SourceRouting\nmetadata: {name: sip}\nspec: {device: net1}\n---\n";
    private static final String RULES = HEAD + """
            kind: RoutingRules
            metadata: {name: edge}
            spec: {rules: [{priority: %d, from: 192.0.2.0/24, lookup: 110}]}
            """;
    private static final int MANY = 30_000;

    /** The network that the system's own configuration makes at each boot, and what is printed of it in sections. */
    private static final String NETWORK = """
            exec 2>&1
            cat /proc/sys/kernel/random/boot_id >>boots
            for device in eth0 net1; do
                ip link add $device type dummy
                ip link set $device addrgenmode none
                ip link set $device up
            done
            ip address add 10.0.0.10/24 dev eth0
            ip address add 192.168.1.209/24 dev net1
            ip route add default via 10.0.0.1 dev eth0
            ip route add default via 192.168.1.1 dev net1 metric 100
            # This kernel has one slow processor.
            export PLUMBLINE_JAVA_OPTS=-XX:TieredStopAtLevel=1
            plumbline() { PLUMBLINE/bin/plumbline "$@"; echo "code $?"; }
            section() { echo "== $1"; }
            """.replace("PLUMBLINE/", Path.of("target/plumbline").toAbsolutePath() + "/");
    private static final String APPLY = "plumbline apply --auto-approve --intents $intents --state-dir state";

    @TempDir
    Path folder;

    private SecondKernel machine;

    @BeforeEach
    void intents() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        machine = new SecondKernel(folder);
        Files.createDirectory(folder.resolve("state"), PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rwx------")));
        Files.createDirectory(folder.resolve("intents"));
        intents(1000);
    }

    private void intents(int priority) throws IOException {
        Files.writeString(folder.resolve("intents/edge.yaml"), SIP + RULES.formatted(priority));
    }

    @Test
    void whatWaitedIsRejectedAndTheConfirmedStateComesBack() throws Exception {
        Files.writeString(folder.resolve("later.yaml"), SIP + RULES.formatted(1001));
        machine.boot(NETWORK + """
                intents=intents
                ip route >before
                %1$s
                cp later.yaml intents/edge.yaml
                %1$s --confirm 600s
                ip rule | grep -q 1001: && echo waits >waits
                echo o >/proc/sysrq-trigger
                sleep 60
                """.formatted(APPLY));
        assertTrue(Files.exists(folder.resolve("waits")));

        var said = sections(machine.boot(NETWORK + """
                intents=intents
                section recover; plumbline recover --state-dir state
                section again; plumbline recover --state-dir state
                section rules; ip rule
                section confirm; plumbline confirm --state-dir state
                section refused; %1$s
                section oneshot; plumbline apply --oneshot --intents intents --state-dir state
                section confirmed; ip rule; ip route
                section wanted; %1$s --again
                section plan; plumbline plan --intents intents --state-dir state
                section changed; ip rule
                section destroy; plumbline destroy --auto-approve --state-dir state
                section after; ip route
                """.formatted(APPLY)));

        assertEquals(2, Files.readAllLines(folder.resolve("boots")).stream().distinct().count());
        assertContains(said, "recover", "was not confirmed; it is reverted.", "the machine was booted since", "code 0");
        assertContains(said, "again", "Nothing to recover: every apply has ended.");
        assertFalse(said.get("rules").contains("192.0.2.0"), said::toString);
        assertContains(said, "confirm", "no apply waits to be confirmed", "code 1");
        assertContains(said, "refused", "these very intents were reverted at", "code 1");
        assertContains(said, "oneshot", "Reverted: these intents were reverted at", "code 1");
        assertContains(said, "confirmed", "1000:\tfrom 192.0.2.0/24", "from 192.168.1.209 lookup 100");
        assertFalse(said.get("confirmed").contains("1001:"), said::toString);
        assertFalse(said.get("confirmed").contains("dev net1"), said::toString);
        assertContains(said, "wanted", "code 0");
        assertContains(said, "plan", "No changes. The network matches the intents.");
        assertContains(said, "changed", "1001:\tfrom 192.0.2.0/24");
        // What was moved away is back as it was, once.
        assertEquals(Files.readAllLines(folder.resolve("before")).stream().sorted().toList(),
                said.get("after").lines().sorted().toList());
    }

    @Test
    void anApplyThatThePowerCutIsEndedWithNothingToUndo() throws Exception {
        Files.createDirectory(folder.resolve("many"));
        Files.writeString(folder.resolve("many/edge.yaml"), SIP + RULES.formatted(1000) + "---\n" + HEAD
                + "kind: RouteTable\nmetadata: {name: many}\nspec:\n  id: 110\n  routes:\n" + IntStream.range(0, MANY)
                .mapToObj(each -> "    - {to: 100.64.%d.%d/32, via: 10.0.0.1}%n".formatted(each / 250, each % 250))
                .collect(Collectors.joining()));
        machine.boot(NETWORK + """
                intents=intents
                %1$s
                intents=many
                # Before all else, as soon as the kernel says that there is a new route.
                chrt --fifo 50 sh -c 'ip monitor route | head -n 1; echo o >/proc/sysrq-trigger' &
                %1$s --replace-source >applied
                sleep 60
                """.formatted(APPLY));
        assertFalse(Files.readString(folder.resolve("applied")).contains("complete"), "the power was cut too late");

        var said = sections(machine.boot(NETWORK + """
                intents=many
                section plan; plumbline plan --intents intents --state-dir state
                section recover; plumbline recover --state-dir state
                section empty; ip rule; ip route
                section oneshot; plumbline apply --oneshot --intents intents --state-dir state
                section confirmed; ip rule; ip route
                section many; %1$s --replace-source
                section count; ip route show table 110 | wc -l
                """.formatted(APPLY)));

        assertContains(said, "plan", "+ rule 1000: from 192.0.2.0/24 lookup 110");
        assertContains(said, "recover", "did not end; there is nothing to undo.", "the machine was booted since",
                "code 0");
        assertFalse(said.get("empty").contains("192.0.2.0"), said::toString);
        assertContains(said, "empty", "default via 192.168.1.1 dev net1 metric 100");
        assertContains(said, "oneshot", "code 0");
        assertContains(said, "confirmed", "1000:\tfrom 192.0.2.0/24", "from 192.168.1.209 lookup 100");
        assertContains(said, "many", "code 0");
        assertEquals(Integer.toString(MANY), said.get("count").strip());
    }

    private static Map<String, String> sections(String output) {
        var sections = new TreeMap<String, String>();
        for (var section : output.split("(?m)^== ")) {
            int end = section.indexOf('\n');
            sections.put(section.substring(0, Math.max(0, end)), section.substring(end + 1));
        }
        return sections;
    }

    private static void assertContains(Map<String, String> said, String section, String... texts) {
        for (var text : List.of(texts)) {
            assertTrue(said.getOrDefault(section, "").contains(text),
                    () -> section + " lacks \"" + text + "\": " + said);
        }
    }
}
