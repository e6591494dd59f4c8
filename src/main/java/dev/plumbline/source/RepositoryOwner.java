package dev.plumbline.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The user to whom a repository on this host belongs. What belongs to somebody else is not read by root: its
 * alternates, its links and what its configuration includes could lead to files that only root may read. It is read by
 * git itself, with the rights of its owner.
 */
record RepositoryOwner(int uid, int gid) {

    private static final int ROOT = 0;

    static RepositoryOwner of(Path directory) throws IOException {
        var attributes = Files.readAttributes(directory, "unix:uid,gid");
        return new RepositoryOwner((int) attributes.get("uid"), (int) attributes.get("gid"));
    }

    private static int ownUid() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    /** Whether this program runs as root, and the owner is not root. */
    boolean isLessThanThisUser() {
        try {
            return uid != ROOT && ownUid() == ROOT;
        } catch (IOException e) {
            throw new SourceException("cannot see which user this is: " + e.getMessage(), e);
        }
    }

    /** The shell's words that serve the repository which is the current directory, as git-upload-pack(1). */
    String uploadPack() {
        return asOwner("") + " git upload-pack";
    }

    /**
     * The same with what is being pushed.
     *
     * @param quarantine where it lies; any commit in it can be asked for
     */
    String uploadPack(Path repository, Path quarantine) {
        return asOwner(" GIT_OBJECT_DIRECTORY=" + Trust.quoted(quarantine) + " GIT_ALTERNATE_OBJECT_DIRECTORIES="
                + Trust.quoted(repository.resolve("objects")))
                + " git -c uploadpack.allowAnySHA1InWant=true upload-pack";
    }

    /** With nothing of this process's environment. */
    private String asOwner(String variables) {
        return (isLessThanThisUser() ? "setpriv --reuid=" + uid + " --regid=" + gid + " --clear-groups " : "")
                + "env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1"
                + " ${GIT_PROTOCOL:+GIT_PROTOCOL=\"$GIT_PROTOCOL\"}" + variables;
    }
}
