package dev.plumbline.boot;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A machine with a kernel of its own, Debian's {@code linux.uml}: each boot has a new boot id and knows nothing of the
 * one before but what it finds in one folder, {@code /run/reports} there. Runs a script as root and is off then.
 *
 * @param folder an empty one of the test's
 */
record SecondKernel(Path folder) {

    private static final Duration PATIENCE = Duration.ofSeconds(300);

    /**
     * Boots and runs a script until it ends or cuts its own power ({@code echo o >/proc/sysrq-trigger}, after which
     * what no file system had written is lost).
     *
     * @return what it printed
     */
    String boot(String script) throws IOException, InterruptedException {
        var init = Path.of("src/test/uml/init").toAbsolutePath();
        Files.writeString(folder.resolve("script"), "cd /run/reports\n" + script);
        var kernel = new ProcessBuilder(List.of("linux.uml", "mem=1024M", "root=/dev/root", "rootfstype=hostfs",
                "rootflags=/", "ro", "init=" + init, "uml_script=/run/reports/script", "uml_reports=" + folder,
                "uml_dir=" + folder + "/", "con=null", "con0=null,fd:1", "panic=-1", "quiet"))
                .redirectInput(new File("/dev/null")).redirectErrorStream(true)
                .redirectOutput(folder.resolve("console").toFile()).start();
        var stop = new Thread(() -> kill(kernel));
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            if (!kernel.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the second kernel hangs: " + printed());
            }
        } finally {
            kill(kernel);
            Runtime.getRuntime().removeShutdownHook(stop);
        }
        return Files.readString(folder.resolve("output.txt"));
    }

    private String printed() throws IOException {
        return Files.readString(folder.resolve("console")) + Files.readString(folder.resolve("output.txt"));
    }

    private static void kill(Process kernel) {
        // They do not end with the first one.
        var children = kernel.descendants().toList();
        kernel.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
