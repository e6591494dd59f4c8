package dev.plumbline.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class SocketKernelTest {

    private NetworkNamespace namespace = null;
    private final List<Long> refused = new ArrayList<>();
    private final RequestPipeline.Listener listener = (tag, refusal) -> refused.add(tag);

    @BeforeEach
    void setUp() throws Exception {
        namespace = NetworkNamespace.anonymous();
    }

    @AfterEach
    void tearDown() {
        namespace.close();
    }

    /** A blackhole route, which needs no device. */
    private static void blackhole(MessageWriter writer, int number) {
        writer.u8(2).u8(32).u8(0).u8(0).u8(100).u8(157).u8(0).u8(6).u32(0);
        writer.u32(RouteMessages.RTA_TABLE, 100).u32be(RouteMessages.RTA_DST, 0x14000000L + number);
    }

    private static int count(NetlinkSocket socket) throws NetlinkException {
        var count = new int[1];
        socket.dump(Rtnetlink.RTM_GETROUTE, writer -> writer.u8(2).u8(0).u8(0).u8(0).u8(100).u8(0).u8(0).u8(0).u32(0)
                .u32(RouteMessages.RTA_TABLE, 100), message -> count[0]++);
        return count[0];
    }

    private static void add(RequestPipeline pipeline, int number) throws NetlinkException {
        add(pipeline, number, number);
    }

    private static void add(RequestPipeline pipeline, long tag, int number) throws NetlinkException {
        blackhole(pipeline.begin(Rtnetlink.RTM_NEWROUTE, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, tag), number);
        pipeline.end();
    }

    private static long cookie(NetworkNamespace of) {
        try (var socket = NetlinkSocket.open(of, Rtnetlink.PROTOCOL)) {
            return socket.namespaceCookie();
        } catch (NetlinkException e) {
            throw new AssertionError(e);
        }
    }

    /** Many at once; and the thread that goes there is at home afterwards. */
    @Test
    void aSocketBelongsToTheNamespaceThatItIsOpenedIn() throws Exception {
        try (var other = NetworkNamespace.anonymous(); var here = NetworkNamespace.current()) {
            var cookies = new HashMap<NetworkNamespace, Long>();
            for (var each : List.of(namespace, other, here)) {
                cookies.put(each, each.call(() -> cookie(NetworkNamespace.current())));
            }
            assertEquals(3, Set.copyOf(cookies.values()).size());
            IntStream.range(0, 300).parallel().forEach(i -> {
                var each = List.of(namespace, other, here).get(i % 3);
                assertEquals(cookies.get(each), cookie(each));
            });
            // Opened from within another one, too.
            assertEquals(cookies.get(namespace), other.call(() -> cookie(namespace)));
        }
        // Threads of a call of their own end when they have answered.
        for (int i = 0; i < 100 && !elsewhere().isEmpty(); i++) {
            Thread.sleep(20);
        }
        assertEquals(List.of(), elsewhere());
    }

    /** Threads of this process that are in another network namespace than it. */
    private static List<Path> elsewhere() throws IOException {
        var found = new ArrayList<Path>();
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (var task : tasks.toList()) {
                try {
                    if (!Files.readSymbolicLink(task.resolve("ns/net"))
                            .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/net")))) {
                        found.add(task);
                    }
                } catch (NoSuchFileException e) {
                    // It has ended.
                }
            }
        }
        return found;
    }

    @Test
    void refusalsOfABatchFindTheirRequests() throws Exception {
        try (var socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL)) {
            var pipeline = new RequestPipeline(socket, listener);
            for (int i = 0; i < 20_000; i++) {
                add(pipeline, i, i % 7 == 3 ? 0 : i);
            }
            pipeline.flush();
            var expected = new ArrayList<Long>();
            for (long i = 3; i < 20_000; i += 7) {
                expected.add(i);
            }
            assertEquals(expected, refused);
            assertTrue(pipeline.hasFailed());
            assertEquals(20_000 - expected.size(), count(socket));
        }
    }

    @Test
    void aTinyReceiveBufferMakesShortSendsOfEqualResult() throws Exception {
        try (var socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL, 4096)) {
            var pipeline = new RequestPipeline(socket, listener);
            for (int i = 0; i < 500; i++) {
                add(pipeline, 1);
            }
            pipeline.flush();
            assertEquals(499, refused.size());
        }
    }

    @Test
    void lostAnswersAreUnknownAndTheSocketGoesOn() throws Exception {
        try (var socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL, 4096)) {
            var pipeline = new RequestPipeline(socket, listener, 10_000);
            var lost = assertThrows(NetlinkException.class, () -> {
                for (int i = 0; i < 1000; i++) {
                    add(pipeline, i / 2);
                }
                pipeline.flush();
            });
            assertEquals(Errno.ENOBUFS, lost.errno());
            assertEquals(500, count(socket), "all requests were carried out");
        }
    }

    @Test
    void aLostNotificationIsSaid() throws Exception {
        try (var watch = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL, 4096);
                var socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL)) {
            watch.join(Rtnetlink.RTNLGRP_IPV4_ROUTE);
            var pipeline = new RequestPipeline(socket, listener);
            add(pipeline, 1);
            pipeline.flush();
            var seen = new ArrayList<Integer>();
            assertTrue(watch.notifications(message -> seen.add(message.portId())));
            assertEquals(List.of(socket.portId()), seen, "a notification names the socket that made the change");
            for (int i = 2; i < 1000; i++) {
                add(pipeline, i);
            }
            pipeline.flush();
            assertFalse(watch.notifications(message -> { }));
        }
    }

    @Test
    void aFailingVisitorLeavesTheSocketUsable() throws Exception {
        try (var socket = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL)) {
            var pipeline = new RequestPipeline(socket, listener);
            for (int i = 0; i < 5000; i++) {
                add(pipeline, i);
            }
            pipeline.flush();
            assertThrows(IllegalStateException.class, () -> socket.dump(Rtnetlink.RTM_GETROUTE,
                    writer -> writer.u8(2).u8(0).u8(0).u8(0).u32(0).u32(0), message -> {
                        throw new IllegalStateException();
                    }));
            assertEquals(5000, count(socket));
        }
    }

    @Test
    void namedNamespacesComeAndGo() throws Exception {
        var name = "plt-" + ProcessHandle.current().pid() + "-named";
        try (var made = NetworkNamespace.create(name); var found = NetworkNamespace.named(name);
                var first = NetlinkSocket.open(made, Rtnetlink.PROTOCOL);
                var second = NetlinkSocket.open(found, Rtnetlink.PROTOCOL);
                var other = NetlinkSocket.open(namespace, Rtnetlink.PROTOCOL)) {
            assertEquals(first.namespaceCookie(), second.namespaceCookie());
            assertFalse(first.namespaceCookie() == other.namespaceCookie());
            var taken = assertThrows(NetlinkException.class, () -> NetworkNamespace.create(name));
            assertEquals(Errno.EEXIST, taken.errno());
            NetworkNamespace.delete(name);
            assertFalse(Files.exists(NetworkNamespace.path(name)));
            var links = new int[1];
            first.dump(Rtnetlink.RTM_GETLINK, writer -> writer.u32(0).u32(0).u32(0).u32(0), message -> links[0]++);
            assertTrue(links[0] > 0, "the socket still answers");
        }
        var gone = assertThrows(NetlinkException.class, () -> NetworkNamespace.named(name));
        assertEquals(Errno.ENOENT, gone.errno());
        assertFalse(Files.exists(NetworkNamespace.path(name)));
        assertThrows(IllegalArgumentException.class, () -> NetworkNamespace.named("../x"));
    }

    @Test
    void aTaskSeesItsNamespaceAndTheCallerStays() throws Exception {
        var here = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
        var there = namespace.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
        assertFalse(here.equals(there));
        assertEquals(here, Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
        namespace.call(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
        assertEquals("1", namespace.call(() -> Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward"))).strip());
        assertThrows(IOException.class, () -> namespace.call(() -> {
            throw new IOException("of the task");
        }));
    }
}
