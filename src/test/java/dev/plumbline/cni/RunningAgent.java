package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.store.Store;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code plumbline agent}, as it was packaged, in the host's namespace of some {@link Plugins}. Its first run is over, and
 * the next is a day away unless somebody asks: a test that stops or kills it knows in the midst of what.
 */
final class RunningAgent implements AutoCloseable {

    private final Process process;
    private final Path log;

    RunningAgent(Plugins plugins) throws Exception {
        var directory = Files.createDirectories(plugins.state().resolveSibling("agent"));
        Files.createDirectories(directory.resolve("intents"));
        var configuration = Files.writeString(directory.resolve("plumbline.yaml"), """
                apiVersion: plumbline.dev/v1
                kind: Configuration
                stateDirectory: %s
                source: {directory: %s}
                agent: {poll: 24h}
                """.formatted(plugins.state(), directory.resolve("intents")));
        log = directory.resolve("log");
        var socket = plugins.state().resolve(CniEndpoint.SOCKET);
        long runBefore = lastRun(plugins);
        process = new ProcessBuilder(List.of("ip", "netns", "exec", plugins.host,
                Plugins.EXECUTABLES.resolveSibling("bin").resolve("plumbline").toString(), "agent", "--config",
                configuration.toString())).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!answers(socket) || lastRun(plugins) == runBefore) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, this::log);
            Thread.sleep(20);
        }
    }

    private static long lastRun(Plugins plugins) {
        try (var store = Store.openReadOnly(plugins.state(), "1.0")) {
            return store.runs(1).stream().mapToLong(each -> each.at().toEpochMilli()).findFirst().orElse(0);
        }
    }

    private static boolean answers(Path socket) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Sends it a signal, such as {@code STOP}. */
    void signal(String name) throws Exception {
        assertTrue(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor() == 0);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
