package dev.plumbline.kernel.sysctl;

import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** Files below {@code /proc/sys}. Those of {@code net} are of the namespace of the thread that opens them. */
final class SysctlFiles {

    private static final Path ROOT = Path.of("/proc/sys");

    private SysctlFiles() {
    }

    static Map<String, String> read(NetworkNamespace namespace, Set<String> paths) {
        return in(namespace, () -> {
            var values = new HashMap<String, String>();
            for (var path : paths) {
                try {
                    values.put(path, Files.readString(ROOT.resolve(path)).strip());
                } catch (NoSuchFileException e) {
                    // This kernel has none, or the device is gone.
                }
            }
            return values;
        });
    }

    /** Writes on the calling thread. */
    static void write(String path, String value) throws IOException {
        Files.write(ROOT.resolve(path), (value + "\n").getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }

    /** Runs a task in the namespace. */
    static <T> T in(NetworkNamespace namespace, Callable<T> task) {
        try {
            return namespace.call(task);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
