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
import java.util.function.Supplier;

/**
 * Writes rules. {@link Phase#NEW_RULES}: first all creates in descending priority (equal ones in their order), without
 * {@code NLM_F_EXCL}, then for each rule to make again in order: add it once more, which puts it behind those of equal
 * priority, then delete, which takes the one in front. So a rule that is moved is never absent.
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
        var writes = switch (phase) {
            case NEW_RULES -> newRules(changes);
            case OLD_RULES -> oldRules(changes);
            case INERT, NEW_ROUTES, OLD_ROUTES -> List.<Write>of();
        };
        if (writes.isEmpty()) {
            return new Outcome.Done();
        }
        synchronized (socket) {
            return send(writes, progress);
        }
    }

    private static List<Write> newRules(RuleChanges changes) {
        var writes = new ArrayList<Write>();
        changes.create().stream().sorted(Comparator.comparing(RuleChanges.Creation::rule, BY_PRIORITY.reversed()))
                .forEach(each -> writes.add(add(each, Change.Action.CREATE)));
        for (var each : changes.recreate()) {
            writes.add(add(each, Change.Action.RECREATE));
            writes.add(new Write(Rtnetlink.RTM_DELRULE, 0, each.rule(), () -> each.change(Change.Action.RECREATE)));
        }
        return writes;
    }

    private static Write add(RuleChanges.Creation each, Change.Action action) {
        return new Write(Rtnetlink.RTM_NEWRULE, Netlink.NLM_F_CREATE, each.rule(), () -> each.change(action));
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
            throw new UncheckedIOException(e);
        }
        return failures.isEmpty() ? new Outcome.Done() : new Outcome.Failed(failures);
    }
}
