package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.IntentParser;
import dev.plumbline.source.GitRevision.Advance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mirrors of a repository on this machine's disk, which real git writes. */
class GitMirrorTest {

    @TempDir
    private Path folder;

    private RealGit git;

    @BeforeEach
    void repository() {
        git = RealGit.create(folder);
    }

    private Path state() {
        return folder.resolve("state");
    }

    private GitMirror mirror(Optional<String> ref) {
        return GitMirror.open(state(), new GitLocation("file://" + git.bare(), ref, ""), GitAccess.anonymous(),
                Optional.empty());
    }

    private GitMirror mirror() {
        return mirror(Optional.empty());
    }

    private static Refusal.Kind refusal(GitRevision revision) {
        return revision.refusal().orElseThrow().kind();
    }

    private int objects(Path repository) {
        return (int) git.runIn(repository, "git", "cat-file", "--batch-check", "--batch-all-objects").lines().count();
    }

    private String fsck(GitMirror mirror) {
        return git.runIn(mirror.directory(), "git", "fsck", "--strict").lines()
                .filter(line -> !line.startsWith("notice: ") && !line.startsWith("dangling "))
                .collect(Collectors.joining());
    }

    @Test
    void theNewestCommitIsTaken() {
        git.write("a.yaml", "x");
        git.push("first");
        git.write("a.yaml", "y");
        var commit = git.push("second\n\nand more");
        var before = Instant.now();
        try (var mirror = mirror()) {
            var revision = mirror.update();
            assertEquals(commit, revision.commit());
            assertEquals(Optional.of(commit), revision.attempted());
            assertEquals("Ann <ann@example.org>", revision.author());
            assertEquals("second", revision.subject());
            assertEquals(Instant.ofEpochSecond(1_700_000_120), revision.committedAt());
            assertFalse(revision.fetchedAt().isBefore(before));
            assertEquals(Optional.empty(), revision.refusal());
            assertEquals(Optional.empty(), revision.former());
            assertEquals(Advance.NONE, revision.advance());
            assertEquals(revision, mirror.current());
            // A commit, a tree, a file: no history.
            assertEquals(3, objects(mirror.directory()));
            assertEquals("", fsck(mirror));
        }
    }

    @Test
    void aMirrorIsTheOwnersAlone() throws IOException {
        git.push("first");
        try (var mirror = mirror()) {
            mirror.update();
            for (var each = mirror.directory(); !each.equals(folder); each = each.getParent()) {
                assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
            }
        }
    }

    @Test
    void anotherMirrorOfTheSameRefSeesTheSame() {
        git.push("first");
        try (var mirror = mirror(); var other = mirror()) {
            var revision = mirror.update();
            assertEquals(revision, other.current());
            var next = git.push("second");
            assertEquals(next, other.update().commit());
            assertEquals(next, mirror.current().commit());
        }
    }

    @Test
    void branchesTagsAndFullNames() {
        var first = git.push("first");
        git.run("tag", "-a", "-m", "a release", "v1");
        git.run("tag", "light");
        git.run("push", "-q", "origin", "v1", "light", "HEAD:refs/special/x");
        git.push("second");
        for (var ref : List.of("v1", "light", "refs/tags/v1", "refs/special/x")) {
            try (var mirror = mirror(Optional.of(ref))) {
                assertEquals(first, mirror.update().commit(), ref);
                assertEquals(Optional.of(first), mirror.current().attempted(), ref);
            }
        }
        git.run("push", "-q", "origin", "HEAD:refs/heads/v1");
        try (var mirror = mirror(Optional.of("v1"))) {
            assertEquals(Refusal.Kind.REF_MISSING, refusal(mirror.update()));
            assertEquals("file://" + git.bare() + " has both a branch and a tag v1: say refs/heads/v1 or refs/tags/v1",
                    mirror.update().refusal().orElseThrow().message());
        }
    }

    @Test
    void aFastForwardIsOne() {
        git.push("first");
        try (var mirror = mirror()) {
            var first = mirror.update().commit();
            git.push("second");
            assertEquals(Advance.FORWARD, mirror.update().advance());
            git.commit("third");
            git.commit("fourth");
            git.push("fifth");
            var revision = mirror.update();
            assertEquals("fifth", revision.subject());
            assertEquals(Advance.FORWARD, revision.advance());
            assertEquals(Optional.of("second"), revision.former().map(id -> git.run("log", "-1", "--format=%s", id)));
            assertEquals(revision.commit(), mirror.update().commit());
            assertEquals(Advance.FORWARD, mirror.current().advance());
            assertFalse(first.equals(revision.commit()));
        }
    }

