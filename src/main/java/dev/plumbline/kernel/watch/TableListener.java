package dev.plumbline.kernel.watch;

import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MulticastSocket;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Nfnetlink;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Listens to changes of nftables on a thread of its own, until closed. */
final class TableListener implements AutoCloseable {

    /** What to tell of a notification of a namespace. */
    interface Judge {
        Optional<Changed> judge(int namespace, MessageReader message);
    }

    private final MulticastSocket socket;
    private final Duration settle;
    private final Judge judge;
    private final Consumer<Set<Changed>> told;
    private final TableChanges changes = new TableChanges(ProcessHandle.current().pid());
    private volatile boolean closed;

    private TableListener(MulticastSocket socket, Duration settle, Judge judge, Consumer<Set<Changed>> told) {
        this.socket = socket;
        this.settle = settle;
        this.judge = judge;
        this.told = told;
    }

    static TableListener open(NetworkNamespace host, Duration settle, Judge judge, Consumer<Set<Changed>> told)
            throws NetlinkException {
        var socket = MulticastSocket.open(host, Nfnetlink.PROTOCOL, Nfnetlink.NFNLGRP_NFTABLES);
        var listener = new TableListener(socket, settle, judge, told);
        Thread.ofPlatform().daemon().name("watch-nftables").start(listener::listen);
        return listener;
    }

    TableChanges changes() {
        return changes;
    }

    void listenToAllNamespaces(boolean all) throws NetlinkException {
        socket.listenToAllNamespaces(all);
    }

    private void listen() {
        try (socket) {
            while (!closed && socket.await() && socket.pause(settle)) {
                var news = new LinkedHashSet<Changed>();
                if (!socket.receive((namespace, message) -> judge.judge(namespace, message).ifPresent(news::add))) {
                    news.add(Changed.SOMETHING);
                }
                if (!news.isEmpty()) {
                    told.accept(news);
                }
            }
        } catch (NetlinkException e) {
            told.accept(Set.of(Changed.SOMETHING));
        }
    }

    @Override
    public void close() {
        closed = true;
        socket.wake();
    }
}
