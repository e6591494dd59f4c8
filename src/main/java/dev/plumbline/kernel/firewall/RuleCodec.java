package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.LiveFirewall.Count;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One rule, to and from {@code NFTA_RULE_*}. Its user data is a list of a type, a length and a value, one byte each for
 * the first two: type 0 is {@code nft}'s comment, {@value #KEY} the key, 8 bytes in network order.
 */
final class RuleCodec {

    private static final int NESTED = 0x8000;
    private static final int COMMENT = 0;
    /** {@code p}: far from the numbers that nft counts up. */
    private static final int KEY = 0x70;

    private RuleCodec() {
    }

    /** A rule as it was read. */
    record Read(String chain, long handle, Rule rule, List<Count> counts) {
    }

    /** The rule of an {@code NFT_MSG_NEWRULE}. */
    static Read decode(MessageReader message, ExpressionDecoder decoder) {
        var attributes = message.attributes(Nfnetlink.HEADER);
        var chain = "";
        long handle = 0;
        var userData = new byte[0];
        List<Expression> expressions = List.of();
        List<Count> counts = List.of();
        while (attributes.next()) {
            switch (attributes.type()) {
                case NFTA_RULE_CHAIN -> chain = attributes.string();
                case NFTA_RULE_HANDLE -> handle = attributes.u64be(0);
                case NFTA_RULE_USERDATA -> userData = attributes.bytes();
                case NFTA_RULE_EXPRESSIONS -> {
                    expressions = decoder.read(attributes.nested());
                    counts = decoder.counts();
                }
                default -> { }
            }
        }
        return new Read(chain, handle, rule(userData, expressions), counts);
    }

    private static Rule rule(byte[] userData, List<Expression> expressions) {
        var comment = "";
        Optional<RuleKey> key = Optional.empty();
        for (int at = 0; at + 2 <= userData.length;) {
            int length = userData[at + 1] & 0xff;
            int value = at + 2;
            if (value + length > userData.length) {
                break;
            }
            switch (userData[at] & 0xff) {
                case COMMENT -> comment = text(userData, value, length);
                case KEY -> key = length == 8
                        ? Optional.of(new RuleKey(ByteBuffer.wrap(userData, value, 8).getLong())) : Optional.empty();
                default -> { }
            }
            at = value + length;
        }
        return new Rule(key, comment, expressions);
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** Expressions and user data; table, chain and place were written before. */
    static void encode(MessageWriter writer, Rule rule, List<Count> counts, ExpressionEncoder.SetNames sets) {
        writer.beginNest(NFTA_RULE_EXPRESSIONS | NESTED);
        new ExpressionEncoder(writer, sets).write(rule.expressions(), counts);
        writer.endNest();
        var userData = userData(rule);
        if (userData.length > 0) {
            writer.bytes(NFTA_RULE_USERDATA, userData);
        }
    }

    private static byte[] userData(Rule rule) {
        var comment = rule.comment().getBytes(StandardCharsets.UTF_8);
        var data = ByteBuffer.allocate(comment.length + 3 + 10);
        if (comment.length > 0) {
            data.put((byte) COMMENT).put((byte) (comment.length + 1)).put(comment).put((byte) 0);
        }
        rule.key().ifPresent(key -> data.put((byte) KEY).put((byte) 8).putLong(key.value()));
        var bytes = new byte[data.position()];
        data.flip().get(bytes);
        return bytes;
    }
}
