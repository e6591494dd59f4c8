package dev.plumbline.cni;

import dev.plumbline.host.Tombstones;
import dev.plumbline.intent.Attachment;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The plugin as a process of its own: {@code CniMain TYPE}, with the call in the environment and on standard input. It
 * ends in time whatever happens: the waits within are shorter, so what is still at work then hangs, and is left to the
 * journal.
 */
public final class CniMain {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private CniMain() {
    }

    /** Started by the plugin's executable. */
    public static void main(String[] args) {
        var environment = System.getenv();
        var calledAs = args.length > 0 ? args[0] : "";
        Runtime.getRuntime().halt(run(environment, calledAs, System.in, System.out, System.err, LIMIT));
    }

    static int run(Map<String, String> environment, String calledAs, InputStream in, PrintStream out, PrintStream err,
            Duration limit) {
        var version = System.getProperty("plumbline.version", "");
        var future = new CompletableFuture<CniAnswer>();
        var reading = new CompletableFuture<byte[]>();
        Thread.ofPlatform().daemon().name("cni").start(() -> {
            try {
                boolean reads = !environment.getOrDefault("CNI_COMMAND", "").isEmpty();
                reading.complete(reads ? in.readAllBytes() : new byte[0]);
                future.complete(new CniService(CniSettings.read(environment, version))
                        .answer(new CniRequest(environment, reading.join(), calledAs)));
            } catch (IOException e) {
                future.complete(error(CniException.IO, "cannot read: " + e.getMessage()));
            } catch (Throwable e) {
                future.complete(error(CniException.INTERNAL, "internal error: " + e));
            }
        });
        CniAnswer answer;
        try {
            answer = future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer = late(environment, calledAs, reading, limit);
        } catch (InterruptedException | ExecutionException e) {
            answer = error(CniException.INTERNAL, "internal error: " + e);
        }
        answer.stderr().forEach(err::println);
        err.flush();
        out.write(answer.stdout().getBytes(StandardCharsets.UTF_8), 0,
                answer.stdout().getBytes(StandardCharsets.UTF_8).length);
        out.flush();
        return answer.exitCode();
    }

    /** DEL is never lost: what hangs is finished by the next run. */
    private static CniAnswer late(Map<String, String> environment, String calledAs, CompletableFuture<byte[]> reading,
            Duration limit) {
        var message = "no answer within " + limit.toSeconds() + " s; the next run settles what was begun";
        if (!environment.getOrDefault("CNI_COMMAND", "").equals(Command.DEL.name()) || !reading.isDone()) {
            return error(CniException.TRY_AGAIN, message);
        }
        try {
            var call = Call.of(Command.DEL, environment);
            var network = NetworkConfiguration.of(reading.join()).name();
            new Tombstones(CniSettings.read(environment, "").stateDirectory()).write(new Attachment.Key(
                    call.container(), call.device(), network, calledAs));
            return new CniAnswer(0, "", List.of(message));
        } catch (IOException | RuntimeException e) {
            return error(CniException.TRY_AGAIN, message);
        }
    }

    private static CniAnswer error(int code, String message) {
        return CniService.failed(new CniException(code, message));
    }
}
