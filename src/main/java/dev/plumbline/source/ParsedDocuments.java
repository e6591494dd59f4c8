package dev.plumbline.source;

import java.util.Optional;

/** Keeps what was parsed, so that unchanged files are not parsed again. What it loses is parsed anew. */
public interface ParsedDocuments {

    /** Keeps nothing. */
    ParsedDocuments NONE = new ParsedDocuments() {
        @Override
        public Optional<byte[]> find(String hash) {
            return Optional.empty();
        }

        @Override
        public void keep(String hash, byte[] parsed) {
        }
    };

    /** What was kept under this hash by this version of the program. */
    Optional<byte[]> find(String hash);

    /** Keeps documents without errors, with their warnings. */
    void keep(String hash, byte[] parsed);
}
