package dev.plumbline.push;

import dev.plumbline.control.ControlClient;
import dev.plumbline.control.NoServerException;
import dev.plumbline.host.ErrorText;
import dev.plumbline.host.HostException;
import dev.plumbline.host.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the hooks of the repository do (githooks(5)), as the user that git runs as: root does it itself, others ask for
 * it over a socket.
 *
 * @param ref the one that is looked at, by its full name
 * @param environment the hook's; its directory is the repository
 */
public record Hook(String ref, Map<String, String> environment, Path repository, Path sockets) {

    /** What becomes of a ref that is deleted. */
    private static final String NOTHING = "0+";
    private static final int DONE = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /** What becomes of a ref. */
    private record Update(String after, String ref) {

        /** A line of a hook's standard input. */
        static Update parse(String line) {
            var words = line.split(" ", 3);
            if (words.length != 3) {
                throw new HostException("git gave the hook a line that is not OLD NEW REF");
            }
            return new Update(words[1], words[2]);
        }
    }

    /**
     * {@code pre-receive}.
     *
     * @param lines of standard input
     * @param own does it in this process; absent: ask for it
     * @return whether git may accept the push
     */
    public boolean preReceive(List<String> lines, Optional<PushReceiver> own, PrintWriter out) throws IOException {
        var updates = lines.stream().map(Update::parse).toList();
        updates.stream().filter(each -> !each.ref().equals(ref)).forEach(each ->
                out.println("note: " + each.ref() + " is taken as it is; this host looks at " + ref));
        var looked = looked(updates);
        if (looked.isEmpty()) {
            return true;
        }
        if (looked.get().after().matches(NOTHING)) {
            out.println("plumbline: refused: " + ref + " is what this host follows, and cannot be deleted; to take away"
                    + " what it made, push a commit without it, or say `plumbline destroy` there");
            return false;
        }
        var request = new PushRequest(repository, looked.get().after(),
                Optional.ofNullable(environment.get("GIT_QUARANTINE_PATH")).map(Path::of).map(Path::normalize),
                options());
        return own.isPresent() ? own.get().validate(request, out) : ask(PushRoutes.VALIDATE, request, out) == DONE;
    }

    /**
     * {@code post-receive}.
     *
     * @param own the words after the program's that have it done by root in a process that outlives this one; absent:
     *         ask for it
     */
    public void postReceive(List<String> lines, Optional<List<String>> own, PrintWriter out) {
        var looked = looked(lines.stream().map(Update::parse).toList());
        if (looked.isEmpty()) {
            return;
        }
        var request = new PushRequest(repository, looked.get().after(), Optional.empty(), options());
        try {
            if (own.isPresent()) {
                detach(own.get(), request, out);
            } else if (ask(PushRoutes.APPLY, request, out) != DONE) {
                throw new HostException("it was not taken");
            }
        } catch (IOException | HostException e) {
            out.println("plumbline: apply FAILED: " + ErrorText.message(e));
        }
    }

    private Optional<Update> looked(List<Update> updates) {
        return updates.stream().filter(each -> each.ref().equals(ref)).findFirst();
    }

    private List<String> options() {
        int count = Integer.parseInt(environment.getOrDefault("GIT_PUSH_OPTION_COUNT", "0"));
        return IntStream.range(0, count).mapToObj(i -> environment.getOrDefault("GIT_PUSH_OPTION_" + i, "")).toList();
    }

    /** What {@link #detach} starts: applies, and prints how it went. */
    public static void apply(String request, PushReceiver receiver, PrintWriter out) {
        receiver.apply(PushRequest.parse(request), out);
    }

    private static void detach(List<String> words, PushRequest request, PrintWriter out) throws IOException {
        var command = Program.detached("plumbline-push", "--pipe");
        command.addAll(words);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var to = process.outputWriter()) {
            to.write(request.text());
        }
        try (var from = process.inputReader()) {
            for (var line = from.readLine(); line != null; line = from.readLine()) {
                out.println(line);
                out.flush();
            }
        }
    }

    private int ask(String what, PushRequest request, PrintWriter out) throws IOException {
        out.flush();
        for (var socket : PushSocket.all(sockets)) {
            if (Files.exists(socket) && !Files.isWritable(socket)) {
                throw new HostException("the user " + System.getProperty("user.name") + " may not ask " + socket
                        + ": usermod --append --groups " + PushSocket.GROUP + " " + System.getProperty("user.name"));
            }
            try {
                return new ControlClient(socket).ask("POST", what, request.text(), PATIENCE, System.out);
            } catch (NoServerException e) {
                // The next one may be there.
            }
        }
        throw new HostException("nobody takes pushes as root on this host: systemctl enable --now"
                + " plumbline-push.socket, or start `plumbline agent`");
    }
}
