package dev.plumbline.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The directory that holds the store, and whether it can be trusted: what others can write, they can forge. Trusted are
 * root and the user who runs the program.
 */
public record StateDirectory(Path path) {

    private static final int ROOT = 0;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;

    /** The database file. */
    Path database() {
        return path.resolve("state.db");
    }

    private List<Path> databaseFiles() {
        return List.of(database(), path.resolve("state.db-wal"), path.resolve("state.db-shm"));
    }

    /**
     * Makes the directory and an empty database if they are absent, for the owner alone.
     *
     * @throws StoreException if that fails, or if others can write
     */
    void prepare() {
        try {
            var parent = path.toAbsolutePath().getParent();
            if (parent != null && Files.notExists(parent)) {
                Files.createDirectories(parent, PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rwxr-xr-x")));
            }
            create(() -> Files.createDirectory(path, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------"))));
            require(distrust());
            require(unwritable());
            // An empty file is an empty database; made here so that it is the owner's alone from the first moment.
            create(() -> Files.createFile(database(), PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------"))));
            require(distrust());
        } catch (IOException e) {
            throw new StoreException("cannot make the state directory " + path + ": " + e
                    + ". Run as root, or choose another with --state-dir DIR", e);
        }
    }

    /** SQLite says only that it cannot open the file. */
    private Optional<String> unwritable() throws IOException {
        if (Files.isWritable(path)) {
            return Optional.empty();
        }
        return Optional.of(Files.getFileStore(path).isReadOnly()
                ? path + " lies on a file system that is read-only, so nothing can be recorded: mount it writable, or"
                        + " choose another state directory with --state-dir DIR"
                : "no right to write to " + path + ": run as root, or choose another state directory with"
                        + " --state-dir DIR");
    }

    private interface Creation {
        void run() throws IOException;
    }

    private static void create(Creation creation) throws IOException {
        try {
            creation.run();
        } catch (FileAlreadyExistsException e) {
            // As well: it is checked next.
        }
    }

    private static void require(Optional<String> distrust) {
        distrust.ifPresent(reason -> {
            throw new StoreException(reason);
        });
    }

    /** Why the directory cannot be trusted, with the command that mends it. Empty where it can, or is absent. */
    public Optional<String> distrust() throws IOException {
        if (Files.notExists(path)) {
            return Optional.empty();
        }
        var real = path.toRealPath();
        var parent = real.getParent();
        // A sticky parent such as /tmp lets others add entries, but neither rename nor remove ours.
        var found = parent == null ? Optional.<String>empty() : distrust(parent, STICKY);
        if (found.isEmpty()) {
            found = distrust(real, 0);
        }
        for (var file : databaseFiles()) {
            if (found.isEmpty()) {
                found = distrust(file, 0);
            }
        }
        return found;
    }

    private static Optional<String> distrust(Path file, int excuse) throws IOException {
        int mode;
        int owner;
        try {
            var attributes = Files.readAttributes(file, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
            mode = (Integer) attributes.get("mode");
            owner = (Integer) attributes.get("uid");
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (Files.isSymbolicLink(file)) {
            return Optional.of(file + " is a symbolic link, which plumbline never makes: remove it");
        }
        if (owner != ROOT && owner != ownUid()) {
            return Optional.of(described(file, mode, owner)
                    + " belongs to another user, who could forge plumbline's state: chown "
                    + (ownUid() == ROOT ? "root" : String.valueOf(ownUid())) + " " + file);
        }
        if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & excuse) == 0) {
            return Optional.of(described(file, mode, owner)
                    + " can be written by others, who could forge plumbline's state: chmod go-w " + file);
        }
        return Optional.empty();
    }

    private static String described(Path file, int mode, int owner) throws IOException {
        var name = Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
        return file + " (mode " + Integer.toOctalString(mode & 07777) + ", owner "
                + (name.equals(Integer.toString(owner)) ? name : name + " (" + owner + ")") + ")";
    }

    private static int ownUid() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }
}
