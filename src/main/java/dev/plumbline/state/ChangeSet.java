package dev.plumbline.state;

import java.util.Iterator;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The changes of one domain in one namespace. Counts are cheap; a change is worded only when it is asked for. */
public interface ChangeSet extends Iterable<Change> {

    /** What the objects are, as {@link Change#resource} names them. */
    String resource();

    int toAdd();

    int toChange();

    int toDestroy();

    /** All changes in the order in which a person reads them: what is created and replaced, then what goes. */
    Stream<Pending> pending();

    /** Whether there is nothing to do. */
    default boolean isEmpty() {
        return toAdd() == 0 && toChange() == 0 && toDestroy() == 0;
    }

    @Override
    default Iterator<Change> iterator() {
        return pending().map(Pending::change).iterator();
    }

    /**
     * A change that is not worded yet.
     *
     * @param document {@code kind/name} of the document that wants it; empty where none does any more
     */
    record Pending(String document, Supplier<Change> wording) {
        public Change change() {
            return wording.get();
        }
    }
}
