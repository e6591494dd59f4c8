package dev.plumbline.source;

import dev.plumbline.intent.DocumentCodec;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * The files of a source as they were read at one moment.
 *
 * @param files in the order of their names
 * @param hash of names, contents and the program's version: 64 hexadecimal digits
 */
public record SourceContent(List<IntentFile> files, String hash) {

    public SourceContent {
        files = List.copyOf(files);
    }

    /**
     * The documents: those that were kept, if these very files were parsed before; else they are parsed, and kept if
     * they have no errors.
     */
    public ParsedIntents parse(IntentParser parser, ParsedDocuments kept) {
        var known = kept.find(hash).flatMap(SourceContent::decode);
        if (known.isPresent()) {
            return known.get();
        }
        var parsed = parser.parse(files);
        if (!parsed.hasErrors()) {
            kept.keep(hash, encode(parsed));
        }
        return parsed;
    }

    /** Nothing if the bytes are damaged: then the files are parsed anew, and nothing is lost but time. */
    static Optional<ParsedIntents> decode(byte[] kept) {
        try {
            return Optional.of(DocumentCodec.read(new ByteArrayInputStream(kept)));
        } catch (IOException damaged) {
            return Optional.empty();
        }
    }

    private static byte[] encode(ParsedIntents parsed) {
        var bytes = new ByteArrayOutputStream();
        try {
            DocumentCodec.write(parsed, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
