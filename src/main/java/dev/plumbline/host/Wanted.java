package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.source.ParsedDocuments;
import dev.plumbline.store.SourceId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is wanted, from where, and for which host.
 *
 * @param hash of the files' contents, by which they are kept and rejected
 * @param hasFiles whether the source has any file
 * @param files for excerpts; empty where they are not at hand
 */
record Wanted(SourceId source, Optional<Commit> commit, String hash, HostFilter host, ParsedIntents intents,
        boolean hasFiles, Supplier<List<IntentFile>> files) {

    /** For the lock, the journal and the history. */
    String revision() {
        return commit.map(Commit::id).orElse(hash);
    }

    static Wanted read(HostFilter host, Input input, ParsedDocuments kept) {
        return read(host, input, IntentParser.withoutSchema(), kept);
    }

    static Wanted read(HostFilter host, Input input, IntentParser parser, ParsedDocuments kept) {
        var found = input.source().documents(parser, kept);
        return new Wanted(input.id(), input.commit(), found.hash(), host, found.parsed(), found.hasFiles(),
                found.files());
    }
}
