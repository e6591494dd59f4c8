package dev.plumbline.cni;

import dev.plumbline.control.HttpException;
import dev.plumbline.control.Reply;
import dev.plumbline.control.Request;
import dev.plumbline.control.UnixServer;
import dev.plumbline.store.StorePool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the plugin's executables on a socket of the state directory, in a process that runs all the time:
 * {@code POST /v1/cni} with what {@link CniRequest#read} reads. The answer has the exit code on its first line, what
 * goes to standard output on the second, and what goes to standard error on the others. While a call takes long, a
 * blank is sent each second before all that, so that the executable can tell work from a process that hangs.
 *
 * <p>Calls for one namespace follow one another, others are answered at the same time.
 */
public final class CniEndpoint implements UnixServer.Handler, AutoCloseable {

    /** The socket in the state directory. */
    public static final String SOCKET = "cni.sock";

    /** A node that boots starts all of its containers at once; what is more starts a JVM of its own. */
    private static final int MOST_CONNECTIONS = 512;
    /** Calls that are carried out at one time: most of them wait, for locks, addresses or the disk. */
    private static final int WORKERS = 32;
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

    private final StorePool stores;
    private final Supplier<CniSettings> settings;
    private final Runnable changed;
    private final Turns turns = new Turns();
    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(WORKERS, WORKERS, 30, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), Thread.ofPlatform().daemon().name("cni ", 0).factory());
    private @Nullable UnixServer server;

    private CniEndpoint(StorePool stores, Supplier<CniSettings> settings, Runnable changed) {
        this.stores = stores;
        this.settings = settings;
        this.changed = changed;
        workers.allowCoreThreadTimeOut(true);
    }

    /**
     * Begins to answer.
     *
     * @param changed told after each call that may have changed which attachments there are
     * @throws IOException if another process answers there, or the socket cannot be made
     * @throws dev.plumbline.store.StoreException if the store cannot be opened
     */
    public static CniEndpoint listen(Path stateDirectory, Supplier<CniSettings> settings, Runnable changed)
            throws IOException {
        var stores = new StorePool(stateDirectory, settings.get().version(),
                Attachments.Patience.DEFAULT.store());
        try {
            var endpoint = new CniEndpoint(stores, settings, changed);
            endpoint.server = UnixServer.listen(stateDirectory.resolve(SOCKET), UnixServer.Access.OWNER,
                    MOST_CONNECTIONS, endpoint);
            return endpoint;
        } catch (IOException e) {
            stores.close();
            throw e;
        }
    }

    @Override
    public void handle(Request request, Reply reply) throws IOException {
        if (!request.path().equals("/v1/cni")) {
            throw new HttpException(404, "there is no " + request.path() + "; there is /v1/cni");
        }
        if (!request.method().equals("POST")) {
            throw new HttpException(405, "/v1/cni wants POST");
        }
        CniRequest call;
        try {
            call = CniRequest.read(request.body());
        } catch (IllegalArgumentException e) {
            throw new HttpException(400, "no call of a plugin: " + e.getMessage());
        }
        var beat = new Beat(reply);
        try {
            var answer = answer(call, beat);
            beat.end(answer.exitCode() + "\n" + answer.stdout().strip() + "\n" + String.join("\n", answer.stderr())
                    + "\n");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpException(503, "the agent ends");
        }
        var command = call.environment().getOrDefault("CNI_COMMAND", "");
        if (command.equals("ADD") || command.equals("DEL") || command.equals("GC")) {
            changed.run();
        }
    }

    private CniAnswer answer(CniRequest call, Beat beat) throws IOException, InterruptedException {
        try (var _ = turns.take(subject(call), beat)) {
            var task = new FutureTask<>(() -> new CniService(settings.get(), stores).answer(call));
            workers.execute(task);
            while (true) {
                try {
                    return task.get(BEAT.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    try {
                        beat.run();
                    } catch (IOException gone) {
                        // Whoever asked does it by himself, or has given up: what was not begun is not to begin.
                        task.cancel(false);
                        throw gone;
                    }
                } catch (ExecutionException e) {
                    throw new HttpException(500, "internal error: " + e.getCause());
                }
            }
        }
    }

    /** What calls must follow one another for. */
    private static String subject(CniRequest call) {
        return Optional.of(call.environment().getOrDefault("CNI_NETNS", "")).filter(each -> !each.isEmpty())
                .orElse(call.environment().getOrDefault("CNI_CONTAINERID", ""));
    }

    /** Tells whoever asked that work goes on. */
    private static final class Beat implements Turns.Waiting {
        private final Reply reply;
        private @Nullable OutputStream stream;

        Beat(Reply reply) {
            this.reply = reply;
        }

        @Override
        public void run() throws IOException {
            if (stream == null) {
                stream = reply.stream(200, Reply.TEXT);
            }
            stream.write(' ');
        }

        void end(String text) throws IOException {
            if (stream == null) {
                reply.send(200, Reply.TEXT, text);
            } else {
                stream.write(text.getBytes(StandardCharsets.UTF_8));
                stream.close();
            }
        }
    }

    /** Takes no more calls, and finishes those that were begun, for a short while. */
    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
            try {
                server.awaitRequests(LAST_ANSWERS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        workers.shutdown();
        stores.close();
    }
}
