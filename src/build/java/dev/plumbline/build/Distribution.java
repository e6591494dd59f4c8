package dev.plumbline.build;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import dev.plumbline.cli.CompletionCommand;
import dev.plumbline.cli.Plumbline;
import dev.plumbline.cni.PluginType;

/**
 * Lays out the distribution after {@code mvn package} has made the jar, and trains its AOT cache. Run by the build as a
 * source file, with the program's runtime class path (which holds ASM and picocli):
 *
 * <pre>java -cp CLASS_PATH Distribution.java PROJECT JAR TARGET JAVA_RELEASE VERSION TIME</pre>
 */
final class Distribution {

    /** Where the jars keep the native libraries of an architecture, under its name in a JDK's release file. */
    private static final Map<String, List<String>> NATIVE = Map.of(
            "x86_64", List.of("org/sqlite/native/Linux/x86_64/libsqlitejdbc.so", "jni/x86_64-Linux/libjffi-1.2.so"),
            "aarch64", List.of("org/sqlite/native/Linux/aarch64/libsqlitejdbc.so", "jni/aarch64-Linux/libjffi-1.2.so"));

    private final Path project;
    private final Path target;
    private final String javaRelease;

    private final String version;
    private final String date;

    private Distribution(String[] args) {
        project = Path.of(args[0]);
        target = Path.of(args[2]);
        javaRelease = args[3];
        version = args[4];
        date = args[5].substring(0, "2026-01-31".length());
    }

    /**
     * Takes the project's folder, the program's jar, the folder to make, the oldest Java that the program runs on, its
     * version, and the time of its build, which begins with the day in ISO 8601.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        new Distribution(args).build(Path.of(args[1]));
    }

    private void build(Path jar) throws IOException, InterruptedException {
        delete(target);
        List<Path> libraries = libraries(jar);
        libraries(libraries);
        nativeLibraries(libraries);
        copyTree(project.resolve("schemas"), target.resolve("schemas"));
        copyTree(project.resolve("examples"), target.resolve("examples"));
        copyTree(project.resolve("systemd"), target.resolve("lib/systemd/system"));
        Path groups = Files.createDirectories(target.resolve("lib/sysusers.d"));
        Files.copy(project.resolve("src/main/dist/sysusers.conf"), groups.resolve("plumbline.conf"));
        for (String document : List.of("LICENSE", "README.md")) {
            Files.copy(project.resolve(document), target.resolve(document));
        }
        Path marks = Files.createDirectories(target.resolve("share/iproute2/rt_protos.d"));
        Files.copy(project.resolve("src/main/dist/rt_protos.conf"), marks.resolve("plumbline.conf"));
        Files.copy(project.resolve("src/main/dist/plumbline.yaml"), target.resolve("share/plumbline.yaml"));
        completions();
        manual();
        launcher(libraries);
        plugins();
        train("cni", "plumbline-cni.aot");
        // In this order: the launcher would give the second training the first one's cache.
        train("all", "plumbline-all.aot");
        train("loop", "plumbline.aot");
    }

    /** The program's own jar first, then what it depends on, in Maven's order. */
    private static List<Path> libraries(Path jar) {
        List<Path> libraries = new ArrayList<>(List.of(jar));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (entry.endsWith(".jar")) {
                libraries.add(Path.of(entry));
            }
        }
        return libraries;
    }

    private void libraries(List<Path> libraries) throws IOException {
        Path lib = Files.createDirectories(target.resolve("lib"));
        for (Path library : libraries) {
            Path copy = lib.resolve(library.getFileName());
            if (!ArchivableJar.copy(library, copy, library.equals(libraries.getFirst()))) {
                Files.copy(library, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** sqlite-jdbc and jffi unpack their libraries into /tmp at every start unless they are told where they lie. */
    private void nativeLibraries(List<Path> libraries) throws IOException {
        for (Map.Entry<String, List<String>> architecture : NATIVE.entrySet()) {
            Path folder = Files.createDirectories(target.resolve("lib/native").resolve(architecture.getKey()));
            for (String name : architecture.getValue()) {
                unpack(libraries, name, folder.resolve(Path.of(name).getFileName()));
            }
        }
    }

    private static void unpack(List<Path> libraries, String name, Path file) throws IOException {
        for (Path library : libraries) {
            try (JarFile jar = new JarFile(library.toFile())) {
                if (jar.getEntry(name) != null) {
                    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
                        Files.copy(in, file);
                        return;
                    }
                }
            }
        }
        throw new IOException("no library has " + name + ": has its place changed with a new version?");
    }

    private void completions() throws IOException {
        write("share/bash-completion/completions/plumbline",
                CompletionCommand.script(CompletionCommand.Shell.BASH));
        write("share/zsh/site-functions/_plumbline", CompletionCommand.script(CompletionCommand.Shell.ZSH));
    }

    private void manual() throws IOException {
        for (ManualPage page : ManualPage.all(Plumbline.commandLine(), date, "plumbline " + version)) {
            write("share/man/man1/" + page.name() + ".1", page.roff());
        }
    }

    private void launcher(List<Path> libraries) throws IOException {
        Path dist = project.resolve("src/main/dist");
        String options = Files.readAllLines(dist.resolve("jvm.options")).stream()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.joining(" \\\n    "));
        // sqlite-jdbc looks for a file of its own at each start, and all jars before its own are opened for that.
        String classPath = libraries.stream()
                .sorted(Comparator.comparing(library -> !library.getFileName().toString().startsWith("sqlite-jdbc")))
                .map(library -> "$l/" + library.getFileName())
                .collect(Collectors.joining(":"));
        String script = Files.readString(dist.resolve("plumbline"))
                .replace("@JAVA_RELEASE@", javaRelease)
                .replace("@JAVA_HOME@", System.getProperty("java.home").replace("'", "'\\''"))
                .replace("@JVM_OPTIONS@", options)
                .replace("@VERSION@", version)
                .replace("@CLASS_PATH@", classPath);
        executable("bin/plumbline", script);
    }

    /** One script, which goes by its name. */
    private void plugins() throws IOException {
        String script = Files.readString(project.resolve("src/main/dist/cni/plugin"));
        for (String type : PluginType.words()) {
            executable("cni/" + type, script);
        }
    }

    private void executable(String name, String script) throws IOException {
        Files.setPosixFilePermissions(write(name, script), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Trains with a set of commands, under the name that the launcher knows the cache by. */
    private void train(String commands, String name) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("plumbline-train");
        Path cache = target.resolve("lib").resolve(name);
        try {
            ProcessBuilder training = new ProcessBuilder(
                    project.resolve("src/main/dist/train").toString(),
                    target.resolve("bin/plumbline").toString(),
                    work.toString(),
                    commands);
            training.environment().put("PLUMBLINE_JAVA", System.getProperty("java.home"));
            training.environment().put("PLUMBLINE_JAVA_OPTS", 
                    "-XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:AOTCacheOutput=" + cache);
            training.environment().remove("JDK_JAVA_OPTIONS");
            training.environment().remove("JAVA_TOOL_OPTIONS");
            Process process = training.inheritIO().start();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("the training of the AOT cache hangs");
            }
            if (process.exitValue() != 0 || !Files.exists(cache)) {
                throw new IOException("the training of the AOT cache failed, see above");
            }
        } finally {
            delete(work);
        }
    }

    private Path write(String name, String text) throws IOException {
        Path file = target.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void copyTree(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> files = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
