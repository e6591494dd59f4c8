package dev.plumbline.host;

import dev.plumbline.history.Initiator;

/**
 * A run of the program.
 *
 * @param user who runs it: login name; with sudo the one who called it, then {@code (root)}
 * @param command the command line, secrets left out
 * @param version of the program
 */
public record Invocation(String user, long pid, String command, String version) {

    /** As the one who changes the network. */
    Initiator initiator(String source, String revision) {
        return new Initiator(user, pid, command, source, revision);
    }
}
