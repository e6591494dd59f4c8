package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Whatever the intents, whatever drift and whatever change of intents: after an apply the plan is empty, nothing of
 * others is touched, and without documents everything is as it was. What is planned from facts is the same. On one
 * real namespace, try after try.
 */
@Tag("kernel")
class LoopPropertiesKernelTest {

    private static final int FREE_WILL = 4;
    private static final ThrowAwayNamespaces NAMESPACES = new ThrowAwayNamespaces();

    private TestHost host;
    private TestHost elsewhere;
    private Path directory;
    private Random random;
    private RandomIntents documents;
    private TestHost.Snapshot pristine;
    private final List<String> story = new ArrayList<>();

    @BeforeTry
    void topology() throws IOException {
        NAMESPACES.beforeEach(null);
        directory = Files.createTempDirectory("plumbline-properties");
        host = RandomIntents.host(NAMESPACES, directory);
        elsewhere = host.elsewhere(NAMESPACES);
        pristine = host.snapshot();
        story.clear();
    }

    @AfterTry
    void namespaceGoes() throws Exception {
        try (var files = Files.walk(directory)) {
            for (var file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
        NAMESPACES.afterEach(null);
    }

    /** With a fixed seed, so that a build says the same of the same code; without it jqwik looks further each time. */
    @Property(tries = 60, seed = "20261121", shrinking = ShrinkingMode.OFF,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    void convergesWhateverHappensAndGivesEverythingBack(@ForAll long seed) {
        random = new Random(seed);
        documents = new RandomIntents(random);
        intents();
        applied();
        for (int step = 0; step < 3; step++) {
            if (random.nextInt(FREE_WILL) == 0) {
                intents();
            }
            drift();
            applied();
        }
        host.without("random.yaml");
        story.add("no documents");
        applied();
        assertEquals(pristine.routes(), host.routes(), this::told);
        assertEquals(pristine.rules(), host.rules(), this::told);
    }

    /** Applies; afterwards there is nothing to do, and what is of others is as it was. */
    private void applied() {
        FactsKernelTest.assertSamePlan(host, elsewhere);
        var result = host.run("apply", "--auto-approve", "--allow", "mass-delete", "--allow", "empty-source",
                "--allow", "default-route");
        story.add("apply: " + result);
        assertEquals(0, result.code(), this::told);
        var plan = host.run("plan", "--detailed-exitcode");
        assertEquals(0, plan.code(), () -> told() + "\n--- second plan\n" + plan);
        assertEquals(ofOthers(pristine.routes()), ofOthers(host.routes()), this::told);
        assertEquals(pristine.rules(), host.rules().stream().filter(line -> !line.contains("proto 157")).toList(),
                this::told);
    }

    /** What is not plumbline's, and on a device that no document binds. */
    private static List<String> ofOthers(List<String> routes) {
        return routes.stream().filter(line -> !line.contains("proto 157") && !line.contains(" net1")
                && !line.contains(" net2")).toList();
    }

    private String told() {
        return String.join("\n", story) + "\n" + String.join("\n", host.routes()) + "\n"
                + String.join("\n", host.rules()) + "\npristine:\n" + String.join("\n", pristine.routes());
    }

    /** Writes random documents that are valid on this host. */
    private void intents() {
        for (int attempt = 0; attempt < 20; attempt++) {
            var text = documents.next();
            host.intent("random.yaml", text);
            var result = host.run("plan");
            if (result.code() == 0) {
                story.add("intents:\n" + text);
                return;
            }
            assertTrue(result.err().contains("error"), result::toString);
        }
        throw new AssertionError("no valid intents in 20 tries; the last: " + host.run("plan"));
    }

    /** What others do to the network meanwhile, by mistake or because it is their job. */
    private void drift() {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            switch (random.nextInt(9)) {
                case 0 -> ours().ifPresent(line -> ip("route del " + line));
                case 1 -> ip("route flush table " + some("100", "110", "150", "102"));
                case 2 -> ip("rule del pref " + some("1000", "1001", "20000") + " protocol 157");
                case 3 -> ip("route add " + some("203.0.113.0/24", "203.0.200.0/24", "default")
                        + " via 10.0.0.77 dev eth0 table " + some("100", "110", "150", "main", "3000") + " proto 157");
                case 4 -> ip("rule add pref " + some("1000", "1001", "20000")
                        + " from 10.66.0.1 lookup 110 protocol 157");
                case 5 -> ip("-6 route add " + some("2001:db8:90::/48", "default")
                        + " via fe80::77 dev eth0 metric 7 table " + some("100", "110", "150") + " proto 157");
                case 6 -> ip(some("route add 192.168.1.0/24 dev net1 proto kernel scope link src 192.168.1.209",
                        "route add default via 192.168.1.1 dev net1 metric 100 proto dhcp",
                        "-6 route add default via fe80::1 dev net1 metric 512"));
                case 7 -> {
                    ip("link set net2 down");
                    if (random.nextBoolean()) {
                        applied();
                    }
                    ip("link set net2 up");
                }
                default -> ours().ifPresent(line -> ip("route change " + line.replaceAll("via 10\\.0\\.0\\.[0-9]+",
                        "via 10.0.0.99") + " mtu 1234"));
            }
        }
    }

    private String some(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private Optional<String> ours() {
        var lines = host.routes().stream()
                .filter(line -> line.contains("proto 157") && !line.contains("nexthop")).toList();
        return lines.isEmpty() ? Optional.empty()
                : Optional.of(lines.get(random.nextInt(lines.size())).replaceFirst("^unicast ", "")
                        .replaceAll(" (scope|pref) [a-z]+", "").replace(" dev lo", ""));
    }

    /** May fail: what is there already, or gone already. */
    private void ip(String words) {
        story.add("ip " + words + " -> " + host.ip().attempt((words.contains("2001:") && !words.contains("via inet6")
                && !words.startsWith("-6") ? "-6 " : "") + words));
    }
}
