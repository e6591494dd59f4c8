package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.store.SourceId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A plan in a file: the documents that it was made from, and a fingerprint of what it does. It is applied as it was, or
 * not at all.
 *
 * @param fingerprint {@link dev.plumbline.apply.Reconciler.Session#fingerprint}
 * @param commit that the intents were read from
 * @param contentHash of the intent files
 */
public record SavedPlan(String fingerprint, SourceId source, Optional<Commit> commit, String contentHash, String host,
        Map<String, String> labels, ParsedIntents intents) {

    private static final String MAGIC = "plumbline plan";
    private static final int VERSION = 2;

    /** Writes a new file that only its owner can read. */
    public void write(Path file) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(MAGIC);
            out.writeInt(VERSION);
            for (var text : new String[] {fingerprint, source.kind(), source.location(), contentHash, host}) {
                out.writeUTF(text);
            }
            out.writeBoolean(commit.isPresent());
            if (commit.isPresent()) {
                out.writeUTF(commit.get().id());
                out.writeUTF(commit.get().author());
                out.writeLong(commit.get().at().getEpochSecond());
                out.writeUTF(commit.get().subject());
            }
            out.writeInt(labels.size());
            for (var label : labels.entrySet()) {
                out.writeUTF(label.getKey());
                out.writeUTF(label.getValue());
            }
            DocumentCodec.write(intents, out);
        }
        var options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = Files.newByteChannel(file, options, owner)) {
            var buffer = ByteBuffer.wrap(bytes.toByteArray());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws HostException if the file is none of these, or of another version
     */
    public static SavedPlan read(Path file) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            if (!in.readUTF().equals(MAGIC)) {
                throw notOne(file);
            }
            int version = in.readInt();
            if (version != VERSION) {
                throw new HostException(file + " was saved by another plumbline (plan format " + version
                        + ", this one reads " + VERSION + "); plan again");
            }
            var fingerprint = in.readUTF();
            var source = new SourceId(in.readUTF(), in.readUTF());
            var hash = in.readUTF();
            var host = in.readUTF();
            var commit = in.readBoolean() ? Optional.of(new Commit(in.readUTF(), in.readUTF(),
                    Instant.ofEpochSecond(in.readLong()), in.readUTF())) : Optional.<Commit>empty();
            var labels = new HashMap<String, String>();
            for (int left = in.readInt(); left > 0; left--) {
                labels.put(in.readUTF(), in.readUTF());
            }
            return new SavedPlan(fingerprint, source, commit, hash, host, labels, DocumentCodec.read(in));
        } catch (EOFException | UTFDataFormatException e) {
            throw notOne(file);
        }
    }

    private static HostException notOne(Path file) {
        return new HostException(file + " is no plan that `plumbline plan --out FILE` saved");
    }
}
