package dev.plumbline.sandbox;

import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.sandbox.Topology.Endpoint;
import dev.plumbline.sandbox.Topology.Receiver;
import dev.plumbline.sandbox.Topology.Transport;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;

/**
 * Answers every question that reaches a router, over UDP and TCP, and says where it arrived. So an arrival proves which
 * way a packet went, and an answer that the way back works.
 */
final class EchoService implements AutoCloseable {

    static final String QUESTION = " asks";
    private static final String ANSWER = " answers";
    private static final int LONGEST = 64;
    private static final int PATIENCE_MILLIS = 2000;

    /**
     * Where a question arrived.
     *
     * @param device the host's device that the router is behind
     * @param source as the router sees it
     * @param destination as the router sees it
     */
    record Arrival(String device, Endpoint source, Endpoint destination) {
    }

    private final String device;
    private final BiConsumer<String, Arrival> arrivals;
    private final List<Closeable> open = new ArrayList<>();

    private EchoService(String device, BiConsumer<String, Arrival> arrivals) {
        this.device = device;
        this.arrivals = arrivals;
    }

    /**
     * Answers in a namespace until closed.
     *
     * @param listeners the addresses and ports to answer at
     * @param arrivals told of each question and where it arrived, before it is answered
     */
    static EchoService start(NetworkNamespace router, String device, Collection<Receiver> listeners,
            BiConsumer<String, Arrival> arrivals) throws IOException {
        var service = new EchoService(device, arrivals);
        try {
            inside(router, () -> {
                for (var each : listeners) {
                    service.listen(each);
                }
                return true;
            });
            return service;
        } catch (IOException e) {
            service.close();
            throw e;
        }
    }

    private void listen(Receiver listener) throws IOException {
        var address = socketAddress(listener.address(), listener.port());
        if (listener.transport() == Transport.TCP) {
            var socket = new ServerSocket();
            open.add(socket);
            socket.bind(address);
            Thread.ofPlatform().daemon().start(() -> serve(socket));
        } else {
            var channel = DatagramChannel.open(listener.address().family() == Family.IPV4
                    ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            open.add(channel);
            channel.bind(address);
            Thread.ofPlatform().daemon().start(() -> serve(channel, endpoint(address)));
        }
    }

    private void serve(DatagramChannel channel, Endpoint own) {
        var buffer = ByteBuffer.allocate(LONGEST);
        while (true) {
            try {
                var sender = channel.receive(buffer.clear());
                var question = StandardCharsets.UTF_8.decode(buffer.flip()).toString();
                arrivals.accept(question, new Arrival(device, endpoint(sender), own));
                channel.send(ByteBuffer.wrap(bytes(answer(question))), sender);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // An ICMP error of an earlier answer, or no way back: the asker hears nothing, which is the result.
            }
        }
    }

    private void serve(ServerSocket listener) {
        while (!listener.isClosed()) {
            try (var connection = listener.accept()) {
                serve(connection);
            } catch (IOException e) {
                // Closed, or the asker is gone: it hears nothing, which is the result.
            }
        }
    }

    private void serve(Socket connection) throws IOException {
        connection.setSoTimeout(PATIENCE_MILLIS);
        var bytes = new byte[LONGEST];
        int length = connection.getInputStream().read(bytes);
        if (length > 0) {
            var question = new String(bytes, 0, length, StandardCharsets.UTF_8);
            arrivals.accept(question, new Arrival(device, endpoint(connection.getRemoteSocketAddress()),
                    endpoint(connection.getLocalSocketAddress())));
            connection.getOutputStream().write(bytes(answer(question)));
        }
    }

    /** What is answered to a question. */
    static String answer(String question) {
        return question.replace(QUESTION, ANSWER);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static InetSocketAddress socketAddress(IpAddress address, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), port);
    }

    private static Endpoint endpoint(SocketAddress address) {
        var inet = (InetSocketAddress) address;
        return new Endpoint(IpAddress.of(inet.getAddress().getAddress()), OptionalInt.of(inet.getPort()));
    }

    static <T> T inside(NetworkNamespace namespace, Callable<T> task) throws IOException {
        try {
            return namespace.call(task);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        for (var each : open) {
            try {
                each.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
