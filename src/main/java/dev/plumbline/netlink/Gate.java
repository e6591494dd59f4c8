package dev.plumbline.netlink;

/**
 * Stands before every request of a {@link RequestPipeline}: the place to see what becomes of a change that breaks off
 * at any one of them. May throw what ends the change there.
 */
@FunctionalInterface
public interface Gate {

    /** Lets everything pass. */
    Gate OPEN = type -> type;

    /** A message type that every kernel refuses (past {@code RTM_MAX}): {@code EOPNOTSUPP}. */
    int REFUSED = 0x3ff0;

    /**
     * A request is about to be written.
     *
     * @param type {@code RTM_NEWROUTE} and the like
     * @return the type to send in its place, or the same
     */
    int pass(int type);

    /** Whether each request is a send of its own, so that all before it are carried out when it comes. */
    default boolean oneByOne() {
        return false;
    }
}
