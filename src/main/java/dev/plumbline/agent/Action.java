package dev.plumbline.agent;

/** What a loop does; see {@link Work}. */
public enum Action {
    POLL,
    CORRECT,
    RELOAD
}
