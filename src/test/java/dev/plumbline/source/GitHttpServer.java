package dev.plumbline.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** {@code git http-backend} behind the HTTP server of Java, on a loopback port, with an authority of its own. */
final class GitHttpServer implements AutoCloseable {

    private static final String PASSWORD = "changeit";

    private final RealGit git;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private volatile Optional<String> token = Optional.empty();
    private volatile Optional<String> redirect = Optional.empty();

    private GitHttpServer(RealGit git, HttpServer server) {
        this.git = git;
        this.server = server;
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    static GitHttpServer http(RealGit git) throws IOException {
        return new GitHttpServer(git, HttpServer.create(loopback(), 0));
    }

    /** Writes the authority's certificate to a file. */
    static GitHttpServer https(RealGit git, Path folder, Path authority) throws IOException, GeneralSecurityException {
        var store = folder.resolve("keys.p12").toString();
        keytool(git, folder, "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=Test authority",
                "-ext", "bc:c", "-keystore", store);
        keytool(git, folder, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=server", "-signer", "ca",
                "-ext", "san=ip:127.0.0.1", "-keystore", store);
        keytool(git, folder, "-exportcert", "-alias", "ca", "-rfc", "-file", authority.toString(), "-keystore", store);
        keytool(git, folder, "-delete", "-alias", "ca", "-keystore", store);
        var keys = KeyStore.getInstance(folder.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new GitHttpServer(git, server);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static void keytool(RealGit git, Path folder, String... arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                "-storepass", PASSWORD));
        command.addAll(List.of(arguments));
        git.runIn(folder, command.toArray(String[]::new));
    }

    /** From now on nobody else is let in. */
    void require(String user, String secret) {
        token = Optional.of("Basic " + Base64.getEncoder().encodeToString((user + ":" + secret)
                .getBytes(StandardCharsets.UTF_8)));
    }

    /** From now on everything is elsewhere. */
    void redirect(String url) {
        redirect = Optional.of(url);
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:" + port() + "/"
                + git.bare().getFileName();
    }

    /** What callers said of themselves, in order; empty for nothing. */
    List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var given = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
            authorizations.add(given.orElse(""));
            if (redirect.isPresent()) {
                exchange.getResponseHeaders().set("Location", redirect.get() + exchange.getRequestURI());
                exchange.sendResponseHeaders(302, -1);
            } else if (token.isPresent() && given.isEmpty()) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (token.isPresent() && !token.equals(given)) {
                exchange.sendResponseHeaders(403, -1);
            } else {
                backend(exchange);
            }
        }
    }

    /** RFC 3875: the request in the environment and the input, the response's headers before the output. */
    private void backend(HttpExchange exchange) throws IOException {
        var builder = new ProcessBuilder("git", "http-backend");
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("GIT_"));
        environment.put("GIT_PROJECT_ROOT", git.bare().getParent().toString());
        environment.put("GIT_HTTP_EXPORT_ALL", "1");
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("PATH_INFO", exchange.getRequestURI().getPath());
        environment.put("QUERY_STRING", Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""));
        environment.put("REQUEST_METHOD", exchange.getRequestMethod());
        header(exchange, "Content-Type").ifPresent(type -> environment.put("CONTENT_TYPE", type));
        header(exchange, "Content-Encoding").ifPresent(type -> environment.put("HTTP_CONTENT_ENCODING", type));
        header(exchange, "Git-Protocol").ifPresent(version -> environment.put("GIT_PROTOCOL", version));
        var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var in = process.getOutputStream()) {
            exchange.getRequestBody().transferTo(in);
        }
        try (var out = new BufferedInputStream(process.getInputStream())) {
            int status = 200;
            for (var line = line(out); !line.isEmpty(); line = line(out)) {
                var parts = line.split(": ", 2);
                if (parts[0].equals("Status")) {
                    status = Integer.parseInt(parts[1].substring(0, 3));
                } else {
                    exchange.getResponseHeaders().add(parts[0], parts[1]);
                }
            }
            exchange.sendResponseHeaders(status, 0);
            out.transferTo(exchange.getResponseBody());
        } finally {
            process.destroy();
        }
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
