package dev.plumbline.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a host, on disk below a folder. */
record HostTree(Path root) {

    static final String OURS = "net:[4026531840]";

    HostFiles files() {
        return new HostFiles(root);
    }

    HostTree file(String path, String content) {
        return with(path, file -> Files.writeString(file, content));
    }

    HostTree link(String path, String target) {
        return with(path, file -> Files.createSymbolicLink(file, Path.of(target)));
    }

    HostTree without(String path) {
        return with(path, Files::deleteIfExists);
    }

    /** A process of this host, as {@code /proc} shows it. */
    HostTree process(int pid, String... commandLine) {
        var name = Path.of(commandLine[0]).getFileName().toString();
        return file("/proc/" + pid + "/comm", name.substring(0, Math.min(15, name.length())) + "\n")
                .file("/proc/" + pid + "/cmdline", String.join("\0", commandLine) + "\0")
                .link("/proc/" + pid + "/ns/net", OURS);
    }

    HostTree device(int index, String name) {
        return file("/sys/class/net/" + name + "/ifindex", index + "\n");
    }

    /** Does what a remedy says: writes the file that it names, and takes its commands as run. */
    void heal(Check check) {
        var lines = check.remedy();
        var first = lines.getFirst();
        var file = first.substring("write to ".length(), first.length() - 1);
        file(file, String.join("\n", lines.subList(1, lines.size() - 1)) + "\n");
    }

    private interface Work {
        void on(Path file) throws IOException;
    }

    private HostTree with(String path, Work work) {
        try {
            var file = root.resolve(path.substring(1));
            Files.createDirectories(file.getParent());
            work.on(file);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> ofVerdict(List<Check> checks, Check.Verdict verdict) {
        return checks.stream().filter(each -> each.verdict() == verdict).map(Check::name).toList();
    }
}
