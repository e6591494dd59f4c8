package dev.plumbline.sandbox;

import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers every datagram that reaches a router, and notes where it arrived. So an arrival proves which way a packet
 * went, and an answer that the way back works.
 */
final class EchoService implements AutoCloseable {

    private static final int PORT = 4007;
    private static final int PATIENCE_MILLIS = 700;
    private static final int TRIES = 3;

    /** Text of a datagram → the host's device that the router is behind where it arrived. */
    private static final Map<String, String> ARRIVED = new ConcurrentHashMap<>();
    private static final AtomicLong COUNT = new AtomicLong();

    private final List<DatagramChannel> channels;

    private EchoService(List<DatagramChannel> channels) {
        this.channels = channels;
    }

    /** Answers on these addresses of a namespace until closed. */
    static EchoService start(NetworkNamespace router, String device, List<IpAddress> addresses) throws IOException {
        var channels = new ArrayList<DatagramChannel>();
        var service = new EchoService(channels);
        try {
            inside(router, () -> {
                for (var address : addresses) {
                    var channel = DatagramChannel.open(family(address));
                    channels.add(channel);
                    channel.bind(new InetSocketAddress(InetAddress.getByAddress(address.bytes()), PORT));
                }
                return true;
            });
        } catch (IOException e) {
            service.close();
            throw e;
        }
        channels.forEach(channel -> Thread.ofPlatform().daemon().start(() -> serve(channel, device)));
        return service;
    }

    private static void serve(DatagramChannel channel, String device) {
        var buffer = ByteBuffer.allocate(64);
        while (true) {
            try {
                var sender = channel.receive(buffer.clear());
                ARRIVED.put(StandardCharsets.UTF_8.decode(buffer.flip()).toString(), device);
                channel.send(buffer.rewind(), sender);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // An ICMP error of an earlier answer, or no way back: the asker hears nothing, which is the result.
            }
        }
    }

    /** Sends a datagram from one of the host's addresses, and looks where it arrives. */
    static SandboxNetwork.Passage ask(NetworkNamespace host, IpAddress from, IpAddress to) {
        var text = "plumbline " + COUNT.incrementAndGet();
        boolean answered;
        try {
            answered = inside(host, () -> {
                try (var channel = DatagramChannel.open(family(from))) {
                    channel.bind(new InetSocketAddress(InetAddress.getByAddress(from.bytes()), 0));
                    channel.connect(new InetSocketAddress(InetAddress.getByAddress(to.bytes()), PORT));
                    return isAnswered(channel, text);
                }
            });
        } catch (IOException e) {
            // The kernel will not send, or an ICMP error came back.
            answered = false;
        }
        return new SandboxNetwork.Passage(Optional.ofNullable(ARRIVED.get(text)), answered);
    }

    /** Several tries: the first may fall to neighbour discovery. */
    private static boolean isAnswered(DatagramChannel channel, String text) throws IOException {
        var socket = channel.socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        var packet = new DatagramPacket(new byte[64], 64);
        for (int attempt = 0; attempt < TRIES; attempt++) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            try {
                socket.receive(packet);
                return true;
            } catch (SocketTimeoutException e) {
                if (ARRIVED.containsKey(text)) {
                    return false;
                }
            }
        }
        return false;
    }

    private static <T> T inside(NetworkNamespace namespace, Callable<T> task) throws IOException {
        try {
            return namespace.call(task);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static ProtocolFamily family(IpAddress address) {
        return address.family() == Family.IPV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    @Override
    public void close() {
        for (var channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
