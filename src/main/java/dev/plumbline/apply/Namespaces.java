package dev.plumbline.apply;

import dev.plumbline.state.LiveNamespace;
import java.util.Optional;

/** Opens network namespaces. */
@FunctionalInterface
public interface Namespaces {

    /**
     * Opens the namespace with this label: {@code host} for the one that the program runs in, a name below
     * {@code /run/netns}, or a path. Empty if there is none now.
     *
     * @throws java.io.UncheckedIOException if it is there and cannot be entered
     */
    Optional<LiveNamespace> open(String label);
}
