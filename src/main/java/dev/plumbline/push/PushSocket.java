package dev.plumbline.push;

import dev.plumbline.control.UnixServer.Access;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.Optional;

/**
 * Where hooks ask. Not in the state directory, which only root can enter. The agent and systemd listen on a socket
 * each, so that neither takes the other's away.
 */
public final class PushSocket {

    /** The directory of the sockets, unless somebody says otherwise. */
    public static final Path DIRECTORY = Path.of("/run/plumbline");

    /** Who may connect beside root. */
    public static final String GROUP = "plumbline";

    private static final String AGENT = "push-agent.socket";
    private static final String SERVICE = "push.socket";

    private PushSocket() {
    }

    static Path ofAgent(Path directory) {
        return directory.resolve(AGENT);
    }

    /** In the order in which to try: an agent runs already, and answers sooner. */
    static List<Path> all(Path directory) {
        return List.of(directory.resolve(AGENT), directory.resolve(SERVICE));
    }

    /** Mode 0660 and the group {@value #GROUP}; for root alone where there is no such group. */
    static Access access() throws IOException {
        try {
            FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP);
            return new Access("rw-rw----", Optional.of(GROUP));
        } catch (UserPrincipalNotFoundException e) {
            return Access.OWNER;
        }
    }
}
