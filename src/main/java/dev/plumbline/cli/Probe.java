package dev.plumbline.cli;

import dev.plumbline.host.Place;
import dev.plumbline.host.Settings;
import dev.plumbline.source.SourceException;
import dev.plumbline.state.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A question to the network whose answer tells whether an apply was good: {@code ping:ADDRESS} (ICMP echo),
 * {@code tcp:ADDRESS:PORT} (a connection; IPv6 addresses in brackets), or {@code git} (the repository of the intents can
 * be fetched from). Asked from the namespace that the command runs in.
 */
sealed interface Probe {

    /** What {@link #parse} takes. */
    String FORMS = "ping:ADDRESS, tcp:ADDRESS:PORT or git";

    /** How long to wait for one answer, and before the next try, in milliseconds. */
    int TRY_MILLIS = 1000;

    /** Whether somebody answers. */
    boolean isAnswered() throws IOException;

    /**
     * Empty if the text is none.
     *
     * @param settings where the intents come from
     */
    static Optional<Probe> parse(String text, Settings settings) {
        if (text.equals("git")) {
            return settings.place() instanceof Place.Git git ? Optional.of(new Fetch(git, settings.stateDirectory()))
                    : Optional.empty();
        }
        return Network.parse(text).map(each -> each);
    }

    /** Asks again and again until somebody answers, for so long. */
    default boolean succeedsWithin(Duration patience) {
        var deadline = Instant.now().plus(patience);
        do {
            long start = System.nanoTime();
            try {
                if (isAnswered()) {
                    return true;
                }
            } catch (IOException e) {
                // No way, or refused: another try may fare better.
            }
            try {
                Thread.sleep(Math.max(0, TRY_MILLIS - (System.nanoTime() - start) / 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } while (Instant.now().isBefore(deadline));
        return false;
    }

    /**
     * Asks an address.
     *
     * @param port 0 for ping
     */
    record Network(IpAddress address, int port) implements Probe {

        private static final Pattern TCP = Pattern.compile("tcp:(?:\\[([^]]+)]|([^:]+)):([0-9]{1,5})");

        static Optional<Network> parse(String text) {
            if (text.startsWith("ping:")) {
                return IpAddress.parse(text.substring(5)).map(address -> new Network(address, 0));
            }
            var tcp = TCP.matcher(text);
            if (!tcp.matches() || Integer.parseInt(tcp.group(3)) > 65535 || Integer.parseInt(tcp.group(3)) == 0) {
                return Optional.empty();
            }
            return IpAddress.parse(tcp.group(1) != null ? tcp.group(1) : tcp.group(2))
                    .map(address -> new Network(address, Integer.parseInt(tcp.group(3))));
        }

        @Override
        public boolean isAnswered() throws IOException {
            var target = InetAddress.getByAddress(address.bytes());
            if (port == 0) {
                return target.isReachable(TRY_MILLIS);
            }
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(target, port), TRY_MILLIS);
                return true;
            }
        }

        @Override
        public String toString() {
            return port == 0 ? "ping " + address : "tcp " + address + " port " + port;
        }
    }

    /** Asks the Git server. */
    record Fetch(Place.Git place, Path stateDirectory) implements Probe {

        @Override
        public boolean isAnswered() {
            try {
                return place.answers(stateDirectory);
            } catch (SourceException e) {
                return false;
            }
        }

        @Override
        public String toString() {
            return "fetch from " + place.words();
        }
    }
}
