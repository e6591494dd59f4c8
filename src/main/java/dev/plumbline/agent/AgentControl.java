package dev.plumbline.agent;

/** What can be asked of an agent over its control socket. Called by many threads at a time. */
public interface AgentControl {

    /** How it fares, as a JSON document. */
    String status();

    /**
     * Polls and corrects now.
     *
     * @param wait whether to return when that is done, or after a bounded time: places for requests are few
     * @return what came of it, or that it was accepted, as a JSON document
     * @throws IllegalStateException with the reason if it cannot be done now, such as while suspended
     */
    String trigger(boolean wait);

    /** Begins nothing from now on but what has a deadline. */
    void suspend();

    /** Goes on. */
    void resume();
}
