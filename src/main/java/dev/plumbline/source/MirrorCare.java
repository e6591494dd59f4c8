package dev.plumbline.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/** Keeps a mirror usable and small. Its lock is to be held. */
final class MirrorCare {

    /** Each fetch adds a pack; so many are put into one. */
    private static final int MOST_PACKS = 20;

    private MirrorCare() {
    }

    /** Removes what a process left that died: nobody else is at work here. */
    static void sweep(Path directory) throws IOException {
        for (var lock : new String[] {"gc.pid", "config.lock", "shallow.lock", "packed-refs.lock", "HEAD.lock"}) {
            Files.deleteIfExists(directory.resolve(lock));
        }
        remove(directory.resolve("refs/plumbline"), "*.lock");
        remove(directory.resolve("objects"), "incoming_*");
        remove(directory.resolve("objects/pack"), "{*.tmp,*_tmp,tmp_*}");
    }

    private static void remove(Path folder, String glob) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, glob)) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // The folder was not made yet.
        }
    }

    /** Now and then puts all packs into one, without what no ref needs any more. */
    static void collect(Repository repository, Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("objects/pack"))) {
            if (files.filter(file -> file.toString().endsWith(".pack")).count() <= MOST_PACKS) {
                return;
            }
        }
        try {
            Git.wrap(repository).gc().setExpire(Instant.now()).call();
        } catch (GitAPIException e) {
            throw new IOException("its packs cannot be put into one: " + e.getMessage(), e);
        }
        var objects = repository.getObjectDatabase();
        var shallow = new HashSet<ObjectId>();
        for (var commit : objects.getShallowCommits()) {
            if (objects.has(commit)) {
                shallow.add(commit);
            }
        }
        objects.setShallowCommits(shallow);
    }
}
