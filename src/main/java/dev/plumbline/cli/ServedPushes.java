package dev.plumbline.cli;

import dev.plumbline.host.Report;
import dev.plumbline.push.PushReceiver;
import dev.plumbline.push.PushServer;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The agent's socket for pushes: there once {@code plumbline init} has registered a repository. */
final class ServedPushes implements AutoCloseable {

    private final Path socketDirectory;
    private final Path stateDirectory;
    private final PushReceiver receiver;
    private final JournalLines log;
    private @Nullable PushServer server;

    ServedPushes(Path socketDirectory, Path stateDirectory, PushReceiver receiver, JournalLines log) {
        this.socketDirectory = socketDirectory;
        this.stateDirectory = stateDirectory;
        this.receiver = receiver;
        this.log = log;
    }

    /** Begins to serve if there is a repository now. That it cannot is said, and keeps the agent from nothing else. */
    void look() {
        if (server != null) {
            return;
        }
        try (var store = Store.openReadOnly(stateDirectory, VersionCommand.version())) {
            if (store.pushedRepository().isPresent()) {
                server = PushServer.listen(socketDirectory, receiver);
            }
        } catch (IOException e) {
            log.print(List.of(new Report.Line(Report.Priority.WARNING, "pushes of users other than root are not taken: "
                    + e.getMessage())));
        }
    }

    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
        }
    }
}
