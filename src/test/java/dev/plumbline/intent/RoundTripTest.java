package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RoundTripTest {

    @Provide
    Arbitrary<List<Document>> documents() {
        return IntentArbitraries.documents();
    }

    private static List<Document> placeless(List<Document> documents) {
        return documents.stream().map(Intents::placeless).toList();
    }

    private static byte[] encoded(ParsedIntents intents) throws IOException {
        var bytes = new ByteArrayOutputStream();
        DocumentCodec.write(intents, bytes);
        return bytes.toByteArray();
    }

    @Property(tries = 1500)
    void whatIsWrittenIsReadBack(@ForAll("documents") List<Document> documents) {
        var yaml = IntentWriter.text(documents);
        var parsed = Intents.parse(yaml);
        assertEquals(List.of(), parsed.problems(), yaml);
        assertEquals(placeless(documents), placeless(parsed.documents()), yaml);
        assertEquals(yaml, IntentWriter.text(parsed.documents()));
    }

    @Property(tries = 300)
    void whatIsEncodedIsDecoded(@ForAll("documents") List<Document> documents) throws IOException {
        var parsed = Intents.parse(IntentWriter.text(documents)
                + "---\n" + Intents.table("{to: 10.0.0.0/8, dev: a, mtu: 70000}"));
        assertEquals(1, parsed.problems().size());
        var bytes = encoded(parsed);
        var decoded = DocumentCodec.read(new ByteArrayInputStream(bytes));
        assertEquals(parsed, decoded);
        assertEquals(lines(parsed), lines(decoded));
        assertArrayEquals(bytes, encoded(decoded));
    }

    private static List<String> lines(ParsedIntents parsed) {
        return parsed.documents().stream().filter(document -> document.spec() instanceof RouteTableSpec)
                .map(document -> ((RouteTableSpec) document.spec()).ipv4())
                .flatMap(rows -> java.util.stream.IntStream.range(0, rows.size())
                .mapToObj(row -> rows.origin(row).toString()))
                .toList();
    }

    /** Whatever byte is wrong: nothing but the codec's own exception comes out, and never other documents. */
    @Property(tries = 100)
    void damageIsFound(@ForAll("documents") List<Document> documents, @ForAll long seed) throws IOException {
        var parsed = Intents.parse(IntentWriter.text(documents));
        var bytes = encoded(parsed);
        var random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            var damaged = bytes.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertThrows(DocumentCodec.UnreadableException.class, () ->
                    DocumentCodec.read(new ByteArrayInputStream(damaged)));
            var cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            assertThrows(DocumentCodec.UnreadableException.class, () ->
                    DocumentCodec.read(new ByteArrayInputStream(cut)));
        }
    }

    /** Well-formed chunks around nonsense. */
    @Property(tries = 300)
    void nonsenseIsRefused(@ForAll byte[] nonsense, @ForAll boolean headed) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var chunks = new ChunkedOutput(bytes);
        if (headed) {
            chunks.write(java.nio.ByteBuffer.allocate(8).putInt(DocumentCodec.MAGIC).putInt(DocumentCodec.VERSION)
                    .array());
            chunks.write(new byte[] {0, 0, 0, 0, 0, 0, 0, 1});
        }
        chunks.write(nonsense);
        chunks.finish();
        assertThrows(DocumentCodec.UnreadableException.class,
                () -> DocumentCodec.read(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
