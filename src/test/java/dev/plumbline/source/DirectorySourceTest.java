package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.IntentParser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {

    private static final String TABLE =
            "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: a}\nspec: {routes: [{to: default,"
            + " dev: a, mtu: 70000}]}\n";

    @TempDir
    private Path folder;

    private DirectorySource source() {
        return new DirectorySource(folder, "1.0");
    }

    private Path file(String name, String content) throws IOException {
        var path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, content);
    }

    private static String refusal(Runnable work) {
        return assertThrows(SourceException.class, work::run).getMessage();
    }

    @Test
    void yamlFilesAreListedInAStableOrder() throws IOException {
        for (var name : List.of("b.yaml", "a/z.yml", "a.yaml", "topology.yaml", "a/topology.yaml", ".hidden.yaml",
                ".git/x.yaml", "README.md", "a/.x/y.yaml", "c.yaml.bak")) {
            file(name, "");
        }
        assertEquals(List.of("a.yaml", "a/topology.yaml", "a/z.yml", "b.yaml"),
                source().list().stream().map(path -> folder.relativize(path).toString()).toList());
    }

    @Test
    void filesAreNamedAsTheUserNamedTheDirectory() throws IOException {
        file("x/a.yaml", "kind: 1\n");
        var here = Path.of("").toAbsolutePath().relativize(folder.toRealPath());
        var source = new DirectorySource(here, "1");
        assertEquals(here + "/x/a.yaml", source.read().files().getFirst().name());
        assertTrue(source.read().parse(new IntentParser(), ParsedDocuments.NONE).problems().getFirst().toString()
                .startsWith(here + "/x/a.yaml:1:"));
        var dotted = here.resolve(".");
        assertEquals(List.of(dotted + "/x/a.yaml"), new DirectorySource(dotted, "1").list().stream()
                .map(Path::toString).toList());
    }

    @Test
    void theHashIsOfNamesContentsAndProgram() throws IOException {
        file("a.yaml", "x");
        file("b.yaml", "y");
        var hash = source().read().hash();
        assertEquals(64, hash.length());
        assertEquals(hash, source().read().hash());
        assertNotEquals(hash, new DirectorySource(folder, "1.1").read().hash());
        file("b.yaml", "z");
        assertNotEquals(hash, source().read().hash());
        file("b.yaml", "y");
        assertEquals(hash, source().read().hash());
        Files.move(folder.resolve("b.yaml"), folder.resolve("c.yaml"));
        assertNotEquals(hash, source().read().hash());
        Files.delete(folder.resolve("c.yaml"));
        file("a.yaml", "xb.yamly");
        assertNotEquals(hash, source().read().hash());
    }

    private static final class Kept implements ParsedDocuments {
        final Map<String, byte[]> values = new HashMap<>();
        int found;

        @Override
        public Optional<byte[]> find(String hash) {
            var value = Optional.ofNullable(values.get(hash));
            found += value.isPresent() ? 1 : 0;
            return value;
        }

        @Override
        public void keep(String hash, byte[] parsed) {
            values.put(hash, parsed);
        }
    }

    @Test
    void unchangedFilesAreNotParsedAgain() throws IOException {
        file("a.yaml", TABLE);
        var kept = new Kept();
        var first = source().read().parse(new IntentParser(), kept);
        assertEquals(1, first.problems().size());
        assertEquals(first, source().read().parse(new IntentParser(), kept));
        assertEquals(1, kept.found);

        kept.values.replaceAll((hash, bytes) -> java.util.Arrays.copyOf(bytes, bytes.length - 3));
        assertEquals(first, source().read().parse(new IntentParser(), kept));
        assertEquals(first, source().read().parse(new IntentParser(), kept));
        assertEquals(3, kept.found);
    }

    @Test
    void documentsWithErrorsAreNotKept() throws IOException {
        file("a.yaml", TABLE.replace("dev: a", "dve: a"));
        var kept = new Kept();
        assertTrue(source().read().parse(new IntentParser(), kept).hasErrors());
        assertEquals(Map.of(), kept.values);
    }

    @Test
    void anEmptyDirectoryIsNoError() {
        assertEquals(List.of(), source().read().files());
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertEquals("the directory of intents " + folder
                + "/none does not exist; make it, or name another with --intents DIR",
                refusal(() -> new DirectorySource(folder.resolve("none"), "1").read()));
        var file = file("a.yaml", "");
        assertEquals(file + " is no directory; name the directory of the intents with --intents DIR",
                refusal(() -> new DirectorySource(file, "1").read()));
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("nowhere"));
        assertEquals(file + " does not exist: a link to nowhere, or it went away while the intents were read",
                refusal(() -> source().read()));
    }

    @Test
    void linksMayNotLeadOut(@TempDir Path elsewhere) throws IOException {
        var target = Files.writeString(elsewhere.resolve("x.yaml"), "");
        var link = Files.createSymbolicLink(folder.resolve("a.yaml"), target);
        assertEquals(link + " leads out of the directory of intents, to " + target.toRealPath()
                + "; put the file itself there", refusal(() -> source().read()));
        Files.delete(link);
        Files.createSymbolicLink(folder.resolve("sub"), elsewhere);
        assertEquals(folder + "/sub/x.yaml leads out of the directory of intents, to " + target.toRealPath()
                + "; put the file itself there", refusal(() -> source().read()));
    }

    /** As Kubernetes mounts a ConfigMap. */
    @Test
    void linksWithinAreFollowed() throws IOException {
        file("..2026/a.yaml", TABLE);
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026"));
        Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
        assertEquals(1, source().read().files().size());
    }

    @Test
    void aLoopOfLinksIsNamed() throws IOException {
        Files.createSymbolicLink(folder.resolve("loop"), Path.of("."));
        assertEquals(folder + "/loop is a link to a directory above it", refusal(() -> source().read()));
    }

    @Test
    void aFileThatIsTooLargeIsRefused() throws IOException {
        try (var file = new RandomAccessFile(folder.resolve("a.yaml").toFile(), "rw")) {
            file.setLength((1L << 30) + 1);
        }
        assertEquals(folder + "/a.yaml has 1073741825 bytes; a file of intents has at most 1 GiB: split it",
                refusal(() -> source().read()));
        assertFalse(Files.isSymbolicLink(folder));
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("mkfifo", folder + "/a.yaml").start().waitFor());
        assertEquals(folder + "/a.yaml is no regular file", refusal(() -> source().read()));
    }
}
