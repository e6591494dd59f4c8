package dev.plumbline.compile.firewall;

import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A document's rules in one chain, a long run of which stands in sub-chains: the kernel lists a chain in datagrams and
 * walks it from its beginning for each, so that 100,000 rules in one take it more than ten times as long as in fifty.
 * The rules themselves say where a part begins: a rule more or less moves those of its part alone.
 *
 * @param top what stands in the chain itself
 * @param parts the sub-chains, by name
 */
public record ChainParts(List<Rule> top, Map<String, List<Rule>> parts) {

    /** Runs of up to this many rules are left as they are. */
    static final int LARGE = 4_096;
    /** The least rules of a part. */
    private static final int LEAST = 512;
    /** The most. */
    private static final int MOST = 8_192;
    /** One rule in so many begins a part. */
    private static final int ONE_IN = 2_048;

    /** Whether there would be any part. */
    public static boolean isLarge(List<Rule> rules) {
        return rules.size() > LARGE;
    }

    /**
     * Parts of a large run.
     *
     * @param chain its chain
     * @param document {@code kind/name} of whose rules they are
     * @param rules of plumbline's making
     */
    public static ChainParts of(String chain, String document, List<Rule> rules) {
        var top = new ArrayList<Rule>();
        var parts = new LinkedHashMap<String, List<Rule>>();
        var part = new ArrayList<Rule>();
        for (var rule : rules) {
            boolean stays = leavesChain(rule);
            boolean begins = part.size() >= LEAST && beginsPart(rule) || part.size() == MOST;
            if (stays || begins) {
                close(chain, document, part, top, parts);
            }
            (stays ? top : part).add(rule);
        }
        close(chain, document, part, top, parts);
        return new ChainParts(top, parts);
    }

    private static void close(String chain, String document, List<Rule> part, List<Rule> top,
            Map<String, List<Rule>> parts) {
        if (part.size() < LEAST) {
            top.addAll(part);
        } else {
            var key = key(part.getFirst());
            // No name of a chain in intents has a slash.
            var name = chain + "/" + key;
            parts.put(name, List.copyOf(part));
            top.add(Rule.of(RuleKey.of(document, "part " + name, 0), document,
                    List.of(new Expression.Decide(Verdict.jump(name)))));
        }
        part.clear();
    }

    private static boolean beginsPart(Rule rule) {
        return Long.remainderUnsigned(key(rule).value(), ONE_IN) == 0;
    }

    private static RuleKey key(Rule rule) {
        return rule.key().orElseThrow();
    }

    /** What ends the way through the chain without an end of the packet's way would only end that through the part. */
    private static boolean leavesChain(Rule rule) {
        return rule.expressions().stream().anyMatch(each -> each instanceof Expression.Decide decide
                && (decide.verdict().code() == Verdict.Code.RETURN || decide.verdict().code() == Verdict.Code.GOTO));
    }
}
