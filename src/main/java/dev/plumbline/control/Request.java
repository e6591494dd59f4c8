package dev.plumbline.control;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * What somebody asks for.
 *
 * @param method such as {@code GET}
 * @param path as it was sent, without the query
 * @param query names and values; a name alone has the empty value
 * @param fields of the header, names in lower case
 * @param credentials of the process that connected
 */
public record Request(String method, String path, Map<String, String> query, Map<String, String> fields, byte[] body,
        Credentials credentials) {

    /** Who connected, by {@code SO_PEERCRED}. */
    @FunctionalInterface
    public interface Credentials {
        /** Asks the kernel, and looks the names up. */
        UnixDomainPrincipal read() throws IOException;
    }

    /** The longest body in bytes. */
    public static final int LONGEST_BODY = 4 * 1024 * 1024;

    static Request read(Connection connection) throws IOException {
        var header = Header.read(connection);
        var words = header.first().split(" ", -1);
        if (words.length != 3 || !words[0].matches("[A-Z]{1,16}") || !words[1].startsWith("/")) {
            throw new HttpException(400, "the first line is not METHOD /PATH HTTP/1.1");
        }
        if (!words[2].equals("HTTP/1.1")) {
            throw new HttpException(505, "HTTP/1.1 is spoken here");
        }
        if (header.fields().containsKey("transfer-encoding")) {
            throw new HttpException(501, "a body comes whole, with its Content-Length");
        }
        int length = header.length(LONGEST_BODY).orElse(0);
        if (length > 0 && "100-continue".equalsIgnoreCase(header.fields().get("expect"))) {
            connection.write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        int mark = words[1].indexOf('?');
        return new Request(words[0], mark < 0 ? words[1] : words[1].substring(0, mark),
                mark < 0 ? Map.of() : query(words[1].substring(mark + 1)), header.fields(), connection.read(length),
                () -> connection.channel().getOption(ExtendedSocketOptions.SO_PEERCRED));
    }

    private static Map<String, String> query(String text) throws HttpException {
        var query = new LinkedHashMap<String, String>();
        for (var part : text.split("&")) {
            int equals = part.indexOf('=');
            try {
                query.put(decoded(equals < 0 ? part : part.substring(0, equals)),
                        equals < 0 ? "" : decoded(part.substring(equals + 1)));
            } catch (IllegalArgumentException e) {
                throw new HttpException(400, "the query is not well-formed");
            }
        }
        return Collections.unmodifiableMap(query);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Whether the query has this name: alone, or with {@code true}. */
    public boolean flag(String name) {
        var value = query.get(name);
        return value != null && (value.isEmpty() || value.equals("true"));
    }

    /** User and first group of the process that connected. */
    public UnixDomainPrincipal peer() throws IOException {
        return credentials.read();
    }

    /** The body as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
