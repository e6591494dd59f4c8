package dev.plumbline.agent;

import dev.plumbline.control.UnixServer;
import dev.plumbline.kernel.watch.Changed;
import dev.plumbline.kernel.watch.NetworkWatch;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The long-running process: a loop, the watch that wakes it, the control socket, and what systemd is told. */
public final class Agent {

    /** How long changes are gathered before they wake the loop. */
    private static final Duration SETTLE = Duration.ofMillis(100);
    private static final Duration LONGEST_PULSE = Duration.ofSeconds(30);
    private static final Duration WATCH_RETRY = Duration.ofSeconds(10);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);
    /** More than clocks are slewed by in one pulse. */
    private static final long CLOCK_STEP_MILLIS = 2000;

    private final AgentLoop loop;
    private final NetworkWatch watch;
    private final UnixServer server;
    private final ServiceNotification systemd;
    private final Thread watcher = Thread.ofPlatform().name("watch").unstarted(this::watch);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final SpareMemory memory = new SpareMemory();

    /**
     * Opens the watch and the control socket; nothing is done before {@link #run}.
     *
     * @param host the namespace to watch; closed by {@link #run}
     * @param socket the control socket's path, for its owner alone
     * @throws IOException if another agent serves the socket, or the kernel refuses
     */
    public Agent(NetworkNamespace host, Path socket, Work work, Function<AgentLoop, AgentControl> control,
            ServiceNotification systemd) throws IOException {
        this.systemd = systemd;
        watch = NetworkWatch.open(host, SETTLE);
        loop = new AgentLoop(new Announcements(work, systemd), watch::interests);
        try {
            server = UnixServer.listen(socket, UnixServer.Access.OWNER, new ControlRoutes(control.apply(loop)));
        } catch (IOException e) {
            loop.close();
            watch.close();
            throw e;
        }
    }

    /**
     * Works until SIGTERM or SIGINT, and finishes what it is at then. SIGHUP reads the configuration again.
     *
     * @throws IOException if the loop broke down, or the control socket cannot be removed at the end
     */
    public void run() throws IOException {
        Signals.handle("TERM", stop::countDown);
        Signals.handle("INT", stop::countDown);
        Signals.handle("HUP", loop::reload);
        watcher.start();
        loop.start();
        try {
            pulse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean broken = loop.isBroken();
        systemd.stopping();
        server.close();
        loop.close();
        stop.countDown();
        watch.wake();
        try {
            server.awaitRequests(LAST_ANSWERS);
            watcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watch.close();
        if (broken) {
            throw new IOException("the agent's loop broke down");
        }
    }

    /**
     * Keeps systemd's watchdog quiet for as long as the loop lives, by a clock that nobody sets, and looks after what else
     * is to be seen from time to time.
     */
    private void pulse() throws InterruptedException {
        var half = systemd.watchdog().map(time -> time.dividedBy(2)).orElse(LONGEST_PULSE);
        var period = half.compareTo(LONGEST_PULSE) < 0 ? half : LONGEST_PULSE;
        long offset = clockOffset();
        do {
            if (loop.isAlive() && watcher.isAlive()) {
                systemd.alive();
            }
            long now = clockOffset();
            if (Math.abs(now - offset) > CLOCK_STEP_MILLIS) {
                loop.clockWasSet();
            }
            offset = now;
            if (loop.status().running().isEmpty()) {
                memory.giveBack();
            }
        } while (!loop.isBroken() && !stop.await(period.toNanos(), TimeUnit.NANOSECONDS));
    }

    private static long clockOffset() {
        return System.currentTimeMillis() - System.nanoTime() / 1_000_000;
    }

    private void watch() {
        try {
            while (stop.getCount() > 0) {
                try {
                    loop.changed(watch.await());
                } catch (NetlinkException e) {
                    loop.watchFailure(Optional.of(String.valueOf(e.getMessage())));
                    if (stop.await(WATCH_RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    loop.watchFailure(Optional.empty());
                    loop.changed(Set.of(Changed.SOMETHING));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
