package dev.plumbline.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.Attachment;
import dev.plumbline.intent.Attachment.Address;
import dev.plumbline.intent.Attachment.Destination;
import dev.plumbline.intent.Attachment.Key;
import dev.plumbline.intent.Attachment.SourceRouting;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.Method;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.Prefix;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attachments on record. */
class AttachmentsTest {

    private static final NamespaceId POD = new NamespaceId("boot-1", 42);

    @TempDir
    Path directory;
    private Path state;

    @BeforeEach
    void state() {
        state = directory.resolve("state");
    }

    private static Attachment attachment(String container, String device, String network, NamespaceId id,
            Optional<SourceRouting> wanted) {
        return new Attachment(new Key(container, device, network, "sbr"), "/run/netns/" + container, id,
                List.of(new Address(prefix("10.1.2.3/24"), IpAddress.parse("10.1.2.1")),
                        new Address(prefix("2001:db8::3/64"), Optional.empty())),
                List.of(new Destination(prefix("0.0.0.0/0"), IpAddress.parse("10.1.2.1")),
                        new Destination(prefix("10.9.0.0/16"), Optional.empty())),
                wanted, Map.of("app", "x"), Map.of("K8S_POD_NAME", "web-0"), Instant.parse("2026-01-02T03:04:05.678Z"));
    }

    private static Prefix prefix(String text) {
        return Prefix.parse(text).orElseThrow();
    }

    private static Optional<SourceRouting> wanted(TableChoice table) {
        return Optional.of(new SourceRouting(table, List.of(IpAddress.parse("10.1.2.9").orElseThrow()),
                RoutesMode.MOVE, 300, true, Method.VRF));
    }

    @Test
    void comeBackAsTheyWent() {
        var all = List.of(attachment("c1", "eth0", "a", POD, wanted(new TableChoice.Auto())),
                attachment("c1", "net1", "b", POD, wanted(new TableChoice.Number(4294967295L))),
                attachment("c2", "eth0", "a", new NamespaceId("boot-1", -7), wanted(new TableChoice.Name("plugin0"))),
                attachment("c3", "eth0", "a", new NamespaceId("boot-1", 9), Optional.empty()));
        try (var store = Store.open(state, "1.0")) {
            all.forEach(store::attach);
            assertEquals(all, store.attachments());
            assertEquals(all.subList(0, 2), store.attachments(POD));
            assertEquals(all.subList(2, 3), store.attachmentsAt("c2", Optional.empty()));
            assertEquals(all.subList(2, 3), store.attachmentsAt("c2", Optional.of(POD)));
            assertEquals(List.of(), store.attachmentsAt("c2", Optional.of(all.get(2).namespace())));
            assertEquals(List.of(), store.attachmentsAt("/run/netns/c", Optional.empty()));
            assertEquals(Optional.of(all.get(2)), store.attachment(new Key("c2", "eth0", "other", "sbr")));
            assertEquals(Optional.empty(), store.attachment(new Key("c2", "eth0", "a", "plumbline")));
        }
    }

    /** One of the same container, device and type takes the place of the former; only its own network removes it. */
    @Test
    void oneOfAKind() {
        try (var store = Store.open(state, "1.0")) {
            store.attach(attachment("c1", "eth0", "a", POD, Optional.empty()));
            store.attach(attachment("c2", "eth0", "a", POD, Optional.empty()));
            var second = attachment("c1", "eth0", "b", POD, wanted(new TableChoice.Auto()));
            store.attach(second);
            assertEquals(List.of(second.key(), new Key("c2", "eth0", "a", "sbr")),
                    store.attachments().stream().map(Attachment::key).toList());
            assertFalse(store.detach(new Key("c1", "eth0", "a", "sbr"), () -> true));
            assertFalse(store.detach(second.key(), () -> false));
            assertTrue(store.detach(second.key(), () -> true));
            assertEquals(1, store.attachments().size());
        }
    }

    /** The newest path of a namespace is the label of all attachments in it. */
    @Test
    void theNewestPathLeadsThere() {
        try (var store = Store.open(state, "1.0")) {
            store.attach(attachment("c1", "eth0", "a", POD, Optional.empty()));
            store.attach(attachment("c2", "net1", "a", POD, Optional.empty()));
            assertEquals(List.of("c2", "c2"), store.attachments().stream().map(Attachment::netns).toList());
        }
    }

    @Test
    void ofAnotherBootAreDropped() {
        try (var store = Store.open(state, "1.0")) {
            store.attach(attachment("c1", "eth0", "a", POD, Optional.empty()));
            store.attach(attachment("c2", "eth0", "a", new NamespaceId("boot-2", 42), Optional.empty()));
            store.bind("c1", POD);
            store.dropAttachmentsOfOtherBoots("boot-2");
            assertEquals(List.of("c2"), store.attachments().stream().map(each -> each.key().container()).toList());
            assertTrue(store.labels().isEmpty());
        }
    }

    /** The gateway of an address: the configuration's, its own, a default route's, in that order. */
    @Test
    void gatewaysOfAddresses() {
        assertEquals("{10.1.2.3=10.1.2.9}", gateways(attachment("c1", "eth0", "a", POD, wanted(
                new TableChoice.Auto()))));
        var none = Optional.of(new SourceRouting(new TableChoice.Auto(), List.of(), RoutesMode.MOVE, 1, false));
        var own = attachment("c1", "eth0", "a", POD, none);
        assertEquals("{10.1.2.3=10.1.2.1}", gateways(own));
        var byRoute = new Attachment(own.key(), own.netns(), POD, List.of(new Address(prefix("10.1.2.3/24"),
                Optional.empty()), new Address(prefix("10.5.0.3/24"), Optional.empty())), own.routes(), none, Map.of(),
                Map.of(), own.addedAt());
        assertEquals("{10.1.2.3=10.1.2.1}", gateways(byRoute));
        var leave = Optional.of(new SourceRouting(new TableChoice.Number(7), List.of(), RoutesMode.LEAVE, 1, false));
        assertEquals("{}", gateways(attachment("c1", "eth0", "a", POD, leave)));
        assertTrue(Attachment.isDocument(own.documents().getFirst().id()));
        assertFalse(Attachment.isDocument("SourceRouting/sip"));
    }

    private static String gateways(Attachment attachment) {
        return ((SourceRoutingSpec) attachment.documents().getFirst().spec()).gatewayOf()
                .toString();
    }
}
