package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.kernel.link.LinkReader;
import dev.plumbline.kernel.socket.SshSessions;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.netlink.SockDiag;
import dev.plumbline.state.Flow;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.TcpSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of real sockets, held by processes of the names in question. */
@Tag("kernel")
class SshSessionsKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private String name = "";
    private NetworkNamespace namespace = null;

    @BeforeEach
    void setUp() throws Exception {
        name = namespaces.create();
        namespace = namespaces.closing(NetworkNamespace.named(name));
        namespaces.ip(name).batch("""
                link add v0 type veth peer name v1
                link set v0 up
                link set v1 up
                addr add 10.0.0.1/24 dev v0
                addr add 10.0.0.2/24 dev v0
                addr add 2001:db8::1/64 dev v0 nodad
                addr add 2001:db8::2/64 dev v0 nodad
                """);
    }

    private Sshd daemon(String process, String address, int port) throws Exception {
        return namespaces.closing(new Sshd(name, directory, process, address, port));
    }

    private void connect(Sshd daemon, String from, String to, int port) throws Exception {
        var socket = namespaces.closing(namespace.call(Socket::new));
        namespace.call(() -> {
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            socket.connect(new InetSocketAddress(InetAddress.getByName(to), port));
            return socket;
        });
        daemon.await("accepted");
    }

    private List<TcpSession> sessions(String environment) throws Exception {
        try (var socket = NetlinkSocket.open(namespace, SockDiag.PROTOCOL);
                var links = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL)) {
            return SshSessions.list(socket, new Devices(LinkReader.links(links)), environment);
        }
    }

    private static String text(TcpSession session) {
        return session.remote() + " -> " + session.local() + ":" + session.localPort();
    }

    private static List<String> texts(List<TcpSession> sessions) {
        return sessions.stream().map(SshSessionsKernelTest::text).sorted().toList();
    }

    @Test
    void sessionsOfEveryKindAndNoOthers() throws Exception {
        var dual = daemon("sshd", "::", 2222);
        var single = daemon("sshd", "10.0.0.1", 2223);
        var other = daemon("httpd", "::", 8080);
        connect(dual, "10.0.0.2", "10.0.0.1", 2222);
        connect(dual, "2001:db8::2", "2001:db8::1", 2222);
        connect(single, "10.0.0.2", "10.0.0.1", 2223);
        connect(other, "10.0.0.2", "10.0.0.1", 8080);

        assertEquals(List.of("10.0.0.2 -> 10.0.0.1:2222", "10.0.0.2 -> 10.0.0.1:2223",
                "2001:db8::2 -> 2001:db8::1:2222"), texts(sessions("")));
        assertEquals(List.of(), sessions("").stream().filter(each -> each.uid() != 0 || each.mark() != 0).toList());
        assertEquals(4, sessions("10.0.0.2 50000 10.0.0.1 8080").size(), "this very session's port counts too");
        assertEquals(3, sessions("nonsense").size());
    }

    @Test
    void port22CountsWhoeverListens() throws Exception {
        var dropbear = daemon("dropbear", "10.0.0.1", 22);
        connect(dropbear, "10.0.0.2", "10.0.0.1", 22);
        assertEquals(List.of("10.0.0.2 -> 10.0.0.1:22"), texts(sessions("")));
    }

    @Test
    void aSessionsFlowIsWhatTheHostSends() throws Exception {
        var daemon = daemon("sshd", "::", 2222);
        var socket = namespaces.closing(namespace.call(Socket::new));
        namespace.call(() -> {
            socket.setOption(StandardSocketOptions.IP_TOS, 0x10);
            socket.bind(new InetSocketAddress(InetAddress.getByName("10.0.0.2"), 0));
            socket.connect(new InetSocketAddress(InetAddress.getByName("10.0.0.1"), 2222));
            return socket;
        });
        daemon.await("accepted");
        assertEquals(new Flow(IpAddress.parse("10.0.0.2").orElseThrow(),
                Optional.of(IpAddress.parse("10.0.0.1").orElseThrow()), 0, "", "", 0, 0, 6, 2222,
                socket.getLocalPort()), sessions("").getFirst().flow());
    }

    @Test
    void withoutSessionsThereAreNone() throws Exception {
        daemon("sshd", "::", 2222);
        assertEquals(List.of(), sessions("10.0.0.2 50000 10.0.0.1 2222"));
    }
}
