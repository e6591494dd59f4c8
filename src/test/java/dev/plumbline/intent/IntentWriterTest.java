package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plumbline.state.Family;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IntentWriterTest {

    private static final String YAML = """
            apiVersion: plumbline.dev/v1
            kind: RouteTable
            metadata: {name: plugin0, labels: {app: "1"}}
            spec:
              hosts: [edge-1, "core-*"]
              netns: blue
              id: 110
              adopt: true
              routes:
                - {to: 0.0.0.0/0, dev: tun0}
                - {to: default, via: 198.51.100.3, dev: plugin0, metric: 50}
                - {to: 10.0.0.0/8, via: [{address: 10.0.0.1, weight: 2}, {address: fe80::1, dev: "42", onlink: true}]}
                - {to: 198.51.100.0/28, dev: plugin0}
                - {to: 198.51.100.7, via: 198.51.100.3, src: 10.0.0.9, scope: site, mtu: 1400, advmss: 1300}
                - {to: 198.51.100.8, type: unreachable, tos: 0x1c}
                - {to: "::/0", metric: 7, type: blackhole}
                - {to: default, via: fe80::1, dev: plugin0}
                - {to: "2001:db8::", via: 2001:db8::1}
            ---
            apiVersion: plumbline.dev/v1
            kind: RoutingRules
            metadata: {name: all}
            spec:
              rules:
                - {priority: 1, not: true, from: 10.0.0.1, to: 10.0.0.0/8, iif: lo, oif: a, fwmark: 0x1/0xf, lookup: v}
                - {priority: 2, ipproto: tcp, sport: 1-2, dport: 80, tos: 0x10, uidrange: 5-6, lookup: main}
                - {priority: 3, goto: 9, family: ipv6}
                - {priority: 4, l3mdev: true, suppressPrefixLength: 0, suppressInterfaceGroup: 3}
                - {priority: 5, ipproto: 255, action: blackhole, family: ipv4}
            """;

    @Test
    void documentsAreWrittenInOneForm() {
        var parsed = Intents.parse(YAML);
        assertEquals(List.of(), parsed.problems());
        assertEquals(YAML, IntentWriter.text(parsed.documents()));
    }

    @Test
    void commentsStandAboveWhatTheySpeakOf() throws IOException {
        var text = new StringBuilder();
        new IntentWriter(text, new IntentWriter.Comments() {
            @Override
            public List<String> document(Document document) {
                return List.of("Made by import.", "", "two\nlines");
            }

            @Override
            public List<String> route(RouteRows rows, int row) {
                return row == 1 ? List.of("was proto static") : List.of();
            }
        }).write(Intents.document(Intents.table("{to: 10.0.0.0/8, dev: a}", "{to: 11.0.0.0/8, dev: a}")));
        assertEquals("""
                # Made by import.
                #
                # two
                # lines
                apiVersion: plumbline.dev/v1
                kind: RouteTable
                metadata: {name: t}
                spec:
                  routes:
                    - {to: 10.0.0.0/8, dev: a}
                    # was proto static
                    - {to: 11.0.0.0/8, dev: a}
                """, text.toString());
        assertEquals(List.of(), Intents.problems(text.toString()));
    }

    @Test
    void whatTheLanguageCannotSayIsRefused() {
        var odd = new RouteAttributes(RouteType.UNICAST, 0, Protocol.PLUMBLINE, Optional.empty(), Optional.empty(),
                List.of(NextHop.onLink("a")), new TreeMap<>(), 0, List.of(RawAttribute.of(21, new byte[] {1})));
        var route = new Route(0, Prefix.parse("10.0.0.0/8").orElseThrow(), 0, 0, odd);
        assertEquals(Optional.of("it has the attributes [21:01]"), IntentWriter.obstacle(route));
        var window = new TreeMap<>(java.util.Map.of(3, 9L));
        assertEquals(Optional.of("it has the metric window"),
                IntentWriter.obstacle(route.withAttributes(new RouteAttributes(
                RouteType.UNICAST, 0, 157, Optional.empty(), Optional.empty(), List.of(), window, 0, List.of()))));
        var rows = new RouteRows.Builder(Family.IPV4, 0);
        rows.add(route, new Origin("", "", 1, 0));
        var document = Intents.table(Optional.empty(), rows.build(), RouteRows.empty(Family.IPV6, 0), false);
        assertThrows(IllegalArgumentException.class, () -> IntentWriter.text(List.of(document)));
    }
}
