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
     * @throws dev.plumbline.state.ForbiddenNamespaceException if it is there and this user may not enter it
     * @throws java.io.UncheckedIOException if it cannot be entered for another reason
     */
    Optional<LiveNamespace> open(String label);
}
