package dev.plumbline.agent;

import java.util.List;

/**
 * What an agent does, one thing at a time and always on the same thread. A failure of one stops none of the others: the
 * implementation goes on with the last good state. Whatever is thrown counts as a failure that may pass.
 */
public interface Work {

    /** Looks for new input, and applies it if there is some. */
    Outcome poll(Cause cause);

    /** Reads the network, and puts right what differs from the last good state; keeps deadlines that have come. */
    Outcome correct(Cause cause);

    /** Reads the configuration again. {@link #settings} is asked after it. */
    Outcome reload();

    /** Somebody has begun to change these back again and again: they are corrected less often from now on. */
    void fighting(List<Fight> fights);

    /** When to do what, as of the last reload. */
    Settings settings();
}
