package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Some of several IPv4 routes of one identity are adopted: each of them is there or on record, and all come back. */
@Tag("kernel")
class AdoptGroupKernelTest {

    private static final Pattern IN_IP = Pattern.compile("via ([0-9.]+) dev eth[01] proto ([a-z]+)");
    private static final Pattern IN_STORE = Pattern.compile("\"gateway\":\"([0-9.]+)\".*\"protocol\":\"([a-z]+)\"");
    private static final List<String> GATEWAYS =
            List.of("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.4", "10.0.0.9");

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private List<String> foreign;
    private final List<String> story = new ArrayList<>();

    @BeforeEach
    void host() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24").device("eth1", "10.0.1.10/24");
        host.ip().batch("""
                route add 198.51.101.0/24 via 10.0.0.1 dev eth0 table 112 proto static
                route append 198.51.101.0/24 via 10.0.0.2 dev eth0 table 112 proto bird
                route append 198.51.101.0/24 via 10.0.0.3 dev eth0 table 112 proto static
                route append 198.51.101.0/24 via 10.0.0.3 dev eth0 table 112 proto bird
                route append 198.51.101.0/24 via 10.0.1.4 dev eth1 table 112 proto static
                """);
        foreign = foreign();
        assertEquals(5, foreign.size());
    }

    /** Gateway and protocol of the routes of others. */
    private List<String> foreign() {
        return found(IN_IP, host.routes("112")).toList();
    }

    private Stream<String> recorded() {
        return found(IN_STORE, host.store());
    }

    private static Stream<String> found(Pattern pattern, List<String> lines) {
        return lines.stream().flatMap(line -> pattern.matcher(line).results())
                .map(match -> match.group(1) + " " + match.group(2)).sorted();
    }

    private void write(List<String> gateways) {
        var text = new StringBuilder("kind: RouteTable\nmetadata: {name: group}\nspec:\n  id: 112\n  adopt: true\n"
                + (gateways.isEmpty() ? "  routes: []\n" : "  routes:\n"));
        gateways.forEach(each -> text.append("    - {to: 198.51.101.0/24, via: ").append(each).append("}\n"));
        host.intent("group.yaml", text.toString());
    }

    private void adopt(List<String> gateways) {
        write(gateways);
        story.add(gateways + ": " + host.apply() + String.join("\n", host.routes("112")));
        assertEquals(gateways, host.routes("112").stream().filter(line -> line.contains("proto 157"))
                .map(line -> line.split(" ")[2]).toList(), this::told);
        assertEquals(foreign, Stream.concat(foreign().stream(), recorded()).sorted().toList(), this::told);
        assertEquals(0, host.run("plan", "--detailed-exitcode").code(), this::told);
    }

    /** Ours would be the first beside others: the plan says so, the kernel need not. */
    private boolean isRefused(List<String> gateways) {
        if (!gateways.equals(List.of(GATEWAYS.getLast()))
                || host.routes("112").stream().anyMatch(line -> line.contains("proto 157"))) {
            return false;
        }
        write(gateways);
        var refused = host.run("plan");
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("only an equal one is taken over; give this one another metric"),
                refused::toString);
        return true;
    }

    private void withoutDocuments() {
        host.without("group.yaml");
        story.add("no documents: " + host.apply() + String.join("\n", host.routes("112")));
        assertEquals(foreign, foreign(), this::told);
        assertEquals(List.of(), recorded().toList(), this::told);
        assertEquals(5, host.routes("112").size(), this::told);
    }

    private String told() {
        return String.join("\n", story);
    }

    @Test
    void oneOfThemIsOnRecordAlone() {
        adopt(List.of("10.0.0.2"));
        assertEquals(List.of("10.0.0.2 bird"), recorded().toList());
        withoutDocuments();
    }

    /** What only the protocol tells apart is one route for a document. */
    @Test
    void twinsAreAdoptedTogether() {
        adopt(List.of("10.0.0.3"));
        assertEquals(List.of("10.0.0.3 bird", "10.0.0.3 static"), recorded().toList());
        withoutDocuments();
    }

    @Test
    void anotherOneInsteadGivesTheFirstBack() {
        adopt(List.of("10.0.0.1"));
        adopt(List.of("10.0.0.2"));
        assertEquals(List.of("10.0.0.2 bird"), recorded().toList());
        withoutDocuments();
    }

    @Test
    void whateverTheOrderNoneIsLost() {
        long seed = Long.getLong("plumbline.seed", 20261121L);
        var random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            story.clear();
            story.add("seed " + seed + ", round " + round);
            for (int step = 0; step < 3; step++) {
                var some = GATEWAYS.stream().filter(each -> random.nextInt(3) == 0).toList();
                if (!isRefused(some)) {
                    adopt(some);
                }
            }
            withoutDocuments();
        }
        assertTrue(story.size() > 1);
    }
}
