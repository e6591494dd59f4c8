package dev.plumbline.intent;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Parsed intents as bytes: what the store keeps, so that unchanged files are not parsed again. The format carries a
 * version and a checksum every mebibyte; a reader takes only its own version.
 */
public final class DocumentCodec {

    /** To be raised with every change of the records or of the format. */
    static final int VERSION = 4;
    /** "PLMB". */
    static final int MAGIC = 0x504c4d42;

    private static final int SOURCE_ROUTING = 1;
    private static final int ROUTE_TABLE = 2;
    private static final int ROUTING_RULES = 3;
    private static final int FIREWALL = 4;

    private DocumentCodec() {
    }

    /** The bytes are no parsed intents of this version, or damaged: parse the files again. */
    public static final class UnreadableException extends IOException {
        public UnreadableException(String message) {
            super(message);
        }
    }

    /** Writes documents and warnings. The stream is flushed and not closed. */
    public static void write(ParsedIntents intents, OutputStream out) throws IOException {
        var chunks = new ChunkedOutput(new BufferedOutputStream(out, 1 << 16));
        var data = new DataOutputStream(chunks);
        data.writeInt(MAGIC);
        data.writeInt(VERSION);
        var values = new ValueWriter(data, true);
        data.writeInt(intents.problems().size());
        for (var problem : intents.problems()) {
            values.origin(problem.origin());
            values.text(problem.field());
            values.text(problem.message());
            data.writeByte(problem.severity().ordinal());
        }
        data.writeInt(intents.documents().size());
        for (var document : intents.documents()) {
            write(document, data, values);
        }
        data.flush();
        chunks.finish();
    }

