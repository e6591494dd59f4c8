package dev.plumbline.source;

import dev.plumbline.intent.IntentFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * The intent files of a commit, which {@link DirectorySource} would find in its work tree. It follows no links, and
 * what a submodule holds is not in the repository: where they could hide intents, they are refused.
 */
final class TreeFiles {

    private static final int LARGEST = 1 << 30;
    private static final byte[] LFS = "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.UTF_8);
    private static final String TOPOLOGY = "topology.yaml";

    private final Repository repository;
    private final String commit;
    private final RevTree root;
    private final String path;

    private record Entry(String name, ObjectId blob) {
    }

    /** @param path of the directory of intents, empty for the root */
    TreeFiles(Repository repository, String commit, RevTree root, String path) {
        this.repository = repository;
        this.commit = commit;
        this.root = root;
        this.path = path;
    }

    /**
     * The names and the contents, which the ids of blobs stand for: not the commit, so that the same files have the
     * same hash in all commits.
     *
     * @param files how many there are
     */
    record Listing(String hash, int files) {
    }

    Listing list(String programVersion) throws IOException {
        var hash = new ContentHash(programVersion);
        hash.add("git sha1");
        var entries = entries();
        for (var entry : entries) {
            hash.add(entry.name());
            hash.add(entry.blob().name());
        }
        return new Listing(hash.hexadecimal(), entries.size());
    }

    /** The contents, in the order of the names, compared character by character. */
    List<IntentFile> read() throws IOException {
        var files = new ArrayList<IntentFile>();
        try (var reader = repository.newObjectReader()) {
            for (var entry : entries()) {
                files.add(new IntentFile(entry.name(), content(reader, entry, LARGEST, "1 GiB, the most that a file of"
                        + " intents has: split it")));
            }
        }
        return files;
    }

    /** A file that is no intent, by its path from the directory of the intents on. */
    byte[] read(String file) throws IOException {
        var name = inRepository(file);
        try (var found = TreeWalk.forPath(repository, name, root); var reader = repository.newObjectReader()) {
            if (found == null) {
                throw refused(name, "does not exist");
            }
            var mode = found.getFileMode(0);
            if (mode != FileMode.REGULAR_FILE && mode != FileMode.EXECUTABLE_FILE) {
                throw refused(name, mode == FileMode.SYMLINK ? "is a symbolic link, which plumbline does not follow in"
                        + " Git: put the file itself there" : "is no file");
            }
            return content(reader, new Entry(name, found.getObjectId(0)), Source.LARGEST_FILE, "1 MiB");
        }
    }

    private byte[] content(ObjectReader reader, Entry entry, int most, String words) throws IOException {
        byte[] content;
        try {
            var blob = reader.open(entry.blob(), Constants.OBJ_BLOB);
            if (blob.getSize() > most) {
                throw refused(entry.name(), "is larger than " + words);
            }
            content = blob.getBytes(most);
        } catch (LargeObjectException e) {
            throw refused(entry.name(), "is larger than " + words);
        } catch (MissingObjectException e) {
            throw refused(entry.name(), "is not in this copy of the repository (a partial clone?)");
        }
        if (isLfsPointer(content)) {
            throw refused(entry.name(), "is a pointer of Git LFS, and what it points to is not in the repository: keep"
                    + " it in Git itself (git lfs untrack, git add --renormalize)");
        }
        return content;
    }

    static boolean isLfsPointer(byte[] content) {
        return content.length < 1024 && content.length >= LFS.length
                && Arrays.equals(content, 0, LFS.length, LFS, 0, LFS.length);
    }

    private List<Entry> entries() throws IOException {
        var entries = new ArrayList<Entry>();
        try (var walk = new TreeWalk(repository)) {
            walk.addTree(directory());
            while (walk.next()) {
                if (walk.getNameString().startsWith(".")) {
                    continue;
                }
                var mode = walk.getFileMode(0);
                var name = walk.getPathString();
                if (mode == FileMode.TREE) {
                    walk.enterSubtree();
                } else if (mode == FileMode.GITLINK) {
                    throw refused(inRepository(name), "is a submodule, whose files are not in this repository: keep"
                            + " the intents in it, and submodules out of their directory");
                } else if (mode == FileMode.SYMLINK) {
                    checkLink(name, walk.getObjectId(0));
                } else if (isIntent(name)) {
                    entries.add(new Entry(inRepository(name), walk.getObjectId(0)));
                }
            }
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    private static boolean isIntent(String name) {
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && !name.equals(TOPOLOGY);
    }

    private String inRepository(String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }

    private ObjectId directory() throws IOException {
        if (path.isEmpty()) {
            return root;
        }
        try (var found = TreeWalk.forPath(repository, path, root)) {
            if (found == null) {
                throw refused(path, "does not exist, so there are no intents to read: say another path, or put a file"
                        + " into it if there are to be none");
            }
            if (found.getFileMode(0) != FileMode.TREE) {
                throw refused(path, "is no directory");
            }
            return found.getObjectId(0);
        }
    }

    /** A link with the name of an intent file, or to a directory of the repository, would have been followed. */
    private void checkLink(String name, ObjectId blob) throws IOException {
        var target = new String(repository.open(blob, Constants.OBJ_BLOB).getBytes(), StandardCharsets.UTF_8);
        if (isIntent(name) || leadsToDirectory(inRepository(name), target)) {
            throw refused(inRepository(name), "is a symbolic link (to " + Repositories.printable(target)
                    + "), which plumbline does not follow in Git: put the file itself there");
        }
    }

    private boolean leadsToDirectory(String link, String target) throws IOException {
        var resolved = Path.of("/" + link).resolveSibling(target).normalize().toString();
        if (target.isEmpty() || target.startsWith("/")) {
            return false;
        }
        if (resolved.equals("/")) {
            return true;
        }
        try (var found = TreeWalk.forPath(repository, resolved.substring(1), root)) {
            return found != null && (found.getFileMode(0) == FileMode.TREE
                    || found.getFileMode(0) == FileMode.SYMLINK && !found.getPathString().equals(link));
        }
    }

    private SourceException refused(String name, String why) {
        return new SourceException(Repositories.printable(name) + " of commit " + commit.substring(0, 12) + " " + why);
    }
}
