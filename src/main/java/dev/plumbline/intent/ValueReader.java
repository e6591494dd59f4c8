package dev.plumbline.intent;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.RuleAction;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads what {@link ValueWriter} wrote. */
final class ValueReader {

    private final DataInputStream data;
    private final List<String> texts = new ArrayList<>();
    private final byte[] block = new byte[1 << 16];

    ValueReader(DataInputStream data) {
        this.data = data;
    }

    String text() throws IOException {
        int length = data.readInt();
        if (length < 0) {
            return texts.get(-length - 1);
        }
        var bytes = data.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        var text = new String(bytes, StandardCharsets.UTF_8);
        texts.add(text);
        return text;
    }

    Optional<String> optionalText() throws IOException {
        return data.readBoolean() ? Optional.of(text()) : Optional.empty();
    }

    Origin origin() throws IOException {
        return new Origin(text(), text(), data.readInt(), data.readInt());
    }

    IpAddress address() throws IOException {
        return IpAddress.of(data.readNBytes(data.readByte()));
    }

    Optional<List<Located<IpAddress>>> addresses() throws IOException {
        int size = data.readInt();
        if (size < 0) {
            return Optional.empty();
        }
        var addresses = new ArrayList<Located<IpAddress>>();
        for (int left = size; left > 0; left--) {
            addresses.add(new Located<>(address(), origin()));
        }
        return Optional.of(List.copyOf(addresses));
    }

    Optional<Prefix> prefix() throws IOException {
        return data.readBoolean() ? Optional.of(new Prefix(address(), data.readUnsignedByte())) : Optional.empty();
    }

    RouteRows rows() throws IOException {
        var family = Family.of(data.readByte());
        long table = data.readLong();
        var pool = new ArrayList<RouteAttributes>();
        for (int left = data.readInt(); left > 0; left--) {
            pool.add(attributes());
        }
        var origins = new ArrayList<Origin>();
        for (int left = data.readInt(); left > 0; left--) {
            origins.add(origin());
        }
        return RouteRows.ofColumns(family, table, longs(), longs(), longs(), ints(), ints(), ints(), pool, origins);
    }

    private RouteAttributes attributes() throws IOException {
        var type = RouteType.of(data.readByte());
        int scope = data.readUnsignedByte();
        int protocol = data.readUnsignedByte();
        Optional<IpAddress> source = data.readBoolean() ? Optional.of(address()) : Optional.empty();
        var from = prefix();
        var hops = new ArrayList<NextHop>();
        for (int left = data.readInt(); left > 0; left--) {
            Optional<IpAddress> gateway = data.readBoolean() ? Optional.of(address()) : Optional.empty();
            hops.add(new NextHop(gateway, text(), data.readShort(), data.readBoolean()));
        }
        var metrics = new TreeMap<Integer, Long>();
        for (int left = data.readInt(); left > 0; left--) {
            metrics.put(data.readInt(), data.readLong());
        }
        return new RouteAttributes(type, scope, protocol, source, from, hops, metrics, data.readInt(), others());
    }

    private List<RawAttribute> others() throws IOException {
        var others = new ArrayList<RawAttribute>();
        for (int left = data.readInt(); left > 0; left--) {
            others.add(RawAttribute.parse(text()));
        }
        return others;
    }

    private long[] longs() throws IOException {
        var values = new long[data.readInt()];
        for (int done = 0; done < values.length; ) {
            int part = Math.min(values.length - done, block.length / Long.BYTES);
            data.readFully(block, 0, part * Long.BYTES);
            ByteBuffer.wrap(block).asLongBuffer().get(values, done, part);
            done += part;
        }
        return values;
    }

    private int[] ints() throws IOException {
        var values = new int[data.readInt()];
        for (int done = 0; done < values.length; ) {
            int part = Math.min(values.length - done, block.length / Integer.BYTES);
            data.readFully(block, 0, part * Integer.BYTES);
            ByteBuffer.wrap(block).asIntBuffer().get(values, done, part);
            done += part;
        }
        return values;
    }

    RoutingRule rule() throws IOException {
        var family = Family.of(data.readByte());
        long priority = data.readLong();
        boolean not = data.readBoolean();
        var from = prefix();
        var to = prefix();
        var iif = text();
        var oif = text();
        Optional<RoutingRule.Mark> mark = data.readBoolean()
                ? Optional.of(new RoutingRule.Mark(data.readLong(), data.readLong())) : Optional.empty();
        int tos = data.readUnsignedByte();
        var protocol = number();
        var sport = range();
        var dport = range();
        var uids = range();
        var action = action();
        var suppress = number();
        long group = data.readLong();
        return new RoutingRule(family, priority, not, from, to, iif, oif, mark, tos, protocol, sport, dport, uids,
                action, suppress, group < 0 ? OptionalLong.empty() : OptionalLong.of(group), data.readUnsignedByte(),
                others());
    }

    private OptionalInt number() throws IOException {
        int number = data.readInt();
        return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private Optional<RoutingRule.Range> range() throws IOException {
        return data.readBoolean() ? Optional.of(new RoutingRule.Range(data.readLong(), data.readLong()))
                : Optional.empty();
    }

    private RuleAction action() throws IOException {
        int tag = data.readByte();
        long number = data.readLong();
        return switch (tag) {
            case 1 -> new RuleAction.Lookup(number);
            case 2 -> new RuleAction.Goto(number);
            case 3 -> new RuleAction.L3mdev();
            case 4 -> new RuleAction.Blackhole();
            case 5 -> new RuleAction.Unreachable();
            case 6 -> new RuleAction.Prohibit();
            case 7 -> new RuleAction.Nop();
            case 8 -> new RuleAction.Unknown((int) number);
            default -> throw new DocumentCodec.UnreadableException("a rule of the unknown action " + tag);
        };
    }
}
