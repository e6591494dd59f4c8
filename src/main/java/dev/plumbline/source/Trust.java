package dev.plumbline.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who can write what plumbline does as root. As OpenSSH's {@code StrictModes} has it ({@code safe_path} in
 * {@code misc.c}): the file and every directory above it belong to root or to the user who runs the program, and
 * neither group nor others can write them. Unlike there, a sticky directory such as {@code /tmp} is taken above the
 * directory of the intents, where it keeps others from replacing what is not theirs.
 */
public final class Trust {

    private static final int ROOT = 0;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;

    private Trust() {
    }

    /**
     * Refuses a file or directory that others can write, itself or by way of a directory above it.
     *
     * @throws SourceException naming the path, its mode, its owner and the command that mends it
     */
    public static void requireSafe(Path path) {
        require("the intents", path, List.of(path));
    }

    /** The same for something else that decides what is done to the network. */
    static void requireSafe(String what, Path path) {
        if (!Files.isReadable(path)) {
            throw new SourceException(what + " cannot be read: " + path + (Files.exists(path) ? " is not for this user"
                    : " does not exist"));
        }
        require(what, path, List.of(path));
    }

    static void require(String what, Path directory, Collection<Path> files) {
        var complaints = new ArrayList<String>();
        try {
            int user = user();
            for (var path : paths(directory, files)) {
                complaint(path, path.startsWith(directory.toRealPath()), user).ifPresent(complaints::add);
            }
        } catch (IOException e) {
            throw new SourceException("cannot tell who may write " + what + ": " + e.getMessage(), e);
        }
        if (!complaints.isEmpty()) {
            throw new SourceException("others can write " + what + ", and with them this host's network:\n  "
                    + String.join("\n  ", complaints));
        }
    }

    /**
     * All that decides who can write the files, from the root down; links are followed, and what they lie in counts.
     */
    private static Set<Path> paths(Path directory, Collection<Path> files) throws IOException {
        var paths = new LinkedHashSet<Path>();
        addWithParents(directory.toRealPath(), paths);
        addWithParents(directory.toAbsolutePath().normalize().getParent(), paths);
        for (var file : files) {
            addWithParents(file.toRealPath(), paths);
            addWithParents(file.toAbsolutePath().normalize().getParent(), paths);
        }
        return paths;
    }

    private static void addWithParents(@Nullable Path path, Set<Path> into) throws IOException {
        if (path != null) {
            var real = path.toRealPath();
            addWithParents(real.getParent(), into);
            into.add(real);
        }
    }

    private static Optional<String> complaint(Path path, boolean within, int user) throws IOException {
        var attributes = Files.readAttributes(path, "unix:mode,uid,owner", LinkOption.NOFOLLOW_LINKS);
        int mode = (int) attributes.get("mode") & 07777;
        int owner = (int) attributes.get("uid");
        var text = path + " has mode %04o and belongs to %s".formatted(mode, attributes.get("owner"));
        if (owner != ROOT && owner != user) {
            return Optional.of(text + ": chown root " + quoted(path));
        }
        boolean sticky = !within && (mode & STICKY) != 0;
        return (mode & WRITABLE_BY_OTHERS) == 0 || sticky ? Optional.empty()
                : Optional.of(text + ": chmod go-w " + quoted(path));
    }

    private static int user() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    /** A path as a word of the shell. */
    static String quoted(Path path) {
        var text = path.toString();
        return text.matches("[A-Za-z0-9_./@%+=:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
