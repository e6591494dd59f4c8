package dev.plumbline.netlink;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Opens sockets in other namespaces, on a thread that goes there and comes back at once: to make one each time would
 * take longer than what most sockets are asked. At rest the thread is in the process's own namespace, and soon gone; one
 * that cannot come back ends.
 */
final class Entrance {

    private static final String HOME = "/proc/self/ns/net";
    private static final int REST_SECONDS = 10;

    private static Entrance current = new Entrance();

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, REST_SECONDS, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), Thread.ofPlatform().daemon().name("netns").factory());

    private Entrance() {
        thread.allowCoreThreadTimeOut(true);
    }

    /**
     * Opens a socket.
     *
     * @param namespace an open descriptor of its namespace
     * @param label what errors call it
     * @throws NetlinkException if the namespace cannot be entered, or there is no such socket
     */
    static int socket(int namespace, String label, int domain, int type, int protocol) throws NetlinkException {
        var answer = new CompletableFuture<Integer>();
        synchronized (Entrance.class) {
            var entrance = current;
            entrance.thread.execute(() -> entrance.open(namespace, label, domain, type, protocol, answer));
        }
        try {
            // Not cut short by an interrupt: the socket would be lost.
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof NetlinkException refusal) {
                throw refusal;
            }
            throw e;
        }
    }

    private void open(int namespace, String label, int domain, int type, int protocol,
            CompletableFuture<Integer> answer) {
        try {
            // The thread begins where the one was that had it made.
            int home = Libc.check("cannot open " + HOME, () -> Libc.c().open(HOME, Libc.O_CLOEXEC));
            try {
                Libc.check("cannot enter network namespace " + label,
                        () -> Libc.c().setns(namespace, Libc.CLONE_NEWNET));
                answer.complete(Libc.check("cannot open a socket", () -> Libc.c().socket(domain, type, protocol)));
            } finally {
                if (Libc.c().setns(home, Libc.CLONE_NEWNET) != 0) {
                    retire();
                }
                Libc.c().close(home);
            }
        } catch (NetlinkException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private void retire() {
        synchronized (Entrance.class) {
            if (current == this) {
                current = new Entrance();
            }
        }
        thread.shutdown();
    }
}
