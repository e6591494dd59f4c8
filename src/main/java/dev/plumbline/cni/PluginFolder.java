package dev.plumbline.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A folder in which a container runtime looks for plugins, such as {@code /opt/cni/bin}. plumbline's are links to its
 * distribution. A plugin of somebody else that had the name lies beside it meanwhile, hidden.
 */
public final class PluginFolder {

    private static final LinkOption[] ITSELF = {LinkOption.NOFOLLOW_LINKS};

    private final Path folder;
    private final Path distribution;

    /** @param distribution {@code bin/plumbline} and {@code cni/} are in it */
    public PluginFolder(Path folder, Path distribution) {
        this.folder = folder.toAbsolutePath().normalize();
        this.distribution = distribution.toAbsolutePath().normalize();
    }

    /** What has a name in the folder. */
    public enum Occupant {
        NOBODY,
        /** A link to this distribution or to another one, which may be gone. */
        PLUMBLINE,
        /** A file, or a link to something else. */
        SOMEBODY
    }

    /** Whose the plugin of a type is now. */
    public Occupant occupant(String type) throws IOException {
        var file = folder.resolve(type);
        if (Files.notExists(file, ITSELF)) {
            return Occupant.NOBODY;
        }
        if (!Files.isSymbolicLink(file)) {
            return Occupant.SOMEBODY;
        }
        var target = folder.resolve(Files.readSymbolicLink(file)).normalize();
        var above = Optional.ofNullable(target.getParent()).filter(each -> each.endsWith("cni")).map(Path::getParent);
        boolean ours = above.isPresent() && (Files.notExists(target)
                || Files.isExecutable(above.get().resolve("bin/plumbline")));
        return ours ? Occupant.PLUMBLINE : Occupant.SOMEBODY;
    }

    /** Where somebody else's plugin lies meanwhile. */
    private Path kept(String type) {
        return folder.resolve("." + type + ".before-plumbline");
    }

    /** Whether somebody else's plugin of this type is kept. */
    public boolean keeps(String type) {
        return Files.exists(kept(type), ITSELF);
    }

    /**
     * Makes the link of a type, in one step: whoever calls the plugin meanwhile finds the one before or this one.
     *
     * @throws IOException if the folder cannot be written, or the distribution has no such plugin
     */
    public void install(String type) throws IOException {
        var target = distribution.resolve("cni").resolve(type);
        if (!Files.isExecutable(target)) {
            throw new NoSuchFileException(target.toString(), null, "the distribution has no such plugin");
        }
        Files.createDirectories(folder);
        if (occupant(type) == Occupant.SOMEBODY) {
            keep(type);
        }
        var draft = folder.resolve("." + type + ".new");
        Files.deleteIfExists(draft);
        Files.createSymbolicLink(draft, target);
        Files.move(draft, folder.resolve(type), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A second name for the same file, or for a link a copy: the first one stays until it is replaced. */
    private void keep(String type) throws IOException {
        var file = folder.resolve(type);
        var kept = kept(type);
        Files.deleteIfExists(kept);
        if (Files.isSymbolicLink(file)) {
            Files.createSymbolicLink(kept, Files.readSymbolicLink(file));
        } else {
            Files.createLink(kept, file);
        }
    }

    /**
     * Takes the link of a type away, if it is plumbline's, and gives back what was there before.
     *
     * @return whether it was plumbline's
     */
    public boolean uninstall(String type) throws IOException {
        if (occupant(type) != Occupant.PLUMBLINE) {
            return false;
        }
        if (keeps(type)) {
            Files.move(kept(type), folder.resolve(type), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(folder.resolve(type));
        }
        return true;
    }

    /** The types whose plugin here is plumbline's. */
    public List<String> installed() throws IOException {
        var found = new ArrayList<String>();
        for (var type : PluginType.words()) {
            if (occupant(type) == Occupant.PLUMBLINE) {
                found.add(type);
            }
        }
        return found;
    }

    /** The folder itself. */
    public Path path() {
        return folder;
    }
}
