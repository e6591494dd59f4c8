package dev.plumbline.intent;

import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Writes the values of {@code state} for {@link DocumentCodec}. Repeated texts are written once. */
final class ValueWriter {

    private final DataOutputStream data;
    private final Map<String, Integer> texts = new HashMap<>();
    private final byte[] block = new byte[1 << 16];
    private final boolean positions;

    /** @param positions whether to write where things stand */
    ValueWriter(DataOutputStream data, boolean positions) {
        this.data = data;
        this.positions = positions;
    }

    void text(String text) throws IOException {
        var known = texts.get(text);
        if (known != null) {
            data.writeInt(-known - 1);
            return;
        }
        texts.put(text, texts.size());
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    void optionalText(Optional<String> text) throws IOException {
        data.writeBoolean(text.isPresent());
        if (text.isPresent()) {
            text(text.get());
        }
    }

    void origin(Origin origin) throws IOException {
        if (!positions) {
            return;
        }
        text(origin.document());
        text(origin.file());
        data.writeInt(origin.line());
        data.writeInt(origin.column());
    }

    void address(IpAddress address) throws IOException {
        var bytes = address.bytes();
        data.writeByte(bytes.length);
        data.write(bytes);
    }

    void addresses(Optional<List<Located<IpAddress>>> addresses) throws IOException {
        data.writeInt(addresses.map(List::size).orElse(-1));
        for (var address : addresses.orElse(List.of())) {
            address(address.value());
            origin(address.origin());
        }
    }

    void prefix(Optional<Prefix> prefix) throws IOException {
        data.writeBoolean(prefix.isPresent());
        if (prefix.isPresent()) {
            address(prefix.get().address());
            data.writeByte(prefix.get().length());
        }
    }

    void rows(RouteRows rows) throws IOException {
        data.writeByte(rows.family().number());
        data.writeLong(rows.table());
        data.writeInt(rows.pool().size());
        for (var attributes : rows.pool()) {
            attributes(attributes);
        }
        data.writeInt(positions ? rows.origins().size() : 0);
        for (var origin : rows.origins()) {
            origin(origin);
        }
        var columns = rows.columns();
        column(columns.hi());
        column(columns.lo());
        column(columns.rest());
        column(columns.attributes());
        if (positions) {
            column(columns.lines());
            column(columns.documents());
        }
    }

    private void attributes(RouteAttributes attributes) throws IOException {
        data.writeByte(attributes.type().number());
        data.writeByte(attributes.scope());
        data.writeByte(attributes.protocol());
        data.writeBoolean(attributes.source().isPresent());
        if (attributes.source().isPresent()) {
            address(attributes.source().get());
        }
        prefix(attributes.from());
        data.writeInt(attributes.nextHops().size());
        for (var hop : attributes.nextHops()) {
            hop(hop);
        }
        data.writeInt(attributes.metrics().size());
        for (var metric : attributes.metrics().entrySet()) {
            data.writeInt(metric.getKey());
            data.writeLong(metric.getValue());
        }
        data.writeInt(attributes.expires());
        data.writeInt(attributes.other().size());
        for (var other : attributes.other()) {
            text(other.toString());
        }
    }

    private void hop(NextHop hop) throws IOException {
        data.writeBoolean(hop.gateway().isPresent());
        if (hop.gateway().isPresent()) {
            address(hop.gateway().get());
        }
        text(hop.device());
        data.writeShort(hop.weight());
        data.writeBoolean(hop.onlink());
    }

    private void column(LongBuffer values) throws IOException {
        data.writeInt(values.remaining());
        var bytes = ByteBuffer.wrap(block);
        while (values.hasRemaining()) {
            int part = Math.min(values.remaining(), block.length / Long.BYTES);
            bytes.asLongBuffer().put(0, values, values.position(), part);
            values.position(values.position() + part);
            data.write(block, 0, part * Long.BYTES);
        }
    }

    private void column(IntBuffer values) throws IOException {
        data.writeInt(values.remaining());
        var bytes = ByteBuffer.wrap(block);
        while (values.hasRemaining()) {
            int part = Math.min(values.remaining(), block.length / Integer.BYTES);
            bytes.asIntBuffer().put(0, values, values.position(), part);
            values.position(values.position() + part);
            data.write(block, 0, part * Integer.BYTES);
        }
    }

    void rule(RoutingRule rule) throws IOException {
        data.writeByte(rule.family().number());
        data.writeLong(rule.priority());
        data.writeBoolean(rule.not());
        prefix(rule.from());
        prefix(rule.to());
        text(rule.iif());
        text(rule.oif());
        data.writeBoolean(rule.mark().isPresent());
        if (rule.mark().isPresent()) {
            data.writeLong(rule.mark().get().value());
            data.writeLong(rule.mark().get().mask());
        }
        data.writeByte(rule.tos());
        number(rule.ipProtocol());
        range(rule.sourcePort());
        range(rule.destinationPort());
        range(rule.uids());
        action(rule.action());
        number(rule.suppressPrefixLength());
        data.writeLong(rule.suppressInterfaceGroup().orElse(-1));
        data.writeByte(rule.protocol());
        data.writeInt(rule.other().size());
        for (var other : rule.other()) {
            text(other.toString());
        }
    }

    private void number(OptionalInt number) throws IOException {
        data.writeInt(number.orElse(-1));
    }

    private void range(Optional<RoutingRule.Range> range) throws IOException {
        data.writeBoolean(range.isPresent());
        if (range.isPresent()) {
            data.writeLong(range.get().first());
            data.writeLong(range.get().last());
        }
    }

    private void action(RuleAction action) throws IOException {
        switch (action) {
            case RuleAction.Lookup lookup -> action(1, OptionalLong.of(lookup.table()));
            case RuleAction.Goto jump -> action(2, OptionalLong.of(jump.priority()));
            case RuleAction.L3mdev l3mdev -> action(3, OptionalLong.empty());
            case RuleAction.Blackhole blackhole -> action(4, OptionalLong.empty());
            case RuleAction.Unreachable unreachable -> action(5, OptionalLong.empty());
            case RuleAction.Prohibit prohibit -> action(6, OptionalLong.empty());
            case RuleAction.Nop nop -> action(7, OptionalLong.empty());
            case RuleAction.Unknown unknown -> action(8, OptionalLong.of(unknown.number()));
        }
    }

    private void action(int tag, OptionalLong number) throws IOException {
        data.writeByte(tag);
        data.writeLong(number.orElse(0));
    }
}
