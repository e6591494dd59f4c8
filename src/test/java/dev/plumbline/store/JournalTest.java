package dev.plumbline.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Event;
import dev.plumbline.history.HistoryEntry;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.json.StateArbitraries;
import dev.plumbline.plan.Former;
import dev.plumbline.plan.FormerLinks;
import dev.plumbline.plan.FormerRoutes;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.Allotment;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Ledger.TakenRule;
import dev.plumbline.state.Ledger.VrfAddress;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import dev.plumbline.state.Vrf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Arbitrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    private static final NamespaceId HERE = new NamespaceId("boot-1", 1);
    private static final Initiator ALICE = new Initiator("alice (root)", 77, "plumbline apply", "/etc/p", "abc");
    private static final Instant NINE = Instant.parse("2026-11-21T09:00:00.123Z");

    @TempDir
    Path folder;

    private Store open() {
        return Store.open(folder.resolve("state"), "1.0");
    }

    @Provide
    Arbitrary<List<Route>> routes() {
        return StateArbitraries.routes().list().ofMaxSize(30);
    }

    @Provide
    Arbitrary<List<RoutingRule>> rules() {
        return StateArbitraries.rules().list().ofMaxSize(6);
    }

    @Property(tries = 300)
    void everyStateComesBackAsItWas(@ForAll("routes") List<Route> before, @ForAll("routes") List<Route> after,
            @ForAll("rules") List<RoutingRule> rules) {
        var inverse = inverse(before, after, rules);
        var parts = InverseCodec.write(inverse);
        assertEquals(inverse,
                InverseCodec.read(InverseCodec.FORMAT, NINE, ALICE, TO_CONFIRM, new int[] {1, 2, 3}, parts));
    }

    private static final Optional<Confirmation> TO_CONFIRM = Optional.of(new Confirmation(NINE.plusSeconds(60), false));

    private static Inverse inverse(List<Route> before, List<Route> after, List<RoutingRule> rules) {
        return inverse(before, after, rules, Set.of("RouteTable/a", "RoutingRules/a"));
    }

    private static Inverse inverse(List<Route> before, List<Route> after, List<RoutingRule> rules,
            Set<String> carriedOut) {
        var was = RouteTables.of(before);
        var becomes = RouteTables.of(after);
        var keys = new TreeSet<>(was.tables().keySet());
        keys.addAll(becomes.tables().keySet());
        var tables = keys.stream().map(key -> new FormerRoutes(key, was.rows(key),
                was.rows(key).isEmpty() ? List.of() : List.of(was.rows(key).size() - 1), becomes.rows(key))).toList();
        var scope = new ReadScope(true, Set.copyOf(keys), Set.of("eth0", "net1"), false);
        var taken = before.stream().limit(2).map(route -> new TakenRoute("SourceRouting/a", route, 7, true)).toList();
        var ledger = new Ledger(List.of(new Allotment("RouteTable/a", "", 4294967295L)), taken,
                rules.stream().limit(2).map(rule -> new TakenRule("RoutingRules/a", rule)).toList(), Set.of("eth0"),
                carriedOut, List.of(), carriedOut.isEmpty() ? List.of()
                        : List.of(new VrfAddress("SourceRouting/a", address("2001:db8::1/64"), 7)));
        var vrf = new Vrf("vrf-net1", 4294967295L, "plumbline:SourceRouting/a", true);
        var links = new FormerLinks(List.of(vrf), List.of(new Vrf("vrf-b", 7, "", false)), Map.of("net1", "", "b", "br0"),
                List.of(address("2001:db8::1/64")), List.of(address("2001:db8::2/128")));
        var formerRules = new Former.FormerRules(rules, rules.stream().limit(1).collect(Collectors.toSet()), rules);
        return new Inverse(NINE, ALICE, new Former(scope, tables, formerRules,
                carriedOut.isEmpty() ? FormerLinks.NONE : links, List.of(), Map.of()), ledger, TO_CONFIRM, 1, 2, 3);
    }

    private static LinkAddress address(String text) {
        var prefix = Prefix.parse(text).orElseThrow();
        return new LinkAddress("net1", prefix.address(), prefix, 0, 0x82);
    }

    private static Inverse recorded() {
        var attributes = new RouteAttributes(RouteType.UNICAST, 253, 4, IpAddress.parse("10.0.0.10"), Optional.empty(),
                List.of(NextHop.via(IpAddress.parse("10.0.0.1").orElseThrow(), "eth0"),
                        new NextHop(IpAddress.parse("fe80::1"), "net1", 256, true)), new TreeMap<>(Map.of(2, 1400L)), 60,
                List.of(RawAttribute.of(22, new byte[] {1, 2})));
        var ipv4 = new Route(254, Prefix.parse("10.1.0.0/16").orElseThrow(), 16, 4294967295L, attributes);
        var ipv6 = new Route(4294967295L, Prefix.parse("2001:db8::/32").orElseThrow(), 0, 1024,
                RouteAttributes.unicast(0, List.of(NextHop.onLink("eth0"))));
        return inverse(List.of(ipv4, ipv4.inTable(100)), List.of(ipv6),
                List.of(RoutingRule.from(100, Prefix.parse("10.0.0.10/32").orElseThrow(), 100)), Set.of());
    }

    /** Programs of format 3 wrote no lists of addresses at the ends of links and ledger. */
    @Test
    void theFormatBeforeStaysReadable() {
        var parts = InverseCodec.write(recorded());
        for (var family : List.of("links", "ledger")) {
            var whole = Compressed.expanded(parts.get(family));
            parts.put(family, Compressed.of(Arrays.copyOf(whole, whole.length - 1)));
        }
        assertEquals(recorded(), InverseCodec.read(3, NINE, ALICE, TO_CONFIRM, new int[] {1, 2, 3}, parts));
    }

    /** The blobs of programs of formats 1 and 2: the latter lists what was carried out at the ledger's end. */
    @Test
    void formerFormatsStayReadable() throws IOException {
        var parts = new TreeMap<String, byte[]>();
        try (var recorded = JournalTest.class.getResourceAsStream("journal-format-1.txt")) {
            new String(recorded.readAllBytes(), StandardCharsets.UTF_8).lines().map(line -> line.split(" "))
                    .forEach(words -> parts.put(words[0], Compressed.of(HexFormat.of().parseHex(words[1]))));
        }
        assertEquals(recorded(), InverseCodec.read(1, NINE, ALICE, TO_CONFIRM, new int[] {1, 2, 3}, parts));
        var ledger = Compressed.expanded(parts.get("ledger"));
        parts.put("ledger", Compressed.of(Arrays.copyOf(ledger, ledger.length + 1)));
        assertEquals(recorded(), InverseCodec.read(2, NINE, ALICE, TO_CONFIRM, new int[] {1, 2, 3}, parts));
    }

    @Test
    void whatIsDamagedOrNewerIsRefused() {
        var parts = InverseCodec.write(recorded());
        var counts = new int[3];
        assertThrows(IllegalArgumentException.class,
                () -> InverseCodec.read(InverseCodec.FORMAT + 1, NINE, ALICE, TO_CONFIRM, counts, parts));
        for (var family : List.copyOf(parts.keySet())) {
            var whole = parts.get(family);
            for (int length = 0; length < whole.length; length++) {
                parts.put(family, Arrays.copyOf(whole, length));
                assertThrows(IllegalArgumentException.class,
                        () -> InverseCodec.read(InverseCodec.FORMAT, NINE, ALICE, TO_CONFIRM, counts, parts));
            }
            for (int at = 0; at < whole.length; at++) {
                var damaged = whole.clone();
                damaged[at] ^= 0x10;
                parts.put(family, damaged);
                // Some bits of zlib's header and padding mean nothing.
                assertNeverMisread(parts, family + " " + at);
            }
            parts.put(family, whole);
        }
    }

    private static void assertNeverMisread(Map<String, byte[]> parts, String where) {
        try {
            var counts = new int[] {1, 2, 3};
            assertEquals(recorded(),
                    InverseCodec.read(InverseCodec.FORMAT, NINE, ALICE, TO_CONFIRM, counts, parts), where);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains("damaged") || e.getMessage().contains("early"), where + e);
        }
    }

    /** As irregular as a table of the internet: gaps, lengths and next hops at random. */
    @Test
    void aMillionRoutesAreSmallAndQuick() {
        var random = new Random(1);
        var rows = new RouteRows.Builder(Family.IPV4, 100);
        for (int i = 0; i < 64; i++) {
            rows.intern(RouteAttributes.unicast(0, List.of(NextHop.onLink("eth" + i))));
        }
        long address = 0x01000000L;
        for (int i = 0; i < 1_000_000; i++) {
            address += 256L * (1 + random.nextInt(28));
            rows.add(0, address, 24 + random.nextInt(9), 0, 0, random.nextInt(64));
        }
        var table = new FormerRoutes(new TableKey(Family.IPV4, 100), RouteRows.empty(Family.IPV4, 100), List.of(),
                rows.build());
        var inverse = new Inverse(NINE, ALICE, new Former(ReadScope.OURS, List.of(table),
                new Former.FormerRules(List.of(), Set.of(), List.of())), Ledger.EMPTY, Optional.empty(), 1_000_000, 0, 0);
        try (var store = open()) {
            store.bind(StoreView.HOST, HERE);
            for (int round = 0; round < 5; round++) {
                long start = System.nanoTime();
                store.begin(StoreView.HOST, HERE, inverse);
                long begun = System.nanoTime();
                assertEquals(inverse, store.inverse(HERE).orElseThrow());
                long read = System.nanoTime();
                store.finish(StoreView.HOST, HERE, Ledger.EMPTY, event(Event.Result.APPLIED));
                System.out.printf("journal of 1,000,000 routes: written in %d ms, read in %d ms, ended in %d ms%n",
                        (begun - start) / 1_000_000, (read - begun) / 1_000_000, (System.nanoTime() - read) / 1_000_000);
            }
        }
        assertTrue(InverseCodec.write(inverse).get("routes").length < 4_000_000);
    }

    private static Event event(Event.Result result) {
        return new Event(NINE, Duration.ofMillis(42), StoreView.HOST, ALICE, result, 1, 2, 3,
                List.of("  RouteTable/a  (a.yaml)", "", "ü"));
    }

    @Test
    void anApplyBeginsAndEnds() {
        var inverse = recorded();
        try (var store = open()) {
            store.begin(StoreView.HOST, HERE, inverse);
            assertThrows(StoreException.class, () -> store.begin(StoreView.HOST, HERE, inverse));
            store.begin("red", new NamespaceId("boot-1", 2), inverse);
        }
        try (var view = Store.openReadOnly(folder.resolve("state"), "1.0"); var store = open()) {
            var host = new UnfinishedApply(StoreView.HOST, HERE, ALICE, NINE, TO_CONFIRM, false);
            assertEquals(Set.of(host, new UnfinishedApply("red", new NamespaceId("boot-1", 2), ALICE, NINE, TO_CONFIRM, false)),
                    Set.copyOf(view.unfinished()));
            assertEquals(inverse, store.inverse(HERE).orElseThrow());
            store.finish(StoreView.HOST, HERE, inverse.after(), event(Event.Result.RECOVERED));
            assertEquals(inverse.after(), view.find(StoreView.HOST, HERE).ledger());
            assertEquals(Optional.empty(), store.inverse(HERE));
            store.drop(new NamespaceId("boot-1", 2), event(Event.Result.DROPPED));
            assertEquals(List.of(), view.unfinished());
            assertEquals(List.of(new HistoryEntry(2, false, event(Event.Result.DROPPED)),
                    new HistoryEntry(1, false, event(Event.Result.RECOVERED))), view.history(5));
            assertEquals(List.of(new HistoryEntry(2, false, event(Event.Result.DROPPED))), view.history(1));
            assertEquals(Optional.empty(), view.historyEntry(3));
        }
    }

    @Test
    void theSameIntentsAgainAreDrift() {
        try (var store = open()) {
            for (var result : List.of(Event.Result.APPLIED, Event.Result.UNDONE, Event.Result.APPLIED)) {
                store.finish(StoreView.HOST, HERE, Ledger.EMPTY, event(result));
            }
            assertEquals(List.of(true, false, false), store.history(9).stream().map(HistoryEntry::drift).toList());
            assertEquals("drift found, corrected", store.history(1).getFirst().words());
        }
    }

    @Test
    void theNewestThousandAreKept() {
        try (var store = open()) {
            for (int i = 0; i < StoreView.HISTORY_KEPT + 20; i++) {
                store.finish(StoreView.HOST, HERE, Ledger.EMPTY, event(Event.Result.APPLIED));
            }
            var numbers = store.history(5000).stream().map(HistoryEntry::number).toList();
            assertEquals(StoreView.HISTORY_KEPT, numbers.size());
            assertEquals(1020, numbers.getFirst());
            assertEquals(21, numbers.getLast());
        }
    }

    @Test
    void detailsAreBounded() {
        var lines = new ArrayList<String>();
        IntStream.range(0, 5000).forEach(i -> lines.add("+ route " + i));
        var event = new Event(NINE, Duration.ZERO, "red", ALICE, Event.Result.APPLIED, 5000, 0, 0, lines);
        try (var store = open()) {
            store.finish("red", HERE, Ledger.EMPTY, event);
            assertEquals(lines.subList(0, Event.MOST_DETAILS), store.historyEntry(1).orElseThrow().event().details());
        }
    }

    @Test
    void numbersOfAllSizesComeBack() {
        var out = new ByteWriter();
        long[] values = {0, 1, -1, 127, 128, -64, -65, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 62};
        for (long value : values) {
            out.number(value);
            out.signed(value);
        }
        var in = new ByteReader(out.written());
        var read = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            read[i] = in.number();
            assertEquals(values[i], in.signed());
        }
        in.end();
        assertArrayEquals(values, read);
    }

    /** Prints {@code journal-format-1.txt}; for the day when there is a format 2. */
    public static void main(String[] arguments) {
        InverseCodec.write(recorded()).forEach((family, part) ->
                System.out.println(family + " " + HexFormat.of().formatHex(Compressed.expanded(part))));
    }
}
