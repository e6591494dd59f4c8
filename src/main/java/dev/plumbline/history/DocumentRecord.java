package dev.plumbline.history;

import java.time.Instant;
import java.util.Optional;

/**
 * Since when an applied document is as it is.
 *
 * @param document {@code kind/name}
 * @param netns the namespace in which it holds; empty where that is not on record
 * @param hash of its content without positions, as {@code DocumentCodec.hash} gives it
 * @param commit the applied commit that made it so; empty where the intents came from a directory
 * @param since when that was applied
 */
public record DocumentRecord(String document, String netns, String hash, Optional<Commit> commit, Instant since) {
}
