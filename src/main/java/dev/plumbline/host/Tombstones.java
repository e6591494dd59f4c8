package dev.plumbline.host;

import dev.plumbline.intent.Attachment;
import dev.plumbline.json.JsonText;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Attachments that were deleted while the store could not be written: a file each, in a folder of the state directory.
 * Whoever opens the store next carries them out.
 */
public final class Tombstones {

    private static final String SUFFIX = ".json";

    private final Path folder;

    public Tombstones(Path stateDirectory) {
        folder = stateDirectory.resolve("detached");
    }

    /**
     * Writes one; on disk when it returns.
     *
     * @throws IOException if that fails
     */
    public void write(Attachment.Key key) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------")));
        }
        var text = JsonText.of(JsonNodeFactory.instance.objectNode().put("container", key.container())
                .put("device", key.device()).put("network", key.network()).put("type", key.type()));
        var draft = Files.createTempFile(folder, "draft", ".tmp");
        try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.move(draft, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** All of them. What cannot be read is none. */
    public Set<Attachment.Key> all() {
        var found = new HashSet<Attachment.Key>();
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return found;
        }
        try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (var file : files) {
                try {
                    var node = JsonText.parse(Files.readString(file));
                    found.add(new Attachment.Key(node.get("container").stringValue(), node.get("device").stringValue(),
                            node.get("network").stringValue(), node.get("type").stringValue()));
                } catch (NoSuchFileException e) {
                    // Carried out just now.
                } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
                    Files.deleteIfExists(file);
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
    }

    /** Carries all of them out. One that another run has carried out meanwhile is left alone. */
    public void settle(Store store) {
        for (var key : all()) {
            store.detach(key, () -> Files.exists(file(key)));
            try {
                Files.deleteIfExists(file(key));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot remove " + file(key), e);
            }
        }
    }

    private Path file(Attachment.Key key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part : new String[] {key.container(), key.device(), key.network(), key.type()}) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return folder.resolve(HexFormat.of().formatHex(digest.digest()) + SUFFIX);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
