package dev.plumbline.source;

import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.ParsedIntents;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the files of a source say.
 *
 * @param hash as of {@link SourceContent}
 * @param hasFiles whether there is any file
 * @param files for excerpts; read at the first call if they were not parsed
 */
public record SourceDocuments(ParsedIntents parsed, String hash, boolean hasFiles, Supplier<List<IntentFile>> files) {
}
