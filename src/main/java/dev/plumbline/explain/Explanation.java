package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.history.Commit;
import java.util.Optional;

/** Takes what is explained, one after the other, and prints it in some form. */
public interface Explanation {

    /**
     * The objects of a document follow.
     *
     * @param netns the namespace that they are in
     * @param document {@code kind/name}; empty for objects that no document on record explains
     * @param remark what is to be said of the document, such as why it waits
     */
    void group(String netns, String document, Optional<String> remark);

    /** One of the group. */
    void listed(Explained each);

    /**
     * One that somebody asked for.
     *
     * @param line the commit that last changed the line that it comes from, where history tells it
     */
    void single(Explained each, Examined examined, Owners owners, Optional<Commit> line);

    /** One that somebody asked for, and that a document moved away. */
    void moved(String netns, Owners.Moved moved);

    /** Which way a flow goes; the rule and the route that decide it follow. */
    void decision(Decision decision);

    /** All is said. */
    void end();
}
