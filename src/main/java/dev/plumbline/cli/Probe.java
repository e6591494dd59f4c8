package dev.plumbline.cli;

import dev.plumbline.state.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A question to the network whose answer tells whether an apply was good: {@code ping:ADDRESS} (ICMP echo) or
 * {@code tcp:ADDRESS:PORT} (a connection; IPv6 addresses in brackets). Asked from the namespace that the command runs in.
 *
 * @param port 0 for ping
 */
record Probe(IpAddress address, int port) {

    private static final Pattern TCP = Pattern.compile("tcp:(?:\\[([^]]+)]|([^:]+)):([0-9]{1,5})");
    private static final int TRY_MILLIS = 1000;

    /** Empty if the text is none. */
    static Optional<Probe> parse(String text) {
        if (text.startsWith("ping:")) {
            return IpAddress.parse(text.substring(5)).map(address -> new Probe(address, 0));
        }
        var tcp = TCP.matcher(text);
        if (!tcp.matches() || Integer.parseInt(tcp.group(3)) > 65535 || Integer.parseInt(tcp.group(3)) == 0) {
            return Optional.empty();
        }
        return IpAddress.parse(tcp.group(1) != null ? tcp.group(1) : tcp.group(2))
                .map(address -> new Probe(address, Integer.parseInt(tcp.group(3))));
    }

    /** Asks again and again until somebody answers, for so long. */
    boolean succeedsWithin(Duration patience) {
        var deadline = Instant.now().plus(patience);
        do {
            if (isAnswered()) {
                return true;
            }
        } while (Instant.now().isBefore(deadline));
        return false;
    }

    private boolean isAnswered() {
        long start = System.nanoTime();
        try {
            var target = InetAddress.getByAddress(address.bytes());
            if (port == 0) {
                if (target.isReachable(TRY_MILLIS)) {
                    return true;
                }
            } else {
                try (var socket = new Socket()) {
                    socket.connect(new InetSocketAddress(target, port), TRY_MILLIS);
                    return true;
                }
            }
        } catch (IOException e) {
            // No way, or refused: another try may fare better.
        }
        try {
            Thread.sleep(Math.max(0, TRY_MILLIS - (System.nanoTime() - start) / 1_000_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public String toString() {
        return port == 0 ? "ping " + address : "tcp " + address + " port " + port;
    }
}
