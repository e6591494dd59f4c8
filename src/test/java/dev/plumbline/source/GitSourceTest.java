package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitSourceTest {

    private static final String TABLE = """
            apiVersion: plumbline.dev/v1
            kind: RouteTable
            metadata: {name: %s}
            spec: {routes: [{to: default, dev: a}]}
            """;

    @TempDir
    private Path folder;

    private RealGit git;

    @BeforeEach
    void repository() {
        git = RealGit.create(folder);
    }

    private GitSource source(String commit, String path) {
        return new GitSource(git.bare(), commit, path, "1.0");
    }

    private static SourceDocuments documents(GitSource source) {
        return source.documents(new IntentParser(), ParsedDocuments.NONE);
    }

    private static List<String> names(SourceDocuments documents) {
        return documents.files().get().stream().map(IntentFile::name).toList();
    }

    private String refusal(String commit, String path) {
        return assertThrows(SourceException.class, () -> documents(source(commit, path))).getMessage();
    }

    @Test
    void theFilesAreThoseOfTheWorkTree() {
        for (var name : List.of("b.yaml", "a/z.yml", "a.yaml", "topology.yaml", "a/topology.yaml", ".hidden.yaml",
                ".github/x.yaml", "README.md", "a/.x/y.yaml", "c.yaml.bak", "a b/c.yaml", "a.b/ü.yaml")) {
            git.write("intents/" + name, TABLE.formatted("x" + Math.abs(name.hashCode())));
        }
        git.write("other/d.yaml", "");
        var commit = git.push("first");
        var documents = documents(source(commit, "intents"));
        assertEquals(List.of("intents/a b/c.yaml", "intents/a.b/ü.yaml", "intents/a.yaml", "intents/a/topology.yaml",
                "intents/a/z.yml", "intents/b.yaml"), names(documents));
        assertEquals(new DirectorySource(git.work().resolve("intents"), "1").read().files().stream()
                .map(file -> git.work().relativize(Path.of(file.name())).toString()).toList(), names(documents));
        assertEquals(List.of(), documents.parsed().problems());
        assertEquals("intents/a.yaml", documents.parsed().documents().get(2).origin().file());
        assertEquals(List.of("other/d.yaml"), names(documents(source(commit, "other"))));
        assertEquals(8, names(documents(source(commit, ""))).size());
    }

    @Test
    void aProblemNamesTheFileWithinTheRepository() {
        git.write("x/a.yaml", "kind: 1\n");
        var problems = documents(source(git.push("first"), "x")).parsed().problems();
        assertTrue(problems.getFirst().toString().startsWith("x/a.yaml:1:"), problems::toString);
    }

    @Test
    void theHashIsOfTheFilesNotOfTheCommit() {
        git.write("i/a.yaml", TABLE.formatted("a"));
        git.write("README", "x");
        var first = git.push("first");
        var hash = documents(source(first, "i")).hash();
        assertEquals(64, hash.length());
        git.write("README", "y");
        assertEquals(hash, documents(source(git.push("second"), "i")).hash());
        assertNotEquals(hash, documents(new GitSource(git.bare(), first, "i", "1.1")).hash());
        git.write("i/a.yaml", TABLE.formatted("b"));
        assertNotEquals(hash, documents(source(git.push("third"), "i")).hash());
        git.write("i/a.yaml", TABLE.formatted("a"));
        assertEquals(hash, documents(source(git.push("fourth"), "i")).hash());
        git.run("mv", "i/a.yaml", "i/b.yaml");
        assertNotEquals(hash, documents(source(git.push("fifth"), "i")).hash());
    }

    @Test
    void unchangedFilesAreNotReadAgain() throws IOException {
        git.write("a.yaml", TABLE.formatted("a"));
        var commit = git.push("first");
        var values = new HashMap<String, byte[]>();
        var kept = new ParsedDocuments() {
            @Override
            public Optional<byte[]> find(String hash) {
                return Optional.ofNullable(values.get(hash));
            }

            @Override
            public void keep(String hash, byte[] parsed) {
                values.put(hash, parsed);
            }
        };
        var first = source(commit, "").documents(new IntentParser(), kept);
        assertEquals(1, values.size());
        var blob = git.run("rev-parse", "HEAD:a.yaml");
        Files.delete(git.bare().resolve("objects/" + blob.substring(0, 2) + "/" + blob.substring(2)));
        var again = source(commit, "").documents(new IntentParser(), kept);
        assertEquals(first.parsed(), again.parsed());
        assertTrue(again.hasFiles());
        assertEquals("a.yaml of commit " + commit.substring(0, 12) + " is not in this copy of the repository (a partial"
                + " clone?)", assertThrows(SourceException.class, () -> again.files().get()).getMessage());
    }

    @Test
    void whatIsMissingIsNamed() {
        git.write("a.yaml", "");
        var commit = git.push("first");
        assertEquals("none of commit " + commit.substring(0, 12) + " does not exist, so there are no intents to read:"
                + " say another path, or put a file into it if there are to be none", refusal(commit, "none"));
        assertEquals("a.yaml of commit " + commit.substring(0, 12) + " is no directory", refusal(commit, "a.yaml"));
        var other = "0123456789012345678901234567890123456789";
        assertEquals("the repository has no commit " + other + " (any more)", refusal(other, ""));
        assertEquals(folder + "/none is no bare Git repository, or this user may not read it",
                assertThrows(SourceException.class, () -> documents(new GitSource(folder.resolve("none"), commit, "",
                        "1"))).getMessage());
    }

    @Test
    void linksThatWouldBeIntentsAreRefused() throws IOException {
        git.write("i/a.yaml", "");
        git.write("common/b.yaml", "");
        git.write("i/README", "");
        Files.createSymbolicLink(git.work().resolve("i/notes"), Path.of("README"));
        Files.createSymbolicLink(git.work().resolve("i/nowhere"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(git.work().resolve("i/.hidden"), Path.of("../common"));
        assertEquals(List.of("i/a.yaml"), names(documents(source(git.push("harmless"), "i"))));
        var link = Files.createSymbolicLink(git.work().resolve("i/b.yaml"), Path.of("../common/b.yaml"));
        var commit = git.push("a file");
        assertEquals("i/b.yaml of commit " + commit.substring(0, 12) + " is a symbolic link (to ../common/b.yaml),"
                + " which plumbline does not follow in Git: put the file itself there", refusal(commit, "i"));
        Files.delete(link);
        Files.createSymbolicLink(git.work().resolve("i/common"), Path.of("../common"));
        assertTrue(refusal(git.push("a directory"), "i").contains("i/common of commit"));
    }

    @Test
    void submodulesAreRefused() {
        git.write("i/a.yaml", "");
        git.run("update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,i/sub");
        git.run("commit", "-q", "-m", "first");
        git.run("push", "-q", "origin", "HEAD:main");
        assertTrue(refusal(git.run("rev-parse", "HEAD"), "i").contains("is a submodule, whose files are not in this"));
    }

    @Test
    void pointersOfLfsAreNamed() {
        git.write("a.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22ead"
                + "bb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n");
        assertTrue(refusal(git.push("first"), "").contains("a.yaml of commit"));
        assertTrue(refusal(git.run("rev-parse", "HEAD"), "").contains("is a pointer of Git LFS"));
    }

    @Test
    void aLargeFileIsReadWhole() {
        var comment = "# " + "x".repeat(997) + "\n";
        git.write("a.yaml", comment.repeat(60_000) + TABLE.formatted("a"));
        var documents = documents(source(git.push("first"), ""));
        assertEquals(1, documents.parsed().documents().size());
    }

    @Test
    void aRepositoryThatOthersCanWriteIsRefused() throws IOException {
        var commit = git.push("first");
        Files.setPosixFilePermissions(git.bare(), PosixFilePermissions.fromString("rwxr-xr-x"));
        source(commit, "").requireSafe();
        Files.setPosixFilePermissions(git.bare(), PosixFilePermissions.fromString("rwxrwxr-x"));
        assertThrows(SourceException.class, () -> source(commit, "").requireSafe());
    }

    /** As pre-receive sees it: the hook's environment, written down by the hook and used while the push waits. */
    @Test
    void aPushIsReadBeforeItIsReceived() throws IOException {
        git.write("a.yaml", TABLE.formatted("old"));
        git.push("first");
        var hook = git.bare().resolve("hooks/pre-receive");
        Files.writeString(hook, """
                #!/bin/sh
                env | grep ^GIT_ > %1$s/environment
                cp -r "$GIT_QUARANTINE_PATH" %1$s/quarantine
                exit 1
                """.formatted(folder));
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
        git.write("a.yaml", TABLE.formatted("new"));
        var commit = git.commit("second");
        assertThrows(AssertionError.class, () -> git.run("push", "-q", "origin", "HEAD:main"));
        var environment = new HashMap<String, String>();
        for (var line : Files.readAllLines(folder.resolve("environment"))) {
            environment.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        // The push has failed and git has removed the objects: they are put back where they were.
        var quarantine = Path.of(environment.get("GIT_QUARANTINE_PATH"));
        git.runIn(folder, "cp", "-r", folder + "/quarantine", quarantine.toString());
        var pushed = documents(new GitSource(git.bare(), environment, commit, "", "1.0"));
        assertEquals("new", pushed.parsed().documents().getFirst().name());
        assertTrue(refusal(commit, "").contains("has no commit"));

        var elsewhere = Map.of("GIT_OBJECT_DIRECTORY", folder.resolve("quarantine").toString());
        assertEquals(folder.toRealPath() + "/quarantine, where a push is said to lie, is not within "
                + git.bare().toRealPath() + "/objects", assertThrows(SourceException.class, () ->
                documents(new GitSource(git.bare(), elsewhere, commit, "", "1.0"))).getMessage());
    }

    @Test
    void blameNamesTheCommitThatChangedALine() {
        git.write("i/a.yaml", "one\ntwo\n");
        var first = git.push("first");
        git.write("i/a.yaml", "one\nTWO\nthree\n");
        var second = git.push("second");
        git.write("b", "");
        var source = source(git.push("third"), "i");
        assertEquals(Optional.of(first), source.blame("i/a.yaml", 1).map(Blame::commit));
        assertEquals(Optional.of(second), source.blame("i/a.yaml", 2).map(Blame::commit));
        assertEquals("second", source.blame("i/a.yaml", 3).orElseThrow().subject());
        assertEquals("Ann <ann@example.org>", source.blame("i/a.yaml", 3).orElseThrow().author());
        assertEquals(Optional.empty(), source.blame("i/a.yaml", 4));
        assertEquals(Optional.empty(), source.blame("i/a.yaml", 0));
        assertEquals(Optional.empty(), source.blame("i/none.yaml", 1));
    }

    /** Without history only what was changed since the first fetch is known. */
    @Test
    void blameOfAMirrorSaysWhatItKnows() {
        git.write("a.yaml", "one\ntwo\n");
        git.push("first");
        git.write("a.yaml", "one\nTWO\n");
        git.push("second");
        try (var mirror = GitMirror.open(folder.resolve("state"), new GitLocation(git.bare().toString(),
                Optional.empty(), ""), GitAccess.anonymous(), Optional.empty())) {
            assertEquals(Optional.empty(), mirror.source(mirror.update(), "1").blame("a.yaml", 2));
            git.commit("third");
            git.write("a.yaml", "one\nTWO\nthree\n");
            var fourth = git.commit("fourth");
            git.push("fifth");
            var source = mirror.source(mirror.update(), "1");
            assertEquals(Optional.of(fourth), source.blame("a.yaml", 3).map(Blame::commit));
            assertEquals(Optional.empty(), source.blame("a.yaml", 1));
        }
    }

    @Test
    void textsOfOthersDoNothingToATerminal() throws IOException {
        git.write("a.yaml", "x\n");
        var message = Files.write(folder.resolve("message"), "red \u001b[31m\n".getBytes(StandardCharsets.UTF_8));
        git.commit("ignored");
        git.run("commit", "-q", "--amend", "--cleanup=verbatim", "-F", message.toString());
        git.run("push", "-q", "origin", "HEAD:main");
        var source = source(git.run("rev-parse", "HEAD"), "");
        assertEquals("red \uFFFD[31m", source.blame("a.yaml", 1).orElseThrow().subject());
    }
}
