package dev.plumbline.kernel.watch;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MalformedMessageException;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MulticastSocket;
import dev.plumbline.netlink.NamespaceNumbers;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hears of changes in the host's namespace and in others, by one socket in the host's: others are neither entered for
 * long nor kept alive. One thread calls {@link #await}; any may call {@link #interests} and {@link #wake}.
 *
 * <p>Changes that this program makes are heard too. Port ids would tell them apart, but are unique within one namespace
 * only, and to ignore all that comes during an apply could hide what another does at its end. So an apply that changed
 * something is followed by one more reading, which finds nothing to change and so is not followed by another.
 *
 * <p>Interests that grow may come after a change that they would have covered: who widens them reads once more.
 */
public final class NetworkWatch implements AutoCloseable {

    private static final int[] GROUPS = {Rtnetlink.RTNLGRP_LINK, Rtnetlink.RTNLGRP_IPV4_IFADDR,
        Rtnetlink.RTNLGRP_IPV6_IFADDR, Rtnetlink.RTNLGRP_IPV4_ROUTE, Rtnetlink.RTNLGRP_IPV6_ROUTE,
        Rtnetlink.RTNLGRP_IPV4_RULE, Rtnetlink.RTNLGRP_IPV6_RULE, Rtnetlink.RTNLGRP_IPV4_NETCONF,
        Rtnetlink.RTNLGRP_IPV6_NETCONF, Rtnetlink.RTNLGRP_NSID};

    private final NetworkNamespace host;
    private final MulticastSocket socket;
    private final Duration settle;
    private Map<Integer, Interests> heard = Map.of();
    private Map<Integer, Sieve> sieves = Map.of();
    private int assigner;
    private @Nullable TableListener tables;
    private final Set<Changed> tableChanges = new LinkedHashSet<>();

    private NetworkWatch(NetworkNamespace host, MulticastSocket socket, Duration settle) {
        this.host = host;
        this.socket = socket;
        this.settle = settle;
    }

    /**
     * Begins to listen in the host's namespace; links and addresses there are heard from now on.
     *
     * @param host closed with this
     * @param settle how long to gather changes before they are told. It also bounds how often {@link #await} returns
     */
    public static NetworkWatch open(NetworkNamespace host, Duration settle) throws NetlinkException {
        var watch = new NetworkWatch(host, MulticastSocket.open(host, Rtnetlink.PROTOCOL, GROUPS), settle);
        try {
            watch.interests(List.of());
            return watch;
        } catch (NetlinkException e) {
            watch.socket.close();
            throw e;
        }
    }

    /**
     * Says what matters from now on. Other namespaces than the host's are heard of only if they are named here; one
     * that is not there is left out: that it comes is told as {@link Changed.Kind#NAMESPACE} if it gets a link to the
     * host's or a number in it.
     *
     * @return whether something is heard now that was not before: it may have changed already
     * @throws NetlinkException if a namespace cannot be opened, or a right is missing (CAP_NET_BROADCAST for others);
     *     what can be heard is
     */
    public synchronized boolean interests(List<Interests> interests) throws NetlinkException {
        var failures = new ArrayList<NetlinkException>();
        var numbered = numbered(interests, failures);
        numbered.computeIfAbsent(MulticastSocket.OWN_NAMESPACE,
                number -> new Interests(Interests.HOST, Map.of(), Set.of(), Map.of()));
        socket.filter(Filter.of(numbered.values()));
        boolean more = !numbered.equals(heard);
        heard = numbered;
        var next = new HashMap<Integer, Sieve>();
        numbered.forEach((number, each) -> {
            var before = sieves.get(number);
            next.put(number, before == null ? new Sieve(each) : before.with(each));
        });
        sieves = next;
        socket.listenToAllNamespaces(numbered.size() > 1);
        listenToTables(failures);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return more;
    }

    /** Only while it matters: whoever changes nftables anywhere pays for those who listen. */
    private void listenToTables(List<NetlinkException> failures) {
        boolean needed = heard.values().stream().anyMatch(Interests::firewall);
        if (!needed && tables != null) {
            tables.close();
            tables = null;
        }
        if (needed && tables == null) {
            try {
                tables = TableListener.open(host, settle, this::takeTable, this::tablesChanged);
            } catch (NetlinkException e) {
                failures.add(e);
            }
        }
        if (tables != null) {
            try {
                tables.listenToAllNamespaces(heard.size() > 1);
            } catch (NetlinkException e) {
                failures.add(e);
            }
        }
    }

    private synchronized Optional<Changed> takeTable(int namespace, MessageReader message) {
        var interests = heard.get(namespace);
        return interests == null || !interests.firewall() || tables == null ? Optional.empty()
                : tables.changes().judge(namespace, interests.netns(), message);
    }

    private void tablesChanged(Set<Changed> changes) {
        synchronized (tableChanges) {
            tableChanges.addAll(changes);
        }
        socket.wake();
    }

    private Set<Changed> takenTableChanges() {
        synchronized (tableChanges) {
            var taken = new LinkedHashSet<>(tableChanges);
            tableChanges.clear();
            return taken;
        }
    }

    /** By the numbers that notifications come with. What keeps one namespace from being heard does not keep others. */
    private Map<Integer, Interests> numbered(List<Interests> interests, List<NetlinkException> failures)
            throws NetlinkException {
        var numbered = new HashMap<Integer, Interests>();
        if (interests.stream().allMatch(each -> each.netns().equals(Interests.HOST))) {
            interests.forEach(each -> numbered.put(MulticastSocket.OWN_NAMESPACE, each));
            return numbered;
        }
        try (var requests = NetlinkSocket.open(host, Rtnetlink.PROTOCOL)) {
            assigner = requests.portId();
            for (var each : interests) {
                if (each.netns().equals(Interests.HOST)) {
                    numbered.put(MulticastSocket.OWN_NAMESPACE, each);
                    NamespaceNumbers.find(requests, host).ifPresent(number -> numbered.put(number, each));
                } else {
                    try {
                        numbered.putAll(other(requests, each));
                    } catch (NetlinkException e) {
                        failures.add(e);
                    }
                }
            }
        }
        return numbered;
    }

    private static Map<Integer, Interests> other(NetlinkSocket requests, Interests interests) throws NetlinkException {
        try (var namespace = interests.netns().startsWith("/") ? NetworkNamespace.at(Path.of(interests.netns()))
                : NetworkNamespace.named(interests.netns())) {
            return Map.of(NamespaceNumbers.findOrAssign(requests, namespace), interests);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOENT) {
                return Map.of();
            }
            throw e;
        }
    }

    /** Waits until something that matters has changed; empty if {@link #wake} was called. */
    public Set<Changed> await() throws NetlinkException {
        while (socket.await() && socket.pause(settle)) {
            var changes = new LinkedHashSet<Changed>();
            if (!socket.receive((namespace, message) -> take(namespace, message, changes))) {
                changes.add(Changed.SOMETHING);
            }
            if (!changes.isEmpty()) {
                changes.addAll(takenTableChanges());
                return changes;
            }
        }
        return takenTableChanges();
    }

    private synchronized void take(int namespace, MessageReader message, Set<Changed> changes) {
        if (message.type() == Rtnetlink.RTM_NEWNSID || message.type() == Rtnetlink.RTM_DELNSID) {
            int number = NamespaceNumbers.number(message);
            if (namespace == MulticastSocket.OWN_NAMESPACE && message.portId() != assigner) {
                changes.add(new Changed("", Changed.Kind.NAMESPACE, "number " + number));
            }
            if (namespace == MulticastSocket.OWN_NAMESPACE && message.type() == Rtnetlink.RTM_DELNSID) {
                sieves.remove(number);
                heard.remove(number);
            }
            return;
        }
        var sieve = sieves.get(namespace);
        if (sieve != null) {
            try {
                sieve.judge(message).ifPresent(changes::add);
            } catch (MalformedMessageException e) {
                changes.add(Changed.SOMETHING);
            }
        }
    }

    /** Ends the {@link #await} of now, or the next. */
    public void wake() {
        socket.wake();
    }

    /** Not while a thread awaits: {@link #wake} it first. */
    @Override
    public void close() {
        synchronized (this) {
            if (tables != null) {
                tables.close();
                tables = null;
            }
        }
        socket.close();
        host.close();
    }
}
