package dev.plumbline.control;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A connected channel whose reads and writes end in time. */
final class Connection implements Closeable {

    private static final int BUFFER = 8192;

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer input = ByteBuffer.allocate(BUFFER).flip();
    private long deadline;

    /** Takes the channel over, and closes it if this fails. */
    Connection(SocketChannel channel) throws IOException {
        this.channel = channel;
        try {
            channel.configureBlocking(false);
            selector = channel.provider().openSelector();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    SocketChannel channel() {
        return channel;
    }

    /** From now on, whatever follows must be over after this time. */
    void patience(Duration patience) {
        deadline = System.nanoTime() + patience.toNanos();
    }

    private void await(int operation) throws IOException {
        channel.register(selector, operation);
        while (true) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new SocketTimeoutException("no answer in time");
            }
            int ready = selector.select(left);
            selector.selectedKeys().clear();
            if (ready > 0) {
                return;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
        }
    }

    /** The next byte; -1 at the end. */
    int read() throws IOException {
        if (!input.hasRemaining()) {
            input.clear();
            int count;
            while ((count = channel.read(input)) == 0) {
                await(SelectionKey.OP_READ);
            }
            input.flip();
            if (count < 0) {
                return -1;
            }
        }
        return input.get() & 0xff;
    }

    /** So many bytes. */
    byte[] read(int count) throws IOException {
        var bytes = new byte[count];
        for (int i = 0; i < count;) {
            int some = Math.min(input.remaining(), count - i);
            if (some > 0) {
                input.get(bytes, i, some);
                i += some;
            } else {
                int next = read();
                if (next < 0) {
                    throw new EOFException("the other side ended in the middle");
                }
                bytes[i++] = (byte) next;
            }
        }
        return bytes;
    }

    /**
     * A line without its end, which is CR LF.
     *
     * @param most bytes, its end included
     */
    String line(int most) throws IOException {
        var line = new StringBuilder();
        while (line.length() < most) {
            int next = read();
            if (next < 0) {
                throw new EOFException("the other side ended in the middle");
            }
            if (next == '\n') {
                if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
                    throw new HttpException(400, "a line ends with LF alone, not with CR LF");
                }
                line.setLength(line.length() - 1);
                return line.toString();
            }
            if (next == 0 || !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                throw new HttpException(400, "a control character in a line");
            }
            line.append((char) next);
        }
        throw new HttpException(431, "more than the header may have");
    }

    void write(String text) throws IOException {
        write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    /** Says that nothing more is sent, and waits shortly until the other has taken all and ends too. */
    void finish(Duration patience) throws IOException {
        channel.shutdownOutput();
        patience(patience);
        int left = 16 * BUFFER;
        while (left-- > 0 && read() >= 0) {
            input.position(input.limit());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            selector.close();
        } finally {
            channel.close();
        }
    }
}
