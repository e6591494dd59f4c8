package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.IntentParser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large repositories. The bounds are far above what is measured; what it takes is printed. */
class GitScaleTest {

    private static final int MANY = 10_000;
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private static final class Kept implements ParsedDocuments {
        private final Map<String, byte[]> values = new HashMap<>();

        @Override
        public Optional<byte[]> find(String hash) {
            return Optional.ofNullable(values.get(hash));
        }

        @Override
        public void keep(String hash, byte[] parsed) {
            values.put(hash, parsed);
        }
    }

    private static <T> T timed(String what, Supplier<T> work) {
        long start = System.nanoTime();
        var result = work.get();
        var took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println(what + ": " + took.toMillis() + " ms");
        assertTrue(took.compareTo(BOUND) < 0, what + " took " + took);
        return result;
    }

    private static String document(int number) {
        return """
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: table-%1$d, labels: {site: x%1$d}}
                spec:
                  routes:
                    - {to: 10.%2$d.%3$d.0/24, dev: eth0, metric: 50}
                    - {to: default, via: 192.0.2.1, dev: eth0}
                """.formatted(number, number / 256, number % 256);
    }

    /** Ten thousand files, every one of them an intent; and ten thousand documents in one file. */
    @Test
    void tenThousandFilesAndTenThousandDocuments() throws IOException {
        var git = RealGit.create(folder);
        var all = new StringBuilder();
        for (int i = 0; i < MANY; i++) {
            git.write("files/%02d/%d.yaml".formatted(i / 100, i), document(i));
            all.append("---\n").append(document(i));
        }
        git.write("documents/all.yaml", all.toString());
        git.push("many");
        try (var server = GitHttpServer.http(git)) {
            for (var path : new String[] {"files", "documents"}) {
                measure(git, new GitLocation(server.url(), Optional.of("main"), path), path);
            }
        }
    }

    private void measure(RealGit git, GitLocation location, String path) {
        var kept = new Kept();
        try (var mirror = GitMirror.open(folder.resolve("state-" + path), location, GitAccess.anonymous(),
                Optional.empty())) {
            var first = timed(path + ", first fetch", mirror::update);
            var parsed = timed(path + ", read and parse", () -> mirror.source(first, "1")
                    .documents(IntentParser.withoutSchema(), kept));
            assertEquals(MANY, parsed.parsed().documents().size());
            var second = timed(path + ", nothing new", mirror::update);
            var again = timed(path + ", from what was kept", () -> mirror.source(second, "1")
                    .documents(IntentParser.withoutSchema(), kept));
            assertEquals(MANY, again.parsed().documents().size());
            git.write("files/00/0.yaml", document(0).replace("metric: 50", "metric: " + (51 + path.length())));
            git.push("one line");
            var third = timed(path + ", fetch of one line", mirror::update);
            assertEquals("one line", third.subject());
        }
    }
}
