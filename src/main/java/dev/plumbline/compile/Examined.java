package dev.plumbline.compile;

import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceState;

/**
 * A live namespace beside what documents come to there.
 *
 * @param netns {@code host}, or as the documents name it
 * @param live as far as it was read for compiling: all that is ours, and what documents speak of
 * @param ledger what is recorded of it
 * @param compilation of the documents that hold there; whatever problems it has
 */
public record Examined(String netns, NamespaceState live, Ledger ledger, Compilation compilation) {
}
