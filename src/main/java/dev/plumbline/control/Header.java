package dev.plumbline.control;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The first line of a request or an answer, and the fields below it.
 *
 * @param fields names in lower case
 */
record Header(String first, Map<String, String> fields) {

    private static final int LONGEST = 8192;
    private static final String NAME = "[!#$%&'*+.^_`|~0-9a-z-]+";

    static Header read(Connection connection) throws IOException {
        var first = connection.line(LONGEST);
        int left = LONGEST - first.length() - 2;
        var fields = new HashMap<String, String>();
        while (true) {
            var line = connection.line(left);
            if (line.isEmpty()) {
                return new Header(first, Map.copyOf(fields));
            }
            left -= line.length() + 2;
            int colon = line.indexOf(':');
            var name = line.substring(0, Math.max(colon, 0)).toLowerCase(java.util.Locale.ROOT);
            if (!name.matches(NAME)) {
                throw new HttpException(400, "a line of the header is not NAME: VALUE");
            }
            var before = fields.put(name, line.substring(colon + 1).strip());
            if (before != null && (name.equals("content-length") || name.equals("transfer-encoding"))) {
                throw new HttpException(400, "two " + name);
            }
        }
    }

    /** {@code Content-Length}. */
    OptionalInt length(int most) throws HttpException {
        var text = fields.get("content-length");
        if (text == null) {
            return OptionalInt.empty();
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new HttpException(400, "Content-Length is not a number");
        }
        if (Long.parseLong(text) > most) {
            throw new HttpException(413, "a body of " + text + " bytes; up to " + most + " are taken");
        }
        return OptionalInt.of(Integer.parseInt(text));
    }
}
