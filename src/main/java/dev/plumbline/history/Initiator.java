package dev.plumbline.history;

/**
 * Who changes the network, and from what.
 *
 * @param user login name; with sudo the one who called it, then {@code (root)}
 * @param command the command line, secrets left out
 * @param source where the intents come from: a directory, or URL, ref and path; empty where none is read
 * @param revision the commit, or a hash of the intents; empty where it is not known
 */
public record Initiator(String user, long pid, String command, String source, String revision) {
}
