package dev.plumbline.kernel.socket;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.SockDiag;
import dev.plumbline.state.TcpSession;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The SSH sessions into a namespace: established connections whose local port is one that sshd listens on. That is a
 * listening socket that a process named {@code sshd} holds; and since sockets of others' processes cannot be seen
 * without root, and systemd or another server may listen in its place, also port 22 and the port of
 * {@code SSH_CONNECTION}, where anything listens on them.
 */
public final class SshSessions {

    private static final int SSH = 22;
    private static final String SSHD = "sshd";
    private static final Path PROC = Path.of("/proc");
    private static final String SOCKET = "socket:[";

    private SshSessions() {
    }

    /**
     * Lists them.
     *
     * @param socket of sock_diag, in the namespace
     * @param environment {@code SSH_CONNECTION} of this process, or an empty text
     * @throws NetlinkException if the kernel lacks tcp_diag
     */
    public static List<TcpSession> list(NetlinkSocket socket, Devices devices, String environment)
            throws NetlinkException {
        var sockets = TcpSocket.list(socket, 1 << SockDiag.TCP_ESTABLISHED | 1 << SockDiag.TCP_LISTEN);
        var inodes = inodesOf(SSHD);
        var own = port(environment);
        var ports = new HashSet<Integer>();
        for (var each : sockets) {
            if (each.state() == SockDiag.TCP_LISTEN && (each.localPort() == SSH || inodes.contains(each.inode())
                    || own.isPresent() && own.getAsInt() == each.localPort())) {
                ports.add(each.localPort());
            }
        }
        return sockets.stream()
                .filter(each -> each.state() == SockDiag.TCP_ESTABLISHED && ports.contains(each.localPort()))
                .map(each -> new TcpSession(each.local(), each.localPort(), each.remote(), each.remotePort(),
                        devices.name(each.device()), each.mark(), each.tos(), each.uid())).toList();
    }

    /** The fourth word of {@code CLIENT PORT SERVER PORT} ({@code man ssh}). */
    private static OptionalInt port(String environment) {
        var words = environment.split(" ");
        return words.length == 4 && words[3].matches("[0-9]{1,5}") ? OptionalInt.of(Integer.parseInt(words[3]))
                : OptionalInt.empty();
    }

    /** Sockets that processes of this name hold, as far as this process may see them. */
    private static Set<Long> inodesOf(String name) {
        var inodes = new HashSet<Long>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var process : processes) {
                if (isNamed(process, name)) {
                    sockets(process, inodes);
                }
            }
        } catch (IOException e) {
            // Without /proc the well-known ports must do.
        }
        return inodes;
    }

    private static boolean isNamed(Path process, String name) {
        try {
            return Files.readString(process.resolve("comm")).strip().equals(name);
        } catch (IOException e) {
            // The process has ended.
            return false;
        }
    }

    private static void sockets(Path process, Set<Long> inodes) {
        try (var descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (var descriptor : descriptors) {
                var target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith(SOCKET)) {
                    inodes.add(Long.parseLong(target, SOCKET.length(), target.length() - 1, 10));
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            // Somebody else's process, or one that has just ended.
        }
    }
}
