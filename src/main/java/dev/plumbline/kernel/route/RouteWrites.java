package dev.plumbline.kernel.route;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.kernel.link.LinkReader;
import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.RequestPipeline;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Change;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableChanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One phase of one set of changes, on its way. */
final class RouteWrites implements RequestPipeline.Listener {

    private static final int CREATE = Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL;
    private static final int APPEND = Netlink.NLM_F_CREATE | Netlink.NLM_F_APPEND;
    private static final int REPLACE = Netlink.NLM_F_CREATE | Netlink.NLM_F_REPLACE;
    /** Duplicate address detection takes one to two seconds. */
    private static final Duration TENTATIVE_LIMIT = Duration.ofSeconds(5);
    private static final Duration TENTATIVE_POLL = Duration.ofMillis(50);

    private enum Kind { CREATED, REPLACED, RECREATED, TAKEN_AWAY, DELETED }

    private static final Kind[] KINDS = Kind.values();

    private final NetlinkSocket socket;
    private final Devices devices;
    private final Phase phase;
    private final Progress progress;
    private final RequestPipeline pipeline;
    private final List<Table> tables = new ArrayList<>();
    private final List<Outcome.Failure> failures = new ArrayList<>();
    private long total;

    RouteWrites(NetlinkSocket socket, Devices devices, RouteChanges changes, Phase phase, Progress progress) {
        this.socket = socket;
        this.devices = devices;
        this.phase = phase;
        this.progress = progress;
        pipeline = new RequestPipeline(socket, this);
        for (var table : changes.tables()) {
            if (phase == Phase.OLD_ROUTES ? table.delete().length > 0 : table.phase() == phase && writes(table) > 0) {
                tables.add(new Table(tables.size(), table));
                total += phase == Phase.OLD_ROUTES ? table.delete().length : writes(table);
            }
        }
    }

    private static long writes(TableChanges table) {
        return (long) table.create().length + table.replaceNew().length + table.recreateNew().length
                + table.recreateOld().length;
    }

