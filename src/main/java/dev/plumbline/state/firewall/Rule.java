package dev.plumbline.state.firewall;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A rule of a chain.
 *
 * @param key absent for a rule that plumbline did not make
 * @param comment what {@code nft} shows behind it; empty for none
 */
public record Rule(Optional<RuleKey> key, String comment, List<Expression> expressions) {

    /** Bytes of the longest comment that {@code nft} reads. */
    public static final int LONGEST_COMMENT = 127;

    public Rule {
        expressions = List.copyOf(expressions);
    }

    /** A rule of ours; a comment that is too long for {@code nft} is cut. */
    public static Rule of(RuleKey key, String comment, List<Expression> expressions) {
        return new Rule(Optional.of(key), shortened(comment), expressions);
    }

    private static String shortened(String comment) {
        int end = comment.length();
        while (comment.substring(0, end).getBytes(StandardCharsets.UTF_8).length > LONGEST_COMMENT) {
            end = comment.offsetByCodePoints(end, -1);
        }
        return comment.substring(0, end);
    }
}
