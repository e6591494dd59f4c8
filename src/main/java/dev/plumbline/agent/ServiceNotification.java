package dev.plumbline.agent;

import dev.plumbline.netlink.MonotonicClock;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.UnixDatagram;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Tells systemd how the service fares ({@code man 3 sd_notify}); does nothing where systemd did not start it. What
 * cannot be told is not worth an error: systemd notices what is missing.
 */
public final class ServiceNotification {

    private static final String PID = Long.toString(ProcessHandle.current().pid());

    private final String socket;
    private final Optional<Duration> watchdog;

    private ServiceNotification(String socket, Optional<Duration> watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /** As {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID} say. */
    public static ServiceNotification of(Map<String, String> environment) {
        var microseconds = environment.getOrDefault("WATCHDOG_USEC", "");
        boolean watched = microseconds.matches("[1-9][0-9]{0,17}")
                && environment.getOrDefault("WATCHDOG_PID", PID).equals(PID);
        return new ServiceNotification(environment.getOrDefault("NOTIFY_SOCKET", ""),
                watched ? Optional.of(Duration.ofNanos(Long.parseLong(microseconds) * 1000)) : Optional.empty());
    }

    /** How long systemd waits for {@link #alive} before it takes the service for hung. */
    public Optional<Duration> watchdog() {
        return socket.isEmpty() ? Optional.empty() : watchdog;
    }

    /** It is up, or has finished its reload. */
    public void ready() {
        send("READY=1\nMAINPID=" + PID);
    }

    /** It reads its configuration again. */
    public void reloading() {
        try {
            send("RELOADING=1\nMONOTONIC_USEC=" + MonotonicClock.microseconds());
        } catch (NetlinkException e) {
            send("RELOADING=1");
        }
    }

    /** It is about to end. */
    public void stopping() {
        send("STOPPING=1");
    }

    /** One line for {@code systemctl status}. */
    public void status(String text) {
        send("STATUS=" + text.replace('\n', ' '));
    }

    /** It works. */
    public void alive() {
        send("WATCHDOG=1");
    }

    private void send(String text) {
        if (socket.isEmpty()) {
            return;
        }
        try {
            UnixDatagram.send(socket, text);
        } catch (NetlinkException e) {
            // Nobody to tell.
        }
    }
}
