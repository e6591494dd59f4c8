package dev.plumbline.explain;

import dev.plumbline.flow.Fib;
import dev.plumbline.flow.TableAnswer;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.Flow;
import dev.plumbline.state.Link;
import dev.plumbline.state.LiveFlows;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which rule and which route decide the way of a flow. The way itself is the kernel's answer; the rule, which the
 * kernel does not tell, is worked out from the rules and routes.
 *
 * @param result the kernel's answer
 * @param byRules what rules and routes say by themselves; the kernel refuses more: what is not to be forwarded, or a
 *     source that it does not take
 * @param rule that decides {@code byRules}
 * @param route the kernel's, or else that which decides {@code byRules}
 * @param tables what was read to find it out
 */
public record Decision(Flow flow, FibResult result, FibResult byRules, Optional<RoutingRule> rule,
        Optional<Route> route, RouteTables tables) {

    /** Asks the kernel, and works out the rest. */
    public static Decision of(NamespaceState live, LiveFlows flows, Flow flow) {
        var result = flows.lookup(flow);
        var matching = new Fib(live.links(), live.rules(), (_, _, _, _) -> TableAnswer.CONTINUE).matching(flow);
        var keys = matching.stream().flatMapToLong(each -> each.table().stream())
                .mapToObj(table -> new TableKey(flow.family(), table)).collect(Collectors.toSet());
        var tables = flows.routes(keys);
        var walk = new Walk(live.links(), live.rules(), tables);
        var own = walk.fib().lookup(flow);
        return switch (own) {
            case FibResult.Found(var route, _) -> new Decision(flow, result, own, walk.last(),
                    Optional.of(result instanceof FibResult.Found(var kernels, _) ? kernels : route), tables);
            case FibResult.Refused _ -> new Decision(flow, result, own, walk.ended() ? walk.last()
                    : refusing(matching, walk.last()), walk.ended() ? walk.last().flatMap(each ->
                    refusing(tables, each, flow)) : Optional.empty(), tables);
            case FibResult.Unknown _ -> new Decision(flow, result, own, Optional.empty(),
                    result instanceof FibResult.Found(var route, _) ? Optional.of(route) : Optional.empty(), tables);
        };
    }

    /** Whether rules and routes account for the kernel's answer. */
    public boolean isAccountedFor() {
        return result instanceof FibResult.Found(var kernels, _) && byRules instanceof FibResult.Found(var route, _)
                ? kernels.table() == route.table() && kernels.destination().equals(route.destination())
                : result.equals(byRules);
    }

    /** A rule that refuses by itself, behind the last one that looked a table up. */
    private static Optional<RoutingRule> refusing(List<RoutingRule> matching, Optional<RoutingRule> last) {
        int from = last.map(matching::indexOf).orElse(-1) + 1;
        return matching.subList(from, matching.size()).stream().filter(each -> each.table().isEmpty()).findFirst();
    }

    /** The route of a refusing type with the longest prefix. */
    private static Optional<Route> refusing(RouteTables tables, RoutingRule rule, Flow flow) {
        RouteRows rows = tables.rows(new TableKey(flow.family(), rule.table().orElseThrow()));
        for (int length = flow.family().bits(); length >= 0; length--) {
            int row = rows.find(new Prefix(flow.destination(), length).masked());
            if (row >= 0 && rows.attributes(row).type().hasNoNextHop()) {
                return Optional.of(rows.route(row));
            }
        }
        return Optional.empty();
    }

    /** Follows the rules, and remembers the last one whose table was asked. */
    private static final class Walk {
        private final Fib fib;
        private Optional<RoutingRule> last = Optional.empty();
        private boolean ended;

        Walk(List<Link> links, List<RoutingRule> rules, RouteTables tables) {
            fib = new Fib(links, rules, (rule, key, flow, lookup) -> {
                var answer = lookup.in(tables.rows(key), flow);
                last = Optional.of(rule);
                ended = !(answer instanceof TableAnswer.Continue);
                return answer;
            });
        }

        Fib fib() {
            return fib;
        }

        Optional<RoutingRule> last() {
            return last;
        }

        boolean ended() {
            return ended;
        }
    }

    /**
     * Reads the words behind {@code route get}: those of {@code ip route get}.
     *
     * @throws SelectionException if they are others
     */
    public static Flow flow(List<String> said, Makers makers) {
        var words = new Words(said, Map.of(), makers);
        if (!words.hasNext()) {
            throw new SelectionException("`route get` needs an address: route get 192.0.2.1");
        }
        var first = words.next();
        var flow = Flow.to(Words.address("route get", first.equals("to") ? words.after(first) : first));
        while (words.hasNext()) {
            flow = with(flow, words.next(), words);
        }
        return flow;
    }

    private static Flow with(Flow flow, String word, Words words) {
        return switch (word) {
            case "from" -> flow.from(words.address(word));
            case "iif" -> copy(flow, flow.mark(), words.after(word), flow.oif(), flow.tos(), flow.uid());
            case "oif", "dev" -> copy(flow, flow.mark(), flow.iif(), words.after(word), flow.tos(), flow.uid());
            case "mark" -> copy(flow, words.number(word, Words.MOST), flow.iif(), flow.oif(), flow.tos(), flow.uid());
            case "tos", "dsfield" -> copy(flow, flow.mark(), flow.iif(), flow.oif(), (int) words.number(word, 255),
                    flow.uid());
            case "uid" -> copy(flow, flow.mark(), flow.iif(), flow.oif(), flow.tos(), words.number(word, Words.MOST));
            case "ipproto" -> ports(flow, words.ipProtocol(word), flow.sourcePort(), flow.destinationPort());
            case "sport" -> ports(flow, flow.ipProtocol(), (int) words.number(word, 65535), flow.destinationPort());
            case "dport" -> ports(flow, flow.ipProtocol(), flow.sourcePort(), (int) words.number(word, 65535));
            default -> throw new SelectionException("`" + word + "` is no word of `ip route get` that is known here:"
                    + " from, iif, oif, mark, tos, uid, ipproto, sport, dport");
        };
    }

    private static Flow copy(Flow flow, long mark, String iif, String oif, int tos, long uid) {
        return new Flow(flow.destination(), flow.source(), mark, iif, oif, tos, uid, flow.ipProtocol(),
                flow.sourcePort(), flow.destinationPort());
    }

    private static Flow ports(Flow flow, int protocol, int source, int destination) {
        return new Flow(flow.destination(), flow.source(), flow.mark(), flow.iif(), flow.oif(), flow.tos(), flow.uid(),
                protocol, source, destination);
    }
}
