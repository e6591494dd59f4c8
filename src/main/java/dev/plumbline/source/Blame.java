package dev.plumbline.source;

import java.time.Instant;

/**
 * Who last changed a line.
 *
 * @param commit 40 hexadecimal digits
 * @param author name and mail address
 * @param committedAt as the committer said
 * @param subject the first line of the commit's message
 */
public record Blame(String commit, String author, Instant committedAt, String subject) {
}
