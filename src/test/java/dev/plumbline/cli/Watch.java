package dev.plumbline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code ip monitor route} while something happens: shows what was written and undone in between. */
final class Watch {

    private final Process monitor;
    private final Path output;

    private Watch(Process monitor, Path output) {
        this.monitor = monitor;
        this.output = output;
    }

    /** Begins to watch; returns when the monitor listens. */
    static Watch routes(TestHost host) {
        try {
            var output = host.state().resolveSibling("monitor.txt");
            var monitor = new ProcessBuilder("ip", "-n", host.name(), "monitor", "route")
                    .redirectErrorStream(true).redirectOutput(output.toFile()).start();
            var watch = new Watch(monitor, output);
            // The first line that arrives says that the socket is bound.
            while (Files.size(output) == 0) {
                host.ip().run("route add blackhole 240.0.0.1 table 4000");
                host.ip().run("route del blackhole 240.0.0.1 table 4000");
                Thread.sleep(20);
            }
            return watch;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends watching; the lines. */
    List<String> stop() {
        try {
            Thread.sleep(100);
            monitor.destroy();
            monitor.waitFor();
            return Files.readAllLines(output).stream()
                    .map(line -> line.strip().replaceAll(" +", " ")).toList();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
