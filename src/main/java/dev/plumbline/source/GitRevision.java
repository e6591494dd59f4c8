package dev.plumbline.source;

import java.time.Instant;
import java.util.Optional;

/**
 * A commit to use, and how it came to be that one. Texts of others have no control characters.
 *
 * @param commit 40 hexadecimal digits: the newest that is acceptable
 * @param attempted what the remote had when it was last asked, as far as that is known
 * @param author name and mail address
 * @param committedAt as the committer said
 * @param subject the first line of the message
 * @param fetchedAt when the remote was last heard of
 * @param signer who signed, if a signature is asked for
 * @param former the commit that was used before, if another was
 * @param advance how this commit follows the former one
 * @param refusal why {@code commit} is not what the remote has, if it is not
 */
public record GitRevision(String commit, Optional<String> attempted, String author, Instant committedAt, String subject,
        Instant fetchedAt, Optional<String> signer, Optional<String> former, Advance advance,
        Optional<Refusal> refusal) {

    /** How a commit follows the one that was used before. */
    public enum Advance {
        /** It is the same, or the first. */
        NONE,
        /** The former commit is among its ancestors. */
        FORWARD,
        /** The former commit is not among its ancestors: history was rewritten (force push), or goes back. */
        REWRITTEN,
        /** Too little of the history is here to tell. */
        UNKNOWN
    }
}