    Outcome run() throws NetlinkException {
        if (tables.isEmpty()) {
            return new Outcome.Done();
        }
        tables.forEach(Table::prepare);
        if (failures.isEmpty()) {
            awaitSources();
        }
        if (!failures.isEmpty()) {
            return new Outcome.Failed(failures);
        }
        try {
            if (phase == Phase.OLD_ROUTES) {
                for (var table : tables) {
                    table.delete();
                }
            } else {
                for (boolean gateways : new boolean[] {false, true}) {
                    for (var table : tables) {
                        table.write(gateways);
                    }
                }
            }
            pipeline.flush();
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOBUFS) {
                return new Outcome.Unknown(e.getMessage());
            }
            throw e;
        }
        return failures.isEmpty() ? new Outcome.Done() : new Outcome.Failed(failures);
    }

    @Override
    public void refused(long tag, NetlinkException refusal) {
        failures.add(new Outcome.Failure(change(tag), refusal.errno(), refusal.getMessage()));
    }

    @Override
    public void settled(long requests) {
        progress.at(requests, total);
    }

    private static long tag(Kind kind, int table, int index) {
        return (long) kind.ordinal() << 56 | (long) table << 32 | index;
    }

    private Change change(long tag) {
        var table = tables.get((int) (tag >>> 32 & 0xffffff)).changes;
        int index = (int) tag;
        return switch (KINDS[(int) (tag >>> 56)]) {
            case CREATED -> table.created(index);
            case REPLACED -> table.replaced(index);
            case RECREATED -> table.recreated(index);
            case TAKEN_AWAY -> {
                int again = table.desired().find(table.live(), index);
                yield again < 0 ? table.deleted(index) : table.recreated(again);
            }
            case DELETED -> table.deleted(index);
        };
    }

    /** The kernel refuses an IPv6 source that is tentative, and takes it a moment later. */
    private void awaitSources() throws NetlinkException {
        var sources = new HashSet<IpAddress>();
        tables.forEach(table -> table.addIpv6Sources(sources));
        if (sources.isEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + TENTATIVE_LIMIT.toNanos();
        while (isTentative(sources) && System.nanoTime() < deadline) {
            try {
                Thread.sleep(TENTATIVE_POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isTentative(Set<IpAddress> sources) throws NetlinkException {
        return LinkReader.addresses(socket, devices).stream().filter(LinkAddress::isTentative)
                .filter(address -> !address.isFailed()).anyMatch(address -> sources.contains(address.local()));
    }

    /** The writes of one table. */
    private final class Table {
        private final int number;
        private final TableChanges changes;
        private @Nullable RouteTemplate[] creating = {};
        private @Nullable RouteTemplate[] deleting = {};
        private boolean[] needsOthers = {};

        Table(int number, TableChanges changes) {
            this.number = number;
            this.changes = changes;
        }

        /** Encodes what is used, and finds devices that are missing before anything is sent. */
        void prepare() {
            var desired = changes.desired();
            var live = changes.live();
            creating = new RouteTemplate[desired.pool().size()];
            deleting = new RouteTemplate[live.pool().size()];
            needsOthers = new boolean[desired.pool().size()];
            if (phase == Phase.OLD_ROUTES) {
                check(changes.delete(), live, deleting, Kind.DELETED);
                return;
            }
            check(changes.create(), desired, creating, Kind.CREATED);
            check(changes.replaceNew(), desired, creating, Kind.REPLACED);
            check(changes.recreateNew(), desired, creating, Kind.RECREATED);
            check(changes.recreateOld(), live, deleting, Kind.TAKEN_AWAY);
            for (int i = 0; i < creating.length; i++) {
                needsOthers[i] = creating[i] != null && RouteTemplate.needsOthers(desired.pool().get(i));
            }
        }

        private void check(int[] numbers, RouteRows rows, @Nullable RouteTemplate[] templates, Kind kind) {
            for (int i = 0; i < numbers.length; i++) {
                int attributes = rows.attributesIndex(numbers[i]);
                var template = templates[attributes];
                if (template == null) {
                    var value = rows.pool().get(attributes);
                    template = rows == changes.live() && templates == deleting
                            ? RouteTemplate.deleting(rows.family(), rows.table(), value, devices)
                            : RouteTemplate.creating(rows.family(), rows.table(), value, devices);
                    templates[attributes] = template;
                }
                if (!template.missing().isEmpty()) {
                    int index = kind == Kind.REPLACED ? i : numbers[i];
                    failures.add(new Outcome.Failure(change(tag(kind, number, index)), Errno.ENODEV,
                            "device " + String.join(", ", template.missing()) + " does not exist (ENODEV)"));
                }
            }
        }

        void addIpv6Sources(Set<IpAddress> into) {
            for (var template : creating) {
                if (template != null) {
                    template.attributes().source().filter(source -> source.family() == Family.IPV6)
                            .ifPresent(into::add);
                }
            }
        }

        void write(boolean gateways) throws NetlinkException {
            var desired = changes.desired();
            for (int row : changes.create()) {
                if (failures.isEmpty() && groupNeedsOthers(row) == gateways) {
                    boolean first = row == 0 || desired.compareIdentity(row - 1, desired, row) != 0;
                    create(Kind.CREATED, row, row, first ? flagsOfFirst(row) : APPEND);
                }
            }
            for (int i = 0; i < changes.replaceNew().length && failures.isEmpty(); i++) {
                int row = changes.replaceNew()[i];
                if (needsOthers[desired.attributesIndex(row)] == gateways) {
                    create(Kind.REPLACED, i, row, REPLACE);
                }
            }
            recreate(gateways);
        }

        /** Group by group: away with the old ones, then the new ones in order. */
        private void recreate(boolean gateways) throws NetlinkException {
            var desired = changes.desired();
            var live = changes.live();
            int[] olds = changes.recreateOld();
            int[] news = changes.recreateNew();
            int old = 0;
            int next = 0;
            while (failures.isEmpty() && (old < olds.length || next < news.length)) {
                int order = old == olds.length ? 1 : next == news.length ? -1
                        : live.compareIdentity(olds[old], desired, news[next]);
                int oldEnd = order > 0 ? old : groupEnd(live, olds, old);
                int nextEnd = order < 0 ? next : groupEnd(desired, news, next);
                boolean later = order >= 0 && groupNeedsOthers(news[next]);
                if (later == gateways) {
                    for (int i = old; i < oldEnd; i++) {
                        delete(Kind.TAKEN_AWAY, olds[i]);
                    }
                    boolean alone = nextEnd > next && live.groupSize(desired, news[next]) == oldEnd - old;
                    for (int i = next; i < nextEnd; i++) {
                        create(Kind.RECREATED, news[i], news[i], alone && i == next ? CREATE : APPEND);
                    }
                }
                old = oldEnd;
                next = nextEnd;
            }
        }

        /**
         * Ours must be alone. What is put back goes behind what stands there under the same identity, in IPv4 also behind
         * another's route that was not read because it leads over another device.
         */
        private int flagsOfFirst(int row) {
            var desired = changes.desired();
            if (desired.attributes(row).isOurs()) {
                return CREATE;
            }
            return desired.family() == Family.IPV4 || changes.live().groupSize(desired, row) > 0 ? APPEND : CREATE;
        }

        private static int groupEnd(RouteRows rows, int[] numbers, int from) {
            int end = from + 1;
            while (end < numbers.length && rows.compareIdentity(numbers[from], rows, numbers[end]) == 0) {
                end++;
            }
            return end;
        }

        /** Rows of equal identity are written together: any that needs another route makes all wait. */
        private boolean groupNeedsOthers(int row) {
            var desired = changes.desired();
            if (needsOthers[desired.attributesIndex(row)]) {
                return true;
            }
            for (int other = row - 1; other >= 0 && desired.compareIdentity(other, desired, row) == 0; other--) {
                if (needsOthers(other)) {
                    return true;
                }
            }
            for (int other = row + 1; other < desired.size() && desired.compareIdentity(other, desired, row) == 0;
                    other++) {
                if (needsOthers(other)) {
                    return true;
                }
            }
            return false;
        }

        private boolean needsOthers(int row) {
            return RouteTemplate.needsOthers(changes.desired().attributes(row));
        }

        void delete() throws NetlinkException {
            int[] rows = changes.delete();
            for (int i = rows.length - 1; i >= 0 && failures.isEmpty(); i--) {
                delete(Kind.DELETED, rows[i]);
            }
        }

        private void create(Kind kind, int index, int row, int flags) throws NetlinkException {
            var desired = changes.desired();
            send(Rtnetlink.RTM_NEWROUTE, flags, tag(kind, number, index), creating, desired, row);
        }

        private void delete(Kind kind, int row) throws NetlinkException {
            send(Rtnetlink.RTM_DELROUTE, 0, tag(kind, number, row), deleting, changes.live(), row);
        }

        private void send(int type, int flags, long tag, @Nullable RouteTemplate[] templates, RouteRows rows, int row)
                throws NetlinkException {
            var template = templates[rows.attributesIndex(row)];
            if (template == null) {
                throw new IllegalStateException("row " + row + " was not prepared");
            }
            template.write(pipeline.begin(type, flags, tag), rows, row);
            pipeline.end();
        }
    }
}
