package dev.plumbline.sandbox;

import static dev.plumbline.sandbox.EchoService.socketAddress;

import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.sandbox.EchoService.Arrival;
import dev.plumbline.sandbox.Topology.FlowCheck;
import dev.plumbline.sandbox.Topology.Transport;
import dev.plumbline.state.Family;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Sends what a check says, and looks where it arrives, which way it takes, and whether an answer comes. */
final class Asking {

    private static final int PATIENCE_MILLIS = 700;
    private static final int CONNECT_MILLIS = 1500;
    private static final int TRIES = 3;
    /** Copies of the last answer may still be on their way when it is there. */
    private static final int COPIES_MILLIS = 30;
    /** A question is like no other, wherever it is seen. */
    private static final AtomicLong COUNT = new AtomicLong();

    private final Map<String, Arrival> arrived = new ConcurrentHashMap<>();
    private final Capture capture;

    Asking(Capture capture) {
        this.capture = capture;
    }

    /** A question has arrived. */
    void arrived(String question, Arrival arrival) {
        arrived.put(question, arrival);
    }

    Passage ask(NetworkNamespace sender, FlowCheck check) throws IOException {
        var question = "plumbline " + COUNT.incrementAndGet() + EchoService.QUESTION;
        capture.take();
        boolean answered;
        try {
            answered = EchoService.inside(sender, () -> check.to().transport() == Transport.TCP
                    ? isAnsweredByConnection(check, question) : isAnsweredByDatagram(check, question));
        } catch (IOException e) {
            // The kernel will not send, or an ICMP error or a reset came back.
            answered = false;
        }
        pause();
        return Passage.of(check, Optional.ofNullable(arrived.get(question)), answered, capture.take(), question);
    }

    private static void pause() {
        try {
            Thread.sleep(COPIES_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isAnsweredByConnection(FlowCheck check, String question) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(socketAddress(check.from().address(), 0));
            socket.connect(socketAddress(check.to().address(), check.to().port()), CONNECT_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(EchoService.bytes(question));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .equals(EchoService.answer(question));
        }
    }

    private boolean isAnsweredByDatagram(FlowCheck check, String question) throws IOException {
        try (var channel = DatagramChannel.open(family(check.from().address().family()))) {
            channel.bind(socketAddress(check.from().address(), 0));
            channel.connect(socketAddress(check.to().address(), check.to().port()));
            return isAnswered(channel, question);
        }
    }

    /** Several tries: the first may fall to neighbour discovery. */
    private boolean isAnswered(DatagramChannel channel, String question) throws IOException {
        var socket = channel.socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        var packet = new DatagramPacket(new byte[64], 64);
        for (int attempt = 0; attempt < TRIES; attempt++) {
            channel.write(ByteBuffer.wrap(EchoService.bytes(question)));
            try {
                socket.receive(packet);
                return true;
            } catch (SocketTimeoutException e) {
                if (arrived.containsKey(question)) {
                    return false;
                }
            }
        }
        return false;
    }

    private static ProtocolFamily family(Family family) {
        return family == Family.IPV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }
}
