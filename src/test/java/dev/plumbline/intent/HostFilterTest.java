package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostFilterTest {

    private static final List<Document> DOCUMENTS = Intents.parse(
            Intents.document("RouteTable", "hosts: [edge-*]", "id: 1") + "---\n"
            + Intents.document("RouteTable", "hosts: [core-1]", "id: 2") + "---\n"
            + Intents.document("RouteTable", "hosts: {labels: {role: edge, site: b}}", "id: 3") + "---\n"
            + Intents.document("RoutingRules", "rules: []")).documents();

    private static List<Integer> lines(HostFilter host) {
        return host.select(DOCUMENTS).stream().map(document -> document.origin().line()).toList();
    }

    @Test
    void namesGlobsAndLabelsSelect() {
        assertEquals(List.of(2, 23), lines(new HostFilter("edge-7", Map.of("role", "edge"))));
        assertEquals(List.of(9, 23), lines(new HostFilter("core-1", Map.of())));
        assertEquals(List.of(16, 23), lines(new HostFilter("x", Map.of("role", "edge", "site", "b", "more", "c"))));
    }

    @Test
    void aNameMayStandTwiceForDifferentHosts() {
        assertEquals(List.of(), new HostFilter("edge-1", Map.of()).duplicates(DOCUMENTS));
        assertEquals(List.of("a.yaml:16:7: error: metadata.name: RouteTable/x stands twice for the host edge-1:"
                + " here and at"
                        + " a.yaml:2:7; rename one, or give them different hosts"),
                new HostFilter("edge-1", Map.of("role", "edge", "site", "b")).duplicates(DOCUMENTS).stream()
                        .map(Problem::toString).toList());
    }
}