    @Test
    void aRewrittenHistoryIsTakenAndShown() {
        var first = git.push("first");
        git.push("second");
        git.push("third");
        try (var mirror = mirror()) {
            var third = mirror.update().commit();
            // Another commit in the place of the last.
            git.run("reset", "-q", "--hard", first);
            git.write("b.yaml", "");
            git.commit("other second");
            git.commit("other third");
            var other = git.push("other fourth");
            var revision = mirror.update();
            assertEquals(other, revision.commit());
            assertEquals(Optional.of(third), revision.former());
            assertEquals(Advance.REWRITTEN, revision.advance());
            assertEquals(Optional.empty(), revision.refusal());
            // Back by several.
            git.run("push", "-q", "--force", "origin", first + ":main");
            revision = mirror.update();
            assertEquals(first, revision.commit());
            assertEquals(Advance.REWRITTEN, revision.advance());
        }
    }

    @Test
    void aDeletedBranchLeavesTheLastGoodCommit() {
        git.push("first");
        git.run("push", "-q", "origin", "HEAD:prod");
        try (var mirror = mirror(Optional.of("prod"))) {
            var good = mirror.update();
            git.run("push", "-q", "origin", ":prod");
            var revision = mirror.update();
            assertEquals(good.commit(), revision.commit());
            assertEquals(good.fetchedAt(), revision.fetchedAt());
            assertEquals(Optional.empty(), revision.attempted());
            assertEquals(new Refusal(Refusal.Kind.REF_MISSING,
                    "file://" + git.bare() + " has no branch or tag prod (any more)"),
                    revision.refusal().orElseThrow());
            assertEquals(revision, mirror.current());
            assertFalse(mirror.source(revision, "1").documents(new IntentParser(), ParsedDocuments.NONE).hasFiles());
        }
    }

    @Test
    void anUnreachableRemoteLeavesTheLastGoodCommit() throws IOException {
        git.push("first");
        try (var mirror = mirror()) {
            var good = mirror.update();
            Files.move(git.bare(), folder.resolve("away"));
            var revision = mirror.update();
            assertEquals(good.commit(), revision.commit());
            assertEquals(good.fetchedAt(), revision.fetchedAt());
            assertEquals(good.attempted(), revision.attempted());
            assertEquals(Refusal.Kind.UNREACHABLE, refusal(revision));
            Files.move(folder.resolve("away"), git.bare());
            assertEquals(Optional.empty(), mirror.update().refusal());
        }
    }

    @Test
    void withoutAnyGoodCommitThereIsNothing() {
        try (var mirror = mirror(Optional.of("main"))) {
            assertEquals("no commit of file://" + git.bare() + ", ref main can be used: nothing was fetched yet",
                    assertThrows(SourceException.class, mirror::current).getMessage());
            assertEquals("no commit of file://" + git.bare() + ", ref main can be used: file://" + git.bare()
                    + " has no branch or tag main (any more)",
                    assertThrows(SourceException.class, mirror::update).getMessage());
        }
        try (var mirror = mirror()) {
            assertTrue(assertThrows(SourceException.class, mirror::update).getMessage().contains("has no HEAD"));
        }
    }

    @Test
    void whatNamesNoCommitIsRefused() {
        git.push("first");
        git.write("a.yaml", "x");
        git.commit("second");
        git.run("push", "-q", "origin", git.run("rev-parse", "HEAD:a.yaml") + ":refs/tags/file");
        try (var mirror = mirror(Optional.of("file"))) {
            assertEquals("no commit of file://" + git.bare() + ", ref file can be used: file of file://" + git.bare()
                    + " names no commit", assertThrows(SourceException.class, mirror::update).getMessage());
        }
    }

    @Test
    void whatBelongsToNobodyIsCollected() throws IOException {
        git.push("first");
        try (var mirror = mirror()) {
            for (int i = 0; i < 50; i++) {
                git.write("a.yaml", "x" + i);
                var commit = git.push("commit " + i);
                assertEquals(commit, mirror.update().commit());
                try (var packs = Files.list(mirror.directory().resolve("objects/pack"))) {
                    assertTrue(packs.filter(each -> each.toString().endsWith(".pack")).count() <= 21);
                }
            }
            assertTrue(objects(mirror.directory()) < 75, () -> objects(mirror.directory()) + " objects");
            assertTrue(Files.readAllLines(mirror.directory().resolve("shallow")).size() < 25);
            assertEquals("", fsck(mirror));
        }
    }

    @Test
    void whatADeadProcessLeftIsNoObstacle() throws IOException {
        git.push("first");
        try (var mirror = mirror()) {
            mirror.update();
            for (var name : List.of("config.lock", "shallow.lock", "refs/plumbline/good.lock",
                    "refs/plumbline/attempted.lock", "gc.pid", "objects/incoming_1.pack")) {
                Files.createFile(mirror.directory().resolve(name));
            }
            var commit = git.push("second");
            assertEquals(commit, mirror.update().commit());
            assertFalse(Files.exists(mirror.directory().resolve("objects/incoming_1.pack")));
        }
    }

    @Test
    void manyAtOnceDoNotDisturbEachOther() throws Exception {
        git.push("first");
        var expected = git.push("second");
        Callable<String> work = () -> {
            try (var mirror = mirror()) {
                return mirror.update().commit();
            }
        };
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var each : threads.invokeAll(new ArrayList<>(java.util.Collections.nCopies(24, work)))) {
                assertEquals(expected, each.get());
            }
        }
    }
}
