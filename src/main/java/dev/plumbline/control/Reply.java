package dev.plumbline.control;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** The answer to a request: given once, whole or as a stream. */
public final class Reply {

    public static final String JSON = "application/json";
    public static final String TEXT = "text/plain; charset=utf-8";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Map<Integer, String> REASONS = Map.ofEntries(Map.entry(200, "OK"),
            Map.entry(202, "Accepted"), Map.entry(204, "No Content"), Map.entry(400, "Bad Request"),
            Map.entry(403, "Forbidden"), Map.entry(404, "Not Found"), Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"), Map.entry(409, "Conflict"), Map.entry(413, "Content Too Large"),
            Map.entry(422, "Unprocessable Content"), Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"), Map.entry(501, "Not Implemented"),
            Map.entry(503, "Service Unavailable"), Map.entry(505, "HTTP Version Not Supported"));

    private final Connection connection;
    private boolean begun;

    Reply(Connection connection) {
        this.connection = connection;
    }

    boolean hasBegun() {
        return begun;
    }

    /** Answers with a whole body. */
    public void send(int status, String contentType, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        begin(status, contentType, "Content-Length: " + bytes.length);
        connection.write(ByteBuffer.wrap(bytes));
    }

    /**
     * Answers piece by piece: each write is sent at once, as a chunk. Whoever does not close the stream cuts the answer
     * off, which the reader can see.
     */
    public OutputStream stream(int status, String contentType) throws IOException {
        begin(status, contentType, "Transfer-Encoding: chunked");
        return new Chunks();
    }

    private void begin(int status, String contentType, String length) throws IOException {
        if (begun) {
            throw new IllegalStateException("answered already");
        }
        begun = true;
        connection.patience(PATIENCE);
        connection.write("HTTP/1.1 " + status + " " + REASONS.getOrDefault(status, "Status") + "\r\nContent-Type: "
                + contentType + "\r\n" + length + "\r\nConnection: close\r\n\r\n");
    }

    private final class Chunks extends OutputStream {
        private boolean closed;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            if (count > 0) {
                connection.patience(PATIENCE);
                connection.write(Integer.toHexString(count) + "\r\n");
                connection.write(ByteBuffer.wrap(bytes, offset, count));
                connection.write("\r\n");
            }
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                connection.patience(PATIENCE);
                connection.write("0\r\n\r\n");
            }
        }
    }
}
