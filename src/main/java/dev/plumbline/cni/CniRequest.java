package dev.plumbline.cni;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One call of a plugin, as its process sees it.
 *
 * @param environment all variables, those that begin with {@code CNI_} among them
 * @param configuration what is on standard input
 * @param calledAs the name of the executable, without its folder: the plugin's type
 */
public record CniRequest(Map<String, String> environment, byte[] configuration, String calledAs) {

    private static final String TYPE = "type";
    private static final String CONFIGURATION = "configuration";
    /** What the executable sends, in this order. */
    private static final List<String> NAMES = List.of(TYPE, "CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS",
            "CNI_IFNAME", "CNI_ARGS", "CNI_PATH", CONFIGURATION);
    private static final int MOST_DIGITS = 9;

    public CniRequest {
        environment = Map.copyOf(environment);
    }

    /**
     * Reads what the executable sends to the agent ({@code src/main/dist/cni/plugin}): of each value its name, a blank,
     * its length in bytes, a line feed, the value and a line feed; all names are there, in their order, and nothing
     * else. So no value, whatever is in it, can pass for another.
     *
     * @throws IllegalArgumentException if it is not exactly so
     */
    public static CniRequest read(byte[] text) {
        var environment = new HashMap<String, String>();
        var calledAs = "";
        var configuration = new byte[0];
        int at = 0;
        for (var name : NAMES) {
            int start = at + name.length() + 1;
            expect(text, at, name + " ");
            int end = start;
            while (end < text.length && text[end] >= '0' && text[end] <= '9' && end - start <= MOST_DIGITS) {
                end++;
            }
            if (end == start || end - start > MOST_DIGITS) {
                throw new IllegalArgumentException("no length of " + name + " at byte " + start);
            }
            int length = Integer.parseInt(new String(text, start, end - start, StandardCharsets.US_ASCII));
            expect(text, end, "\n");
            if (length > text.length - end - 1) {
                throw new IllegalArgumentException(name + " is cut off");
            }
            var value = Arrays.copyOfRange(text, end + 1, end + 1 + length);
            at = end + 1 + length;
            expect(text, at++, "\n");
            switch (name) {
                case TYPE -> calledAs = new String(value, StandardCharsets.UTF_8);
                case CONFIGURATION -> configuration = value;
                default -> environment.put(name, new String(value, StandardCharsets.UTF_8));
            }
        }
        // A here-document of the shell ends with a line feed of its own.
        expect(text, at++, "\n");
        if (at != text.length) {
            throw new IllegalArgumentException(text.length - at + " bytes too many");
        }
        return new CniRequest(environment, configuration, calledAs);
    }

    private static void expect(byte[] text, int at, String what) {
        var bytes = what.getBytes(StandardCharsets.US_ASCII);
        if (at + bytes.length > text.length
                || !Arrays.equals(text, at, at + bytes.length, bytes, 0, bytes.length)) {
            throw new IllegalArgumentException("expected `" + what.strip() + "` at byte " + at);
        }
    }
}
