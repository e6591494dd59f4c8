package dev.plumbline.push;

import dev.plumbline.host.HostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/**
 * What a hook asks for. As a text it has a line a value, {@code NAME VALUE}: {@code version}, {@code repository},
 * {@code commit}, {@code quarantine} if there is one, and an {@code option} each.
 *
 * @param repository the bare repository's directory, absolute
 * @param commit what the branch is to name, or names now: 40 hexadecimal digits
 * @param quarantine where git keeps what is pushed until {@code pre-receive} has agreed; empty after that
 * @param options as the pusher said them
 */
record PushRequest(Path repository, String commit, Optional<Path> quarantine, List<String> options) {

    private static final String VERSION = "1";

    PushRequest {
        options = List.copyOf(options);
    }

    String text() {
        var text = new StringBuilder();
        line(text, "version", VERSION);
        line(text, "repository", repository.toString());
        line(text, "commit", commit);
        quarantine.ifPresent(each -> line(text, "quarantine", each.toString()));
        options.forEach(each -> line(text, "option", each));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        if (value.indexOf('\n') >= 0) {
            throw new HostException("a line end within a name or a push option cannot be passed on: " + name);
        }
        text.append(name).append(' ').append(value).append('\n');
    }

    /** @throws HostException if the text is none */
    static PushRequest parse(String text) {
        var values = new HashMap<String, String>();
        var options = new ArrayList<String>();
        for (var line : text.split("\n")) {
            int blank = line.indexOf(' ');
            var name = line.substring(0, Math.max(blank, 0));
            var value = line.substring(blank + 1);
            switch (name) {
                case "option" -> options.add(value);
                case "version", "repository", "commit", "quarantine" -> {
                    if (values.put(name, value) != null) {
                        throw wrong("two lines " + name);
                    }
                }
                default -> throw wrong("an unknown line");
            }
        }
        if (!VERSION.equals(values.get("version"))) {
            throw new HostException("the hook and the service are of different versions: run `plumbline init` again,"
                    + " and start the service again");
        }
        var commit = values.getOrDefault("commit", "");
        if (!commit.matches("[0-9a-f]{40}")) {
            throw wrong("no commit");
        }
        return new PushRequest(path(values.getOrDefault("repository", "")), commit,
                Optional.ofNullable(values.get("quarantine")).map(PushRequest::path), options);
    }

    private static Path path(String text) {
        try {
            var path = Path.of(text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            // As one that is not absolute.
        }
        throw wrong("a path that is not absolute");
    }

    private static HostException wrong(String what) {
        return new HostException("the request is not of a hook of plumbline: " + what);
    }
}
