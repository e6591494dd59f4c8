package dev.plumbline.control;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Asks a {@link UnixServer}. */
public final class ControlClient {

    private static final int LONGEST_ANSWER = 64 * 1024 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final Path socket;

    public ControlClient(Path socket) {
        this.socket = socket;
    }

    /** An answer, whatever its status. */
    public record Answer(int status, String body) {
        /** Whether the status is 200 to 299. */
        public boolean isSuccess() {
            return status / 100 == 2;
        }
    }

    /**
     * Asks and waits for the answer.
     *
     * @param target path and query, such as {@code /v1/trigger?wait}
     * @param patience how long there may be silence
     * @throws NoServerException if nobody listens
     * @throws SilentServerException if no answer comes in time
     */
    public Answer ask(String method, String target, String body, Duration patience) throws IOException {
        var text = new ByteArrayOutputStream();
        int status = ask(method, target, body, patience, text);
        return new Answer(status, text.toString(StandardCharsets.UTF_8));
    }

    /**
     * The same, where the answer's body goes to a stream as it comes.
     *
     * @return the status
     */
    public int ask(String method, String target, String body, Duration patience, OutputStream sink)
            throws IOException {
        try (var connection = new Connection(connect())) {
            connection.patience(patience);
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            var header = header(connection, method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    + bytes.length + "\r\nConnection: close\r\n\r\n", bytes);
            while (header.first().startsWith("HTTP/1.1 100")) {
                header = Header.read(connection);
            }
            if (!header.first().matches("HTTP/1\\.1 [1-5][0-9]{2}( .*)?")) {
                throw new IOException("no answer of HTTP/1.1 from " + socket + ": " + header.first());
            }
            body(connection, header, patience, sink);
            return Integer.parseInt(header.first().substring(9, 12));
        } catch (SocketTimeoutException e) {
            throw new SilentServerException("no answer within " + patience.toSeconds() + " s from " + socket);
        } catch (EOFException e) {
            throw new SilentServerException("the answer from " + socket + " broke off");
        }
    }

    /** Of the answer, which may come before the request is sent: one to be refused is not heard out. */
    private static Header header(Connection connection, String request, byte[] body) throws IOException {
        try {
            connection.write(request);
            connection.write(ByteBuffer.wrap(body));
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException unsent) {
            try {
                return Header.read(connection);
            } catch (IOException e) {
                throw unsent;
            }
        }
        return Header.read(connection);
    }

    private static void body(Connection connection, Header header, Duration patience, OutputStream sink)
            throws IOException {
        if ("chunked".equals(header.fields().get("transfer-encoding"))) {
            while (true) {
                connection.patience(patience);
                var size = connection.line(16);
                if (!size.matches("[0-9a-f]{1,7}")) {
                    throw new IOException("a chunk without its size");
                }
                sink.write(connection.read(Integer.parseInt(size, 16)));
                sink.flush();
                connection.line(2);
                if (size.equals("0")) {
                    return;
                }
            }
        }
        sink.write(connection.read(header.length(LONGEST_ANSWER).orElse(0)));
    }

    private SocketChannel connect() throws IOException {
        if (Files.notExists(socket)) {
            throw new NoServerException("there is no " + socket);
        }
        if (!Files.isWritable(socket)) {
            throw new IOException("no right to connect to " + socket + ": run as root");
        }
        long deadline = System.nanoTime() + CONNECT.toNanos();
        var reason = "";
        while (true) {
            var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            boolean connected = false;
            try {
                // So that a full queue of connections, which gives EAGAIN, does not block without end.
                channel.configureBlocking(false);
                connected = channel.connect(UnixDomainSocketAddress.of(socket));
                if (connected) {
                    return channel;
                }
            } catch (ConnectException e) {
                throw new NoServerException("nobody listens on " + socket);
            } catch (SocketException e) {
                reason = String.valueOf(e.getMessage());
            } finally {
                if (!connected) {
                    channel.close();
                }
            }
            if (System.nanoTime() > deadline) {
                throw new SilentServerException(socket + " takes no connection: " + reason);
            }
            pause();
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
