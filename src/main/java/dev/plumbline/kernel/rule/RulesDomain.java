package dev.plumbline.kernel.rule;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.RequestPipeline;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Change;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleChanges;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes rules. {@link Phase#NEW_RULES}: first all creates in descending priority (equal ones in their order), without
 * {@code NLM_F_EXCL}, then what is taken away, in its order. A create goes behind the rules of its priority, and a
 * delete takes the first rule that matches, so a rule that is made again is never absent.
 * {@link Phase#OLD_RULES}: deletes in ascending priority. Both orders touch the head of the kernel's list only.
 */
public final class RulesDomain implements Domain<RuleChanges> {

    private static final Comparator<RoutingRule> BY_PRIORITY = Comparator.comparingLong(RoutingRule::priority);

    private final NetlinkSocket socket;

    private record Write(int type, int flags, RoutingRule rule, Supplier<Change> change) {
    }

    /** Over a socket in the namespace to change; whoever else uses it synchronizes on it. */
    public RulesDomain(NetlinkSocket socket) {
        this.socket = socket;
    }

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public Class<RuleChanges> changes() {
        return RuleChanges.class;
    }

    @Override
    public Outcome execute(RuleChanges changes, Phase phase, Progress progress) {
        // A send of its own for each: nothing is taken away if a create was refused.
        var steps = switch (phase) {
            case NEW_RULES -> List.of(creates(changes), takenAway(changes));
            case OLD_RULES -> List.of(oldRules(changes));
            default -> List.<List<Write>>of();
        };
        int total = steps.stream().mapToInt(List::size).sum();
        if (total == 0) {
            return new Outcome.Done();
        }
        synchronized (socket) {
            int done = 0;
            for (var writes : steps) {
                int before = done;
                var outcome = send(writes, (now, of) -> progress.at(before + now, total));
                if (!(outcome instanceof Outcome.Done)) {
                    return outcome;
                }
                done += writes.size();
            }
            return new Outcome.Done();
        }
    }

    private static List<Write> creates(RuleChanges changes) {
        return changes.create().stream()
                .sorted(Comparator.comparing(RuleChanges.Creation::rule, BY_PRIORITY.reversed()))
                .map(each -> new Write(Rtnetlink.RTM_NEWRULE, Netlink.NLM_F_CREATE, each.rule(),
                        () -> changes.created(each))).toList();
    }

    private static List<Write> takenAway(RuleChanges changes) {
        return changes.takenAway().stream()
                .map(rule -> new Write(Rtnetlink.RTM_DELRULE, 0, rule, () -> changes.create().stream()
                        .filter(each -> each.rule().equals(rule)).findFirst().map(changes::created)
                        .orElseGet(() -> new RuleChanges.Deletion(rule, Optional.empty()).change()))).toList();
    }

    private static List<Write> oldRules(RuleChanges changes) {
        return changes.delete().stream().sorted(Comparator.comparing(RuleChanges.Deletion::rule, BY_PRIORITY))
                .map(each -> new Write(Rtnetlink.RTM_DELRULE, 0, each.rule(), each::change)).toList();
    }

    private Outcome send(List<Write> writes, Progress progress) {
        var failures = new ArrayList<Outcome.Failure>();
        var pipeline = new RequestPipeline(socket, new RequestPipeline.Listener() {
            @Override
            public void refused(long tag, NetlinkException refusal) {
                failures.add(new Outcome.Failure(writes.get((int) tag).change().get(), refusal.errno(),
                        refusal.getMessage()));
            }

            @Override
            public void settled(long requests) {
                progress.at(requests, writes.size());
            }
        });
        try {
            for (int i = 0; i < writes.size() && failures.isEmpty(); i++) {
                var write = writes.get(i);
                RuleCodec.encode(pipeline.begin(write.type(), write.flags(), i), write.rule());
                pipeline.end();
            }
            pipeline.flush();
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOBUFS) {
                return new Outcome.Unknown(e.getMessage());
            }
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return failures.isEmpty() ? new Outcome.Done() : new Outcome.Failed(failures);
    }
}
