package dev.plumbline.flow;

import dev.plumbline.state.Family;
import dev.plumbline.state.TcpSession;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.Hook;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What becomes of the packets of a TCP session that is established in plumbline's tables, at this end of it. What a
 * packet carries is known; by which device it comes, its mark, how fast packets come and what routes say is not, and a
 * rule that asks for it may hold or not.
 *
 * @param surely no packet gets through
 * @param perhaps rules that may drop packets
 */
public record PacketFilter(boolean surely, Set<Rule> perhaps) {

    private static final int ACCEPT = 1;
    private static final int DROP = 2;
    private static final int FALL = 4;
    /** A jump came back: the rules behind it are tried. */
    private static final int MORE = 8;
    /** More jumps than the kernel allows within one hook. */
    private static final int DEPTH = 16;
    private static final List<Hook> INCOMING = List.of(Hook.PREROUTING, Hook.INPUT);
    private static final List<Hook> OUTGOING = List.of(Hook.OUTPUT, Hook.POSTROUTING);

    public PacketFilter {
        perhaps = Set.copyOf(perhaps);
    }

    /** Whether every packet gets through. */
    public boolean passes() {
        return !surely && perhaps.isEmpty();
    }

    /** What these tables do to a session. */
    public static PacketFilter of(FirewallState state, TcpSession session) {
        var walk = new Walk(state, session);
        boolean in = walk.passes(INCOMING, true);
        boolean out = walk.passes(OUTGOING, false);
        return new PacketFilter(!in || !out, walk.perhaps);
    }

    private static final class Walk {
        private final FirewallState state;
        private final TcpSession session;
        private final Set<Rule> perhaps = new HashSet<>();

        Walk(FirewallState state, TcpSession session) {
            this.state = state;
            this.session = session;
        }

        /** Whether some packet gets through all base chains at these hooks. */
        boolean passes(List<Hook> hooks, boolean incoming) {
            boolean tracked = hooks.stream().noneMatch(hook -> base(hook).stream().anyMatch(each ->
                    each.chain.rules().stream().anyMatch(rule -> rule.expressions().stream()
                            .anyMatch(Expression.Notrack.class::isInstance))));
            for (var hook : hooks) {
                for (var each : base(hook)) {
                    var packet = new SessionPacket(session, incoming, tracked);
                    var base = each.chain.base().orElseThrow();
                    int reached = outcomes(each.table, each.chain, packet, 0);
                    if ((reached & FALL) != 0) {
                        reached |= base.policy() == Verdict.Code.DROP ? DROP : ACCEPT;
                    }
                    if ((reached & ACCEPT) == 0) {
                        return false;
                    }
                    if ((reached & DROP) != 0 && (reached & FALL) != 0 && base.policy() == Verdict.Code.DROP) {
                        perhaps.addAll(each.chain.rules());
                    }
                }
            }
            return true;
        }

        private record Base(Table table, Chain chain) {
        }

        /** Those that see the session's packets; what rewrites addresses sees the first packet alone. */
        private List<Base> base(Hook hook) {
            return state.tables().stream().filter(table -> sees(table.family()))
                    .flatMap(table -> table.chains().stream().map(chain -> new Base(table, chain)))
                    .filter(each -> each.chain.base().filter(base -> base.hook() == hook
                            && !base.type().equals("nat")).isPresent()).toList();
        }

        private boolean sees(TableFamily family) {
            return switch (family) {
                case INET -> true;
                case IP -> session.local().family() == Family.IPV4;
                case IP6 -> session.local().family() == Family.IPV6;
                case NETDEV -> false;
            };
        }

        private int outcomes(Table table, Chain chain, SessionPacket packet, int depth) {
            if (depth > DEPTH) {
                return ACCEPT | DROP | FALL;
            }
            int reached = 0;
            for (var rule : chain.rules()) {
                var matched = packet.match(table, rule);
                if (matched.match() == SessionPacket.Match.NO) {
                    continue;
                }
                boolean sure = matched.match() == SessionPacket.Match.YES;
                int some = 0;
                for (var verdict : matched.verdicts()) {
                    some |= switch (verdict.code()) {
                        case ACCEPT -> ACCEPT;
                        case DROP -> DROP;
                        case CONTINUE, BREAK -> 0;
                        case RETURN -> FALL;
                        case JUMP, GOTO -> table.chain(verdict.chain()).map(next -> {
                            int inner = outcomes(table, next, packet, depth + 1);
                            return verdict.code() == Verdict.Code.JUMP && (inner & FALL) != 0 ? inner & ~FALL | MORE
                                    : inner;
                        }).orElse(ACCEPT | DROP | FALL);
                    };
                    sure &= verdict.code() != Verdict.Code.CONTINUE && verdict.code() != Verdict.Code.BREAK;
                }
                if ((some & DROP) != 0 && (!sure || Integer.bitCount(some) > 1)) {
                    perhaps.add(rule);
                }
                reached |= some & ~MORE;
                if (sure && some != 0 && (some & MORE) == 0) {
                    return reached;
                }
            }
            return reached | FALL;
        }
    }
}
