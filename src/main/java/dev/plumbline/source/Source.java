package dev.plumbline.source;

import dev.plumbline.intent.IntentParser;

/** Where intents come from. */
public sealed interface Source permits DirectorySource, GitSource {

    /** Bytes of a file that is no intent. */
    int LARGEST_FILE = 1 << 20;

    /**
     * What the files say: the documents that were kept, if these very files were parsed before; else the files are
     * read, parsed, and the documents kept if they have no errors.
     *
     * @throws SourceException if they cannot be read
     */
    SourceDocuments documents(IntentParser parser, ParsedDocuments kept);

    /**
     * A file beside the intents, such as an encrypted secret.
     *
     * @param path from the folder of the intents on, its parts joined by slashes
     * @throws SourceException if there is none, it is larger than {@link #LARGEST_FILE}, a link leads out of the
     *     source, or it is a pointer of Git LFS
     */
    byte[] file(String path);

    /**
     * Refuses intents, and encrypted files beside them, that somebody else can write.
     *
     * @throws SourceException naming what can be written, and the command that mends it
     */
    void requireSafe();
}
