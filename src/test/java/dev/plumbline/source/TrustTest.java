package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustTest {

    private static final String HEAD = "others can write the intents, and with them this host's network:\n  ";

    @TempDir
    private Path temporary;
    private Path folder;
    private Path file;

    @BeforeEach
    void make() throws IOException {
        folder = Files.createDirectories(temporary.toRealPath().resolve("above/intents"));
        file = Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("a.yaml"), "");
        mode(folder.getParent(), "rwxr-xr-x");
        mode(folder, "rwxr-xr-x");
        mode(file.getParent(), "rwxr-xr-x");
        mode(file, "rw-r--r--");
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private String refusal() {
        return assertThrows(SourceException.class, () -> new DirectorySource(folder, "1").requireSafe()).getMessage();
    }

    private static String owner(Path path) throws IOException {
        return Files.getOwner(path).getName();
    }

    @Test
    void whatOnlyTheOwnerWritesIsSafe() {
        new DirectorySource(folder, "1").requireSafe();
        Trust.requireSafe(file);
    }

    @Test
    void everyPathThatOthersCanWriteIsNamed() throws IOException {
        mode(file, "rw-rw-r--");
        mode(folder, "rwxr-xrwx");
        assertEquals(HEAD + folder + " has mode 0757 and belongs to " + owner(folder) + ": chmod go-w " + folder
                + "\n  "
                + file + " has mode 0664 and belongs to " + owner(file) + ": chmod go-w " + file, refusal());
    }

    @Test
    void directoriesAboveCount() throws IOException {
        mode(folder.getParent(), "rwxrwxrwx");
        assertEquals(HEAD + folder.getParent() + " has mode 0777 and belongs to " + owner(folder) + ": chmod go-w "
                + folder.getParent(), refusal());
        assertThrows(SourceException.class, () -> Trust.requireSafe(file));
    }

    @Test
    void aStickyDirectoryAboveIsTakenOneWithinIsNot() throws IOException {
        Files.setAttribute(folder.getParent(), "unix:mode", 01777);
        new DirectorySource(folder, "1").requireSafe();
        Files.setAttribute(folder, "unix:mode", 01777);
        assertEquals(HEAD + folder + " has mode 1777 and belongs to " + owner(folder) + ": chmod go-w " + folder,
                refusal());
    }

    @Test
    void theDirectoryOfALinkCounts() throws IOException {
        var real = Files.createDirectory(folder.resolve("real"));
        Files.writeString(real.resolve("b.yaml"), "");
        Files.createSymbolicLink(folder.resolve("sub/b.yaml"), Path.of("../real/b.yaml"));
        mode(real, "rwxrwxr-x");
        assertEquals(HEAD + real + " has mode 0775 and belongs to " + owner(real) + ": chmod go-w " + real, refusal());
    }

    @Test
    void whatBelongsToAnotherUserIsRefused() throws IOException {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can give files away");
        Files.setAttribute(file, "unix:uid", 65534);
        assertEquals(HEAD + file + " has mode 0644 and belongs to " + owner(file) + ": chown root " + file, refusal());
    }

    @Test
    void namesWithSpacesAreQuoted() throws IOException {
        var odd = Files.writeString(folder.resolve("it's a.yaml"), "");
        mode(odd, "rw-rw-rw-");
        assertEquals(HEAD + odd + " has mode 0666 and belongs to " + owner(odd) + ": chmod go-w '" + folder
                + "/it'\\''s a.yaml'", refusal());
    }
}
