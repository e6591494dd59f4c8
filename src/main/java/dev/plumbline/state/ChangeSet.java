package dev.plumbline.state;

/** The changes of one domain in one namespace. Counts are cheap; changes are made one at a time as they are walked. */
public interface ChangeSet extends Iterable<Change> {

    int toAdd();

    int toChange();

    int toDestroy();

    /** Whether there is nothing to do. */
    default boolean isEmpty() {
        return toAdd() == 0 && toChange() == 0 && toDestroy() == 0;
    }
}