    /**
     * What a document says, as 64 hexadecimal digits: the same wherever it stands in whatever file. Another format of
     * this codec gives other ones.
     */
    public static String hash(Document document) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            var out = new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest), 1 << 16);
            var data = new DataOutputStream(out);
            data.writeInt(VERSION);
            write(document, data, new ValueWriter(data, false));
            data.flush();
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws UnreadableException if the bytes are something else, of another version or damaged
     */
    public static ParsedIntents read(InputStream in) throws IOException {
        var data = new DataInputStream(new ChunkedInput(in));
        try {
            if (data.readInt() != MAGIC) {
                throw new UnreadableException("these are no parsed intents");
            }
            int version = data.readInt();
            if (version != VERSION) {
                throw new UnreadableException("parsed intents of format " + version + ", not " + VERSION);
            }
            var values = new ValueReader(data);
            var problems = new ArrayList<Problem>();
            for (int left = data.readInt(); left > 0; left--) {
                problems.add(new Problem(values.origin(), values.text(), values.text(),
                        Problem.Severity.values()[data.readByte()]));
            }
            var documents = new ArrayList<Document>();
            for (int left = data.readInt(); left > 0; left--) {
                documents.add(document(data, values));
            }
            if (data.read() != -1) {
                throw new UnreadableException("bytes are left over");
            }
            return new ParsedIntents(documents, problems);
        } catch (java.io.EOFException e) {
            throw new UnreadableException("the bytes end too early");
        } catch (IndexOutOfBoundsException | IllegalArgumentException | NegativeArraySizeException e) {
            throw new UnreadableException("damaged: " + e.getMessage());
        }
    }

    private static void write(Document document, DataOutputStream data, ValueWriter values) throws IOException {
        values.text(document.kind());
        values.text(document.name());
        texts(document.labels(), data, values);
        data.writeInt(document.hosts().names().size());
        for (var name : document.hosts().names()) {
            values.text(name);
        }
        texts(document.hosts().labels(), data, values);
        values.text(document.netns());
        values.optionalText(document.drift().map(DriftMode::word));
        values.origin(document.origin());
        switch (document.spec()) {
            case SourceRoutingSpec spec -> write(spec, data, values);
            case RouteTableSpec spec -> write(spec, data, values);
            case RoutingRulesSpec spec -> write(spec, data, values);
            case FirewallSpec spec -> {
                data.writeByte(FIREWALL);
                FirewallCodec.write(spec, data, values);
            }
        }
    }

    private static Document document(DataInputStream data, ValueReader values) throws IOException {
        var kind = values.text();
        var name = values.text();
        var labels = texts(data, values);
        var names = new ArrayList<String>();
        for (int left = data.readInt(); left > 0; left--) {
            names.add(values.text());
        }
        var hosts = new HostSelector(names, texts(data, values));
        var netns = values.text();
        var drift = values.optionalText().map(DriftMode::of);
        var origin = values.origin();
        int tag = data.readByte();
        Spec spec = switch (tag) {
            case SOURCE_ROUTING -> sourceRouting(data, values);
            case ROUTE_TABLE -> routeTable(data, values);
            case ROUTING_RULES -> routingRules(data, values);
            case FIREWALL -> FirewallCodec.read(data, values);
            default -> throw new UnreadableException("a spec of the unknown kind " + tag);
        };
        return new Document(kind, name, labels, hosts, netns, drift, spec, origin);
    }

    private static void texts(Map<String, String> map, DataOutputStream data, ValueWriter values) throws IOException {
        data.writeInt(map.size());
        for (var entry : new java.util.TreeMap<>(map).entrySet()) {
            values.text(entry.getKey());
            values.text(entry.getValue());
        }
    }

    private static Map<String, String> texts(DataInputStream data, ValueReader values) throws IOException {
        var map = new HashMap<String, String>();
        for (int left = data.readInt(); left > 0; left--) {
            map.put(values.text(), values.text());
        }
        return map;
    }

    private static void write(SourceRoutingSpec spec, DataOutputStream data, ValueWriter values) throws IOException {
        data.writeByte(SOURCE_ROUTING);
        values.text(spec.device().value());
        values.origin(spec.device().origin());
        values.addresses(spec.addresses());
        values.addresses(spec.gateways());
        switch (spec.table().value()) {
            case TableChoice.Auto auto -> data.writeByte(0);
            case TableChoice.Number number -> {
                data.writeByte(1);
                data.writeLong(number.id());
            }
            case TableChoice.Name name -> {
                data.writeByte(2);
                values.text(name.name());
            }
        }
        values.origin(spec.table().origin());
        data.writeByte(spec.routes().ordinal());
        data.writeLong(spec.priority());
        data.writeBoolean(spec.sourceHints());
        data.writeBoolean(spec.optional());
        values.rows(spec.ipv4Routes());
        values.rows(spec.ipv6Routes());
        data.writeByte(spec.method().value().ordinal());
        values.origin(spec.method().origin());
    }

    private static SourceRoutingSpec sourceRouting(DataInputStream data, ValueReader values) throws IOException {
        var device = new Located<>(values.text(), values.origin());
        var addresses = values.addresses();
        var gateways = values.addresses();
        int choice = data.readByte();
        var table = switch (choice) {
            case 0 -> new TableChoice.Auto();
            case 1 -> new TableChoice.Number(data.readLong());
            case 2 -> new TableChoice.Name(values.text());
            default -> throw new UnreadableException("a table of the unknown kind " + choice);
        };
        return new SourceRoutingSpec(device, addresses, gateways, new Located<>(table, values.origin()),
                SourceRoutingSpec.RoutesMode.values()[data.readByte()], data.readLong(), data.readBoolean(),
                data.readBoolean(), values.rows(), values.rows())
                .by(new Located<>(SourceRoutingSpec.Method.values()[data.readByte()], values.origin()));
    }

    private static void write(RouteTableSpec spec, DataOutputStream data, ValueWriter values) throws IOException {
        data.writeByte(ROUTE_TABLE);
        data.writeBoolean(spec.id().isPresent());
        if (spec.id().isPresent()) {
            data.writeLong(spec.id().get().value());
            values.origin(spec.id().get().origin());
        }
        data.writeBoolean(spec.device().isPresent());
        if (spec.device().isPresent()) {
            values.text(spec.device().get().value());
            values.origin(spec.device().get().origin());
        }
        data.writeBoolean(spec.manageSysctls());
        data.writeBoolean(spec.exclusive());
        data.writeBoolean(spec.adopt());
        data.writeBoolean(spec.optional());
        values.rows(spec.ipv4());
        values.rows(spec.ipv6());
    }

    private static RouteTableSpec routeTable(DataInputStream data, ValueReader values) throws IOException {
        Optional<Located<Long>> id = data.readBoolean()
                ? Optional.of(new Located<>(data.readLong(), values.origin())) : Optional.empty();
        Optional<Located<String>> device = data.readBoolean()
                ? Optional.of(new Located<>(values.text(), values.origin())) : Optional.empty();
        return new RouteTableSpec(id, device, data.readBoolean(), data.readBoolean(), data.readBoolean(),
                data.readBoolean(), values.rows(), values.rows());
    }

    private static void write(RoutingRulesSpec spec, DataOutputStream data, ValueWriter values) throws IOException {
        data.writeByte(ROUTING_RULES);
        data.writeBoolean(spec.adopt());
        data.writeBoolean(spec.manageSysctls());
        data.writeInt(spec.rules().size());
        for (var rule : spec.rules()) {
            values.rule(rule.rule());
            values.optionalText(rule.table());
            values.origin(rule.origin());
        }
    }

    private static RoutingRulesSpec routingRules(DataInputStream data, ValueReader values) throws IOException {
        boolean adopt = data.readBoolean();
        boolean manage = data.readBoolean();
        var rules = new ArrayList<RoutingRulesSpec.RuleSpec>();
        for (int left = data.readInt(); left > 0; left--) {
            rules.add(new RoutingRulesSpec.RuleSpec(values.rule(), values.optionalText(), values.origin()));
        }
        return new RoutingRulesSpec(adopt, manage, rules);
    }
}
