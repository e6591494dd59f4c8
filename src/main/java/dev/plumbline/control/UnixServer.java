package dev.plumbline.control;

import dev.plumbline.netlink.OpenFileLock;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Serves requests on a Unix domain socket, each on a thread of its own. A lock file beside the socket holds the pid of
 * who serves: a socket whose server is gone is replaced, one whose server lives is refused.
 */
public final class UnixServer implements AutoCloseable {

    /** Connections at one time, unless said otherwise; more are told to come later. */
    private static final int MOST_CONNECTIONS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LINGER = Duration.ofSeconds(1);
    /** {@code sun_path} of {@code struct sockaddr_un} with its end. */
    private static final int LONGEST_PATH = 107;
    private static final String NEW = ".new";

    private final Path path;
    private final OpenFileLock lock;
    private final ServerSocketChannel channel;
    private final Handler handler;
    private final int most;
    private final Semaphore places;
    private final ExecutorService threads;

    /** Answers requests, many at a time. */
    @FunctionalInterface
    public interface Handler {
        /**
         * One request.
         *
         * @throws HttpException to answer with its status and message; any other exception answers with 500
         */
        void handle(Request request, Reply reply) throws IOException;
    }

    /**
     * Who may connect.
     *
     * @param mode of the socket file, such as {@code rw-rw----}
     * @param group of the socket file; absent: the process's own
     */
    public record Access(String mode, Optional<String> group) {
        /** Mode 0600. */
        public static final Access OWNER = new Access("rw-------", Optional.empty());
    }

    private UnixServer(Path path, OpenFileLock lock, ServerSocketChannel channel, int most, Handler handler) {
        this.most = most;
        this.places = new Semaphore(most);
        this.threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("request " + path.getFileName()).factory());
        this.path = path;
        this.lock = lock;
        this.channel = channel;
        this.handler = handler;
    }

    /**
     * Begins to serve.
     *
     * @param path of the socket, in a directory where others cannot write
     * @throws IOException with the pid of who serves there already; or if the path is too long, or the socket cannot be
     *     made
     */
    public static UnixServer listen(Path path, Access access, Handler handler) throws IOException {
        return listen(path, access, MOST_CONNECTIONS, handler);
    }

    /**
     * The same.
     *
     * @param most connections at one time
     */
    public static UnixServer listen(Path path, Access access, int most, Handler handler) throws IOException {
        // Made in a directory of the owner's alone, and moved when its mode is right.
        var made = path.resolveSibling(path.getFileName() + NEW).resolve("s");
        if (made.toString().getBytes().length > LONGEST_PATH) {
            throw new IOException("the path of a socket has up to " + (LONGEST_PATH - NEW.length() - 2)
                    + " bytes; this one is too long: " + path);
        }
        var lock = lock(path);
        var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.deleteIfExists(made);
            Files.deleteIfExists(made.getParent());
            Files.createDirectory(made.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            channel.bind(UnixDomainSocketAddress.of(made), most);
            if (access.group().isPresent()) {
                var group = path.getFileSystem().getUserPrincipalLookupService()
                        .lookupPrincipalByGroupName(access.group().get());
                Files.getFileAttributeView(made, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setGroup(group);
            }
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(access.mode()));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(made.getParent());
        } catch (IOException e) {
            channel.close();
            lock.close();
            throw new IOException("cannot listen on " + path + ": " + (e instanceof UserPrincipalNotFoundException
                    ? "there is no group " + access.group().orElse("") : e.getMessage()), e);
        }
        var server = new UnixServer(path, lock, channel, most, handler);
        Thread.ofPlatform().daemon().name("socket " + path.getFileName()).start(server::accept);
        return server;
    }

    private static OpenFileLock lock(Path path) throws IOException {
        var file = path.resolveSibling(path.getFileName() + ".lock");
        var lock = OpenFileLock.tryLock(file);
        if (lock.isEmpty()) {
            var pid = Files.readString(file).strip();
            throw new IOException("another process serves " + path + " already" + (pid.isEmpty() ? ""
                    : " (pid " + pid + ")") + ": stop it first");
        }
        Files.writeString(file, ProcessHandle.current().pid() + "\n");
        return lock.get();
    }

    private void accept() {
        while (true) {
            SocketChannel client;
            try {
                client = channel.accept();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // No descriptors left, or the like: a pause lets others end.
                pause();
                continue;
            }
            if (places.tryAcquire()) {
                threads.execute(() -> {
                    try {
                        serve(client, handler);
                    } finally {
                        places.release();
                    }
                });
            } else {
                refuse(client);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuse(SocketChannel client) {
        try (var connection = new Connection(client)) {
            new Reply(connection).send(503, Reply.TEXT, "too many requests at once\n");
        } catch (IOException e) {
            // Who does not listen is not told.
        }
    }

    /** Serves the request of one connection, which somebody else may have accepted, and closes it. */
    public static void serve(SocketChannel client, Handler handler) {
        try (var connection = new Connection(client)) {
            connection.patience(PATIENCE);
            var reply = new Reply(connection);
            try {
                handler.handle(Request.read(connection), reply);
                if (!reply.hasBegun()) {
                    reply.send(204, Reply.TEXT, "");
                }
            } catch (HttpException e) {
                fail(reply, e.status(), e.getMessage());
            } catch (java.net.SocketTimeoutException e) {
                fail(reply, 408, "the request did not come in time");
            } catch (IOException | RuntimeException e) {
                fail(reply, 500, e.getMessage() == null ? e.toString() : e.getMessage());
            }
            connection.finish(LINGER);
        } catch (IOException e) {
            // The other side went away: nobody is left to tell.
        }
    }

    private static void fail(Reply reply, int status, String message) throws IOException {
        if (reply.hasBegun()) {
            throw new IOException(message);
        }
        reply.send(status, Reply.TEXT, message + "\n");
    }

    /** The socket. */
    public Path path() {
        return path;
    }

    /** Waits until the requests that are being served are answered, for this long at most. */
    public void awaitRequests(Duration patience) throws InterruptedException {
        if (places.tryAcquire(most, patience.toNanos(), TimeUnit.NANOSECONDS)) {
            places.release(most);
        }
    }

    /** Ends listening and removes the socket; requests that are being served go on. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
        lock.remove();
    }
}
