package dev.plumbline.push;

import dev.plumbline.control.UnixServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Takes requests of hooks in a program that runs anyway: the agent. */
public final class PushServer implements AutoCloseable {

    private final UnixServer server;

    private PushServer(UnixServer server) {
        this.server = server;
    }

    /**
     * Begins to serve, on threads of its own, whether a repository is registered now or later.
     *
     * @param directory of the socket, {@link PushSocket#DIRECTORY}; made if it is absent
     * @throws IOException if the socket cannot be made, or another agent serves there
     */
    public static PushServer listen(Path directory, PushReceiver receiver) throws IOException {
        if (Files.notExists(directory)) {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        return new PushServer(UnixServer.listen(PushSocket.ofAgent(directory), PushSocket.access(),
                new PushRoutes(receiver)));
    }

    /** Takes no more requests; what has begun goes on. */
    @Override
    public void close() throws IOException {
        server.close();
    }
}
