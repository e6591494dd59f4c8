package dev.plumbline.state;

/**
 * One family of state in one namespace that can be changed: the seam along which plumbline grows. Reading is
 * {@link LiveNamespace#read}, since a snapshot is consistent over all families or worth nothing.
 *
 * @param <C> its changes
 */
public interface Domain<C extends ChangeSet> {

    /** {@code routes}, {@code rules}. */
    String name();

    /** The type of its changes, by which a plan finds its domain. */
    Class<C> changes();

    /**
     * Carries out the changes of one phase; does nothing if there are none.
     *
     * @throws java.io.UncheckedIOException if the kernel cannot be reached at all
     */
    Outcome execute(C changes, Phase phase, Progress progress);
}
