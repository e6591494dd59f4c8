package dev.plumbline.compile.firewall;

import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Field;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.Match.CtState;
import dev.plumbline.state.firewall.Match.Values;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleBuilder;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.IntStream;

/**
 * What a policy of drop lets pass behind all rules: nobody is to lose the host, or IPv6 its neighbours, by a word that
 * speaks of neither.
 */
public final class DropExceptions {

    private static final int TCP = 6;
    /** Errors, and what finds neighbours, routers and listeners (RFC 4890, section 4.4.1). */
    private static final Set<Integer> ICMPV6 = Set.of(1, 2, 3, 4, 130, 131, 132, 133, 134, 135, 136, 143);
    /** Errors (RFC 4890, section 4.3.1). */
    private static final Set<Integer> ICMPV6_FORWARDED = Set.of(1, 2, 3, 4);
    private static final String PORT = "port ";
    /** Two tests, the counter and the verdict. */
    private static final int EXPRESSIONS = 6;

    private DropExceptions() {
    }

    /**
     * The rules.
     *
     * @param document that says drop
     * @param ports of this host whose TCP connections must go on
     */
    public static List<Rule> of(String document, BaseChain chain, SortedSet<Integer> ports) {
        var rules = new ArrayList<Rule>();
        boolean incoming = isIncoming(chain);
        if (chain != BaseChain.FORWARD) {
            rules.add(rule(document, chain, "loopback", incoming ? Match.in("lo", false) : Match.out("lo", false)));
        }
        rules.add(rule(document, chain, "established", new CtState(CtState.ESTABLISHED | CtState.RELATED, false)));
        rules.add(rule(document, chain, "icmpv6", new Match.Is(Field.ICMPV6_TYPE, Match.any(
                (chain == BaseChain.FORWARD ? ICMPV6_FORWARDED : ICMPV6).stream().sorted()
                        .<Values>map(type -> new Values.One(Bytes.u8(type))).toList()), false)));
        if (chain != BaseChain.FORWARD) {
            ports.forEach(port -> rules.add(rule(document, chain, PORT + port, Match.protocol(TCP, false),
                    new Match.Is(incoming ? Field.DESTINATION_PORT : Field.SOURCE_PORT, Match.ports(port, port),
                            false))));
        }
        return rules;
    }

    private static boolean isIncoming(BaseChain chain) {
        return chain == BaseChain.PREROUTING || chain == BaseChain.INPUT;
    }

    private static Rule rule(String document, BaseChain chain, String what, Match... matches) {
        return Rule.of(key(document, chain, what), document, RuleBuilder.expressions(TableFamily.INET, List.of(matches),
                List.of(Statement.counter(), Statement.of(Verdict.ACCEPT))));
    }

    private static RuleKey key(String document, BaseChain chain, String what) {
        return RuleKey.of(document, "policy " + chain + " drop but " + what, 0);
    }

    /** Whether a rule is one of these. */
    public static boolean isOne(String document, BaseChain chain, Rule rule) {
        return rule.key().isPresent() && (List.of("loopback", "established", "icmpv6").stream()
                .anyMatch(what -> key(document, chain, what).equals(rule.key().get()))
                || port(document, chain, rule).isPresent());
    }

    /** The port that a live rule keeps open; empty for any other rule. */
    public static OptionalInt port(String document, BaseChain chain, Rule rule) {
        if (rule.expressions().size() != EXPRESSIONS || rule.key().filter(key -> key.isOf(document)).isEmpty()) {
            return OptionalInt.empty();
        }
        return rule.expressions().stream().flatMapToInt(each -> each instanceof Expression.Cmp it
                        && it.data().length() == 2 ? IntStream.of((int) it.data().number()) : IntStream.empty())
                .filter(port -> rule.key().filter(key(document, chain, PORT + port)::equals).isPresent()).findFirst();
    }
}
