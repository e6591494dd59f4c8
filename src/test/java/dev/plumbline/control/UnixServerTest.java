package dev.plumbline.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With {@code curl}, where the tier has it, and raw bytes on the other side. */
@Timeout(60)
class UnixServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory = Path.of("");

    private Path socket = Path.of("");
    private UnixServer server = null;
    private final Semaphore step = new Semaphore(0);

    @BeforeEach
    void setUp() throws Exception {
        socket = directory.resolve("a.sock");
        server = UnixServer.listen(socket, UnixServer.Access.OWNER, this::answer);
    }

    @AfterEach
    void tearDown() throws Exception {
        server.close();
    }

    private void answer(Request request, Reply reply) throws IOException {
        switch (request.path()) {
            case "/echo" -> reply.send(200, Reply.TEXT, request.method() + " " + request.query() + " "
                    + request.text());
            case "/length" -> reply.send(200, Reply.TEXT, Integer.toString(request.body().length));
            case "/peer" -> reply.send(200, Reply.TEXT, request.peer().user().getName());
            case "/stream" -> {
                try (var out = reply.stream(200, Reply.TEXT)) {
                    for (int i = 0; i < 3; i++) {
                        out.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
                        step.acquireUninterruptibly();
                    }
                }
            }
            case "/cut" -> {
                reply.stream(200, Reply.TEXT).write("some".getBytes(StandardCharsets.UTF_8));
                throw new IOException("in the middle");
            }
            case "/nothing" -> { }
            case "/conflict" -> throw new HttpException(409, "not now");
            case "/broken" -> throw new IllegalStateException("broken inside");
            case "/unread" -> throw new IOException("a file cannot be read");
            case "/wait" -> {
                step.acquireUninterruptibly();
                reply.send(200, Reply.TEXT, "waited");
            }
            default -> throw new HttpException(404, "no " + request.path());
        }
    }

    private List<String> curl(String... words) throws Exception {
        var command = new ArrayList<>(List.of("curl", "-sS", "-m", "20", "--unix-socket", socket.toString(), "-w",
                "\n%{http_code}"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> !line.isEmpty()).toList();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return lines;
    }

    private String raw(String request) throws Exception {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            channel.shutdownOutput();
            var answer = new ByteArrayOutputStream();
            var buffer = ByteBuffer.allocate(1000);
            while (channel.read(buffer) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private static String status(String answer) {
        return answer.lines().findFirst().orElse("nothing");
    }

    @Test
    @Tag("kernel")
    void curlIsAnswered() throws Exception {
        assertEquals(List.of("GET {} ", "200"), curl("http://localhost/echo"));
        assertEquals(List.of("POST {wait=, a=b c} hello", "200"),
                curl("-d", "hello", "http://localhost/echo?wait&a=b%20c"));
        assertEquals(List.of("no /x", "404"), curl("http://localhost/x"));
        assertEquals(List.of("not now", "409"), curl("-X", "POST", "http://localhost/conflict"));
        assertEquals(List.of("broken inside", "500"), curl("http://localhost/broken"));
        assertEquals(List.of("a file cannot be read", "500"), curl("http://localhost/unread"));
        assertEquals(List.of("204"), curl("-X", "POST", "http://localhost/nothing"));
        assertEquals(List.of(System.getProperty("user.name"), "200"), curl("http://localhost/peer"));
    }

    /** Bodies of more than 1 MiB wait for "100 Continue"; what is too long is refused before it comes. */
    @Test
    @Tag("kernel")
    void curlSendsLargeBodies() throws Exception {
        var file = directory.resolve("body");
        Files.write(file, new byte[3_000_000]);
        long begin = System.nanoTime();
        assertEquals(List.of("3000000", "200"), curl("--data-binary", "@" + file, "http://localhost/length"));
        assertTrue(System.nanoTime() - begin < 900_000_000L, "curl waits a second if nobody says to go on");
        Files.write(file, new byte[Request.LONGEST_BODY + 1]);
        assertEquals(List.of("a body of 4194305 bytes; up to 4194304 are taken", "413"),
                curl("--data-binary", "@" + file, "http://localhost/length"));
        assertEquals("501", curl("-H", "Transfer-Encoding: chunked", "-d", "x", "http://localhost/echo").getLast());
    }

    @Test
    @Tag("kernel")
    void aStreamArrivesAsItIsWritten() throws Exception {
        var process = new ProcessBuilder("curl", "-sSN", "-m", "20", "--unix-socket", socket.toString(),
                "http://localhost/stream").start();
        try (var reader = process.inputReader()) {
            for (int i = 0; i < 3; i++) {
                assertEquals("line " + i, reader.readLine());
                step.release();
            }
        }
        assertEquals(0, process.waitFor());
        assertTrue(curl("http://localhost/cut").toString().contains("some"));
        var cut = new ProcessBuilder("curl", "-s", "--unix-socket", socket.toString(), "http://localhost/cut").start();
        assertEquals(18, cut.waitFor(), "CURLE_PARTIAL_FILE");
    }

    @Test
    void whatIsNotARequestIsRefused() throws Exception {
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("hello\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET echo HTTP/1.1\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET /echo HTTP/1.1\n\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET /echo HTTP/1.1\r\nno colon\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET /echo HTTP/1.1\r\n: x\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET /echo HTTP/1.1\r\nA : x\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET /echo\0 HTTP/1.1\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET /echo\rx HTTP/1.1\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("GET /echo?%zz HTTP/1.1\r\n\r\n")));
        assertEquals("HTTP/1.1 505 HTTP Version Not Supported", status(raw("GET /echo HTTP/2\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request", status(raw("POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n")));
        assertEquals("HTTP/1.1 400 Bad Request",
                status(raw("POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx")));
        assertEquals("HTTP/1.1 413 Content Too Large",
                status(raw("POST /echo HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n")));
        assertEquals("HTTP/1.1 431 Request Header Fields Too Large",
                status(raw("GET /" + "x".repeat(9000) + " HTTP/1.1\r\n\r\n")));
        assertEquals("HTTP/1.1 431 Request Header Fields Too Large",
                status(raw("GET /echo HTTP/1.1\r\n" + "A: b\r\n".repeat(2000) + "\r\n")));
        raw("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf");
        assertEquals(new ControlClient.Answer(200, "GET {} "),
                new ControlClient(socket).ask("GET", "/echo", "", PATIENCE));
    }

    @Test
    void anyBytesLeaveTheServerWell() throws Exception {
        var random = new Random(7);
        var pieces = List.of("GET ", "/echo", " HTTP/1.1", "\r\n", "\r", "\n", "Content-Length: ", "5", ":", "\0", "é",
                "Transfer-Encoding: chunked", "Expect: 100-continue", "?", "%", "=", "&");
        for (int i = 0; i < 500; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(12); j > 0; j--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            var status = status(raw(text.toString()));
            assertTrue(status.equals("nothing") || status.matches("HTTP/1.1 [12345][0-9][0-9] .*"),
                    () -> text + " -> " + status);
        }
        assertEquals(new ControlClient.Answer(200, "GET {} "),
                new ControlClient(socket).ask("GET", "/echo", "", PATIENCE));
    }

    @Test
    void tooManyAtOnceAreToldSo() throws Exception {
        var answers = new ArrayList<Integer>();
        var threads = new ArrayList<Thread>();
        var refused = new CountDownLatch(1);
        for (int i = 0; i < 17; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    int status = new ControlClient(socket).ask("GET", "/wait", "", PATIENCE).status();
                    synchronized (answers) {
                        answers.add(status);
                    }
                    if (status == 503) {
                        refused.countDown();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        assertTrue(refused.await(20, TimeUnit.SECONDS));
        step.release(16);
        for (var thread : threads) {
            thread.join();
        }
        assertEquals(1, answers.stream().filter(status -> status == 503).count());
        assertEquals(16, answers.stream().filter(status -> status == 200).count());
    }

    @Test
    void theClientUnderstandsWhatTheServerSays() throws Exception {
        var client = new ControlClient(socket);
        assertEquals(new ControlClient.Answer(200, "POST {wait=} grüße"),
                client.ask("POST", "/echo?wait", "grüße", PATIENCE));
        assertEquals(new ControlClient.Answer(409, "not now\n"), client.ask("POST", "/conflict", "", PATIENCE));
        step.release(3);
        var sink = new ByteArrayOutputStream();
        assertEquals(200, client.ask("GET", "/stream", "", PATIENCE, sink));
        assertArrayEquals("line 0\nline 1\nline 2\n".getBytes(StandardCharsets.UTF_8), sink.toByteArray());
        assertThrows(SilentServerException.class,
                () -> client.ask("GET", "/cut", "", PATIENCE, OutputStream.nullOutputStream()));
    }

    @Test
    void nobodyThereAndNobodyAnsweringAreToldApart() throws Exception {
        var nowhere = new ControlClient(directory.resolve("none"));
        assertThrows(NoServerException.class, () -> nowhere.ask("GET", "/echo", "", PATIENCE));
        assertThrows(SilentServerException.class,
                () -> new ControlClient(socket).ask("GET", "/wait", "", Duration.ofMillis(300)));
        step.release();
        var dead = directory.resolve("dead");
        var silent = directory.resolve("silent");
        try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(dead));
        }
        assertTrue(Files.exists(dead));
        assertThrows(NoServerException.class, () -> new ControlClient(dead).ask("GET", "/echo", "", PATIENCE));
        try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(silent), 1);
            var full = new ArrayList<SocketChannel>();
            for (int i = 0; i < 2; i++) {
                full.add(SocketChannel.open(UnixDomainSocketAddress.of(silent)));
            }
            assertThrows(SilentServerException.class,
                    () -> new ControlClient(silent).ask("GET", "/echo", "", PATIENCE));
            for (var each : full) {
                each.close();
            }
        }
    }

    @Test
    void onlyTheOwnerMayConnectUnlessSaidOtherwise() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        var shared = directory.resolve("push.sock");
        var group = Files.readAttributes(directory, java.nio.file.attribute.PosixFileAttributes.class).group();
        try (var other = UnixServer.listen(shared, new UnixServer.Access("rw-rw----", Optional.of(group.getName())),
                this::answer)) {
            assertEquals(shared, other.path());
            assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(shared)));
        }
        assertFalse(Files.exists(shared));
        var absent = assertThrows(IOException.class, () -> UnixServer.listen(shared,
                new UnixServer.Access("rw-rw----", Optional.of("no-such-group")), this::answer));
        assertTrue(absent.getMessage().contains("no-such-group"), absent.getMessage());
    }

    @Test
    void aLiveServerIsNamedAndADeadOneReplaced() throws Exception {
        var taken = assertThrows(IOException.class,
                () -> UnixServer.listen(socket, UnixServer.Access.OWNER, this::answer));
        assertEquals("another process serves " + socket + " already (pid " + ProcessHandle.current().pid()
                + "): stop it first", taken.getMessage());
        var stale = directory.resolve("stale");
        try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(stale));
        }
        Files.createDirectory(directory.resolve("stale.new"));
        Files.writeString(directory.resolve("stale.new").resolve("s"), "left by one that died in its first moment");
        try (var replaced = UnixServer.listen(stale, UnixServer.Access.OWNER, this::answer)) {
            assertEquals(200, new ControlClient(replaced.path()).ask("GET", "/echo", "", PATIENCE).status());
        }
        assertEquals(List.of("a.sock", "a.sock.lock"), names());
        var tooLong = assertThrows(IOException.class, () -> UnixServer.listen(directory.resolve("x".repeat(100)),
                UnixServer.Access.OWNER, this::answer));
        assertTrue(tooLong.getMessage().contains("too long"), tooLong.getMessage());
        server.close();
        assertEquals(List.of(), names());
        server = UnixServer.listen(socket, UnixServer.Access.OWNER, this::answer);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
