package dev.plumbline.source;

import dev.plumbline.intent.IntentParser;

/** Where intents come from. */
public sealed interface Source permits DirectorySource, GitSource {

    /**
     * What the files say: the documents that were kept, if these very files were parsed before; else the files are
     * read, parsed, and the documents kept if they have no errors.
     *
     * @throws SourceException if they cannot be read
     */
    SourceDocuments documents(IntentParser parser, ParsedDocuments kept);

    /**
     * Refuses intents that somebody else can write.
     *
     * @throws SourceException naming what can be written, and the command that mends it
     */
    void requireSafe();
}
