package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.history.Event;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two {@code apply} at once, each a process, of intents that differ: none is lost, no error but the lock's. */
@Tag("kernel")
class ConcurrentAppliesKernelTest {

    private static final int ROUNDS = 50;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private int done;

    /** Every other round both wait for each other, and both must succeed; else the second comer may be turned away. */
    @Test
    void twoProcessesFiftyTimes() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        var others = host.snapshot();
        int locked = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int table = 1000 + 2 * round;
            host.intent("both.yaml", documents("one", table) + "---\n" + documents("two", table + 1));
            locked += both(round % 2 == 0);
            var rules = host.ourRules();
            assertEquals(1, rules.size(), rules::toString);
            boolean one = rules.getFirst().equals("1000: from 10.1.0.0/16 lookup " + table);
            assertTrue(one || rules.getFirst().endsWith(" lookup " + (table + 1)), rules::toString);
            assertEquals(List.of("203.0.113.0/24 via 10.0.0.1 dev eth0 proto 157"),
                    host.routes(String.valueOf(one ? table : table + 1)));
            assertEquals(1, host.routes().stream().filter(line -> line.contains("proto 157")).count());
            var plan = host.run("plan", "--detailed-exitcode", "--host", one ? "one" : "two");
            assertEquals(0, plan.code(), plan::toString);
        }
        System.out.println("two processes at once, " + ROUNDS + " times: " + done + " applied, " + locked
                + " locked out");
        try (var store = Store.openReadOnly(host.state(), "1.0")) {
            assertEquals(List.of(), store.unfinished());
            assertEquals(done, store.history(1000).stream()
                    .filter(each -> each.event().result() == Event.Result.APPLIED).count());
        }
        host.without("both.yaml").apply();
        assertEquals(others.routes(), host.routes());
        assertEquals(others.rules(), host.rules());
    }

    private static String documents(String name, int table) {
        return """
                kind: RouteTable
                metadata: {name: t-%1$s}
                spec:
                  hosts: [%1$s]
                  id: %2$d
                  routes: [{to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}]
                ---
                kind: RoutingRules
                metadata: {name: r-%1$s}
                spec:
                  hosts: [%1$s]
                  rules: [{priority: 1000, from: 10.1.0.0/16, lookup: t-%1$s}]
                """.formatted(name, table);
    }

    /** How many were turned away. */
    private int both(boolean patient) throws IOException, InterruptedException {
        var processes = new ArrayList<Process>();
        for (var name : List.of("one", "two")) {
            processes.add(host.start(printed(name), "apply", "--auto-approve", "--host", name, "--lock-timeout",
                    patient ? "30s" : "0s"));
        }
        int locked = 0;
        for (var name : List.of("one", "two")) {
            var process = processes.removeFirst();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            var text = Files.readString(printed(name));
            if (process.exitValue() == 0) {
                assertTrue(text.contains("Apply complete and verified: 2 added, 0 changed"), text);
                done++;
            } else {
                assertTrue(!patient && process.exitValue() == 1 && text.strip().lines().count() == 1
                        && text.startsWith("plumbline: another apply is at work in namespace host: "), text);
                locked++;
            }
        }
        assertTrue(locked < 2);
        return locked;
    }

    private Path printed(String name) {
        return directory.resolve(name + ".txt");
    }
}
