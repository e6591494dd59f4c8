package dev.plumbline.cni;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the executable sends, taken apart: no value passes for another. */
class CniRequestTest {

    private static final List<String> NAMES = List.of("type", "CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS",
            "CNI_IFNAME", "CNI_ARGS", "CNI_PATH", "configuration");

    private static byte[] frame(List<String> values) {
        var text = new StringBuilder();
        for (int i = 0; i < NAMES.size(); i++) {
            text.append(NAMES.get(i)).append(' ').append(values.get(i).getBytes(StandardCharsets.UTF_8).length)
                    .append('\n').append(values.get(i)).append('\n');
        }
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> values(CniRequest request) {
        var environment = request.environment();
        return List.of(request.calledAs(), environment.get("CNI_COMMAND"), environment.get("CNI_CONTAINERID"),
                environment.get("CNI_NETNS"), environment.get("CNI_IFNAME"), environment.get("CNI_ARGS"),
                environment.get("CNI_PATH"), new String(request.configuration(), StandardCharsets.UTF_8));
    }

    /** Surrogates that stand alone are no text. */
    private static String text(String any) {
        return new String(any.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    @Property(tries = 300)
    void whatWasSentIsRead(@ForAll @Size(8) List<String> any) {
        var values = any.stream().map(CniRequestTest::text).toList();
        assertEquals(values, values(CniRequest.read(frame(values))));
    }

    /** A frame as the value of another one. */
    @Test
    void aValueThatLooksLikeOthers() {
        var inner = new String(frame(List.of("sbr", "DEL", "c2", "/other", "eth0", "", "", "{}")));
        var values = List.of("sbr", "ADD", "c1", "/netns", "net1", inner, "/bin", "{\"name\": \"x\"}");
        assertEquals(values, values(CniRequest.read(frame(values))));
    }

    /** Whatever is cut off, is too long or stands elsewhere is refused: never is something else read. */
    @Property(tries = 300)
    void whatIsBrokenIsRefused(@ForAll @IntRange(min = 0, max = 120) int at, @ForAll boolean longer) {
        var whole = frame(List.of("sbr", "ADD", "c1", "/run/netns/x", "net1", "A=b", "/bin", "{}"));
        var broken = longer ? Arrays.copyOf(whole, whole.length + at + 1) : Arrays.copyOf(whole, Math.min(at,
                whole.length - 1));
        assertThrows(IllegalArgumentException.class, () -> CniRequest.read(broken));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "type", "type 3", "type -1\nsbr\n", "type 99999999999\nsbr\n", "type 9999999999\nsbr\n",
        "type 3\nsbrx", "CNI_COMMAND 3\nADD\n", "type  3\nsbr\n", "type 3 \nsbr\n", "type 4\nsbr\n"})
    void whatIsNone(String text) {
        assertThrows(IllegalArgumentException.class,
                () -> CniRequest.read(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void bytesAreKept() {
        var configuration = new byte[] {'{', 0, (byte) 0xff, '\n', '}'};
        var head = new String(frame(List.of("sbr", "ADD", "", "", "", "", "", "")), StandardCharsets.US_ASCII);
        var bytes = Arrays.copyOf(head.replace("configuration 0\n\n\n", "configuration 5\n")
                .getBytes(StandardCharsets.US_ASCII), head.length() - 2 + 7);
        System.arraycopy(configuration, 0, bytes, bytes.length - 7, 5);
        bytes[bytes.length - 2] = '\n';
        bytes[bytes.length - 1] = '\n';
        var request = CniRequest.read(bytes);
        assertArrayEquals(configuration, request.configuration());
        assertEquals(Map.of("CNI_COMMAND", "ADD", "CNI_CONTAINERID", "", "CNI_NETNS", "", "CNI_IFNAME", "", "CNI_ARGS",
                "", "CNI_PATH", ""), request.environment());
    }
}
