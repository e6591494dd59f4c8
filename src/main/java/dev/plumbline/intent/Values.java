package dev.plumbline.intent;

import dev.plumbline.intent.firewall.Templates;
import dev.plumbline.secret.Secret;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads typed values from nodes. What cannot be read is reported, and nothing comes back. */
public final class Values {

    private static final List<String> SYSCTLS = List.of("warn", "manage");
    static final long MAX_U32 = 0xffffffffL;
    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]+|0x[0-9a-fA-F]+");
    private static final Pattern TABLE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}");

    private static final Pattern LABEL_KEY = Pattern.compile("[A-Za-z0-9](?:[-A-Za-z0-9_./]{0,250}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

    private final DocumentProblems problems;

    Values(DocumentProblems problems) {
        this.problems = problems;
    }

    public void error(Node at, FieldPath path, String message) {
        problems.error(at, path, message);
    }

    public void warning(Node at, FieldPath path, String message) {
        problems.warning(at, path, message);
    }

    void error(int line, int column, FieldPath path, String message) {
        problems.error(line, column, path.toString(), message);
    }

    /** How many errors there were so far: tells whether something in between was wrong. */
    public int errors() {
        return problems.errors();
    }

    /** A mapping whose fields are all known. */
    public Node.@Nullable Mapping mapping(Node node, FieldPath path, Collection<String> known) {
        if (!(node instanceof Node.Mapping mapping)) {
            error(node, path, "expected a mapping with the fields " + String.join(", ", known) + "; found " + node);
            return null;
        }
        for (int i = 0; i < mapping.entries().size(); i++) {
            var key = mapping.entries().get(i).key();
            if (!known.contains(key.text())) {
                error(key, path.field(key.text()), "unknown field `" + Node.Scalar.shortened(key.text()) + "`"
                        + Spelling.hint(key.text(), known));
            }
        }
        return mapping;
    }

    /** A field that must be there. That it is missing is not said where an unknown field was meant to be it. */
    public @Nullable Node required(Node.Mapping mapping, String field, FieldPath path, Collection<String> known,
            String example) {
        var node = mapping.get(field);
        if (node == null && !isMisspelt(mapping, List.of(field), known)) {
            error(mapping, path.field(field), "is missing; write for example `" + example + "`");
        }
        return node;
    }

    /** Whether an unknown field is nearest to one of these. */
    boolean isMisspelt(Node.Mapping mapping, Collection<String> fields, Collection<String> known) {
        return mapping.entries().stream().map(entry -> entry.key().text()).filter(key -> !known.contains(key))
                .anyMatch(key -> Spelling.nearest(key, known).filter(fields::contains).isPresent());
    }

    /** A list with at least one item. */
    public @Nullable List<Node> list(Node node, FieldPath path, String items) {
        if (!(node instanceof Node.Sequence sequence)) {
            error(node, path, "expected a list of " + items + "; found " + node
                    + (node instanceof Node.Scalar scalar && !scalar.isNothing() ? "; write [" + scalar.text() + "]"
                    : ""));
            return null;
        }
        if (sequence.items().isEmpty()) {
            error(node, path, "the list is empty; leave the field out, or name " + items);
            return null;
        }
        return sequence.items();
    }

    public boolean flag(Node.Mapping mapping, String field, FieldPath path, boolean otherwise) {
        var node = mapping.get(field);
        return node == null ? otherwise : flag(node, path.field(field), otherwise);
    }

    /** Whether {@code sysctls} says that what the document needs of them is set, and not only warned of. */
    public boolean managesSysctls(Node.Mapping spec, FieldPath path) {
        var node = spec.get("sysctls");
        return node != null && "manage".equals(word(node, path.field("sysctls"), SYSCTLS));
    }

    private boolean flag(Node node, FieldPath path, boolean otherwise) {
        if (node instanceof Node.Scalar scalar) {
            var truth = scalar.truth();
            if (truth != null) {
                return truth;
            }
            var meant = switch (scalar.text().toLowerCase(Locale.ROOT)) {
                case "yes", "on", "y", "true" -> "; write true";
                case "no", "off", "n", "false" -> "; write false";
                default -> "";
            };
            error(node, path, "expected true or false; found " + node + meant);
            return otherwise;
        }
        error(node, path, "expected true or false; found " + node);
        return otherwise;
    }

    /** A whole number within bounds. */
    public OptionalLong integer(Node node, FieldPath path, long least, long most) {
        if (node instanceof Node.Scalar scalar) {
            if (scalar.isInteger()) {
                long value = scalar.integer();
                if (value >= least && value <= most) {
                    return OptionalLong.of(value);
                }
            } else if (!scalar.plain() && NUMBER.matcher(scalar.text()).matches()) {
                error(node, path, "expected a whole number; found " + node + "; leave out the quotes");
                return OptionalLong.empty();
            }
        }
        error(node, path, "expected a whole number from " + least + " to " + most + "; found " + node);
        return OptionalLong.empty();
    }

    /** Text: no number, truth value or nothing without quotes. */
    public @Nullable String text(Node node, FieldPath path, String what) {
        if (node instanceof Node.Scalar scalar) {
            if (scalar.isText()) {
                return scalar.text();
            }
            if (!scalar.isNothing()) {
                error(node, path, "expected " + what + "; found " + node + "; write \"" + scalar.text()
                        + "\" if that is its name");
                return null;
            }
        }
        error(node, path, "expected " + what + "; found " + node);
        return null;
    }

    /** One of a few words. */
    public @Nullable String word(Node node, FieldPath path, List<String> words) {
        if (node instanceof Node.Scalar scalar && words.contains(scalar.text())) {
            return scalar.text();
        }
        var near = node instanceof Node.Scalar scalar ? Spelling.nearest(scalar.text(), words)
                : Optional.<String>empty();
        error(node, path, "expected one of " + String.join(", ", words) + "; found " + node
                + near.map(word -> "; did you mean `" + word + "`?").orElse(""));
        return null;
    }

    public @Nullable IpAddress address(Node node, FieldPath path) {
        if (node instanceof Node.Scalar scalar && !scalar.isNothing()) {
            var address = IpAddress.parse(scalar.text());
            if (address.isPresent()) {
                return address.get();
            }
            if (Prefix.parse(scalar.text()).isPresent()) {
                error(node, path, "expected an address without a prefix length; found " + node + "; write "
                        + Prefix.parse(scalar.text()).get().address());
                return null;
            }
            error(node, path, "expected an IPv4 or IPv6 address; found " + node + addressHint(scalar.text()));
            return null;
        }
        error(node, path, "expected an IPv4 or IPv6 address; found " + node);
        return null;
    }

    /** A prefix, or an address as a prefix of full length. Host bits stay. */
    @Nullable Prefix prefix(Node node, FieldPath path, String wordToo) {
        if (node instanceof Node.Scalar scalar && !scalar.isNothing()) {
            var prefix = Prefix.parse(scalar.text());
            if (prefix.isPresent()) {
                return prefix.get();
            }
            error(node, path, "expected a prefix, an address or `" + wordToo + "`; found " + node
                    + addressHint(scalar.text()));
            return null;
        }
        error(node, path, "expected a prefix, an address or `" + wordToo + "`; found " + node);
        return null;
    }

    private static String addressHint(String text) {
        int slash = text.indexOf('/');
        var address = slash < 0 ? text : text.substring(0, slash);
        if (address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}") && address.matches("(.*\\.)?0[0-9].*")) {
            return "; the parts of an IPv4 address have no leading zeros";
        }
        if (address.indexOf('%') > 0) {
            return "; the device goes into `dev`";
        }
        if (slash >= 0 && IpAddress.parse(address).isPresent()) {
            int bits = IpAddress.parse(address).get().family().bits();
            return "; the length after the slash is a number from 0 to " + bits;
        }
        return "";
    }

    /** The name of a network device, as the kernel takes it ({@code dev_valid_name} in {@code net/core/dev.c}). */
    @Nullable String device(Node node, FieldPath path) {
        var name = text(node, path, "the name of a device");
        if (name == null) {
            return null;
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > 15) {
            error(node, path, "the name of a device has at most 15 bytes; `" + Node.Scalar.shortened(name) + "` has "
                    + bytes);
            return null;
        }
        boolean bad = name.isEmpty() || name.equals(".") || name.equals("..")
                || name.chars().anyMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c) || c < 32);
        if (bad) {
            error(node, path, "`" + Node.Scalar.shortened(name)
                    + "` cannot be the name of a device: it has no space, no slash and no colon, and is not empty");
            return null;
        }
        return name;
    }

    /** The name of a routing table: of a RouteTable document, or from {@code rt_tables}. */
    @Nullable String tableName(Node node, FieldPath path, String what) {
        if (node instanceof Node.Scalar scalar && !scalar.plain() && NUMBER.matcher(scalar.text()).matches()) {
            error(node, path, "expected " + what + "; found " + node + "; leave out the quotes");
            return null;
        }
        var name = text(node, path, what);
        if (name != null && !TABLE_NAME.matcher(name).matches()) {
            error(node, path, "expected " + what + "; found " + node);
            return null;
        }
        return name;
    }

    /**
     * Where the secret of a field lies: {@code {file: PATH}}, {@code {environment: NAME}}, {@code {credential: NAME}}
     * or {@code {repository: PATH.age}}. A value in its place is refused, and stands in no message.
     */
    public @Nullable Secret secret(Node node, FieldPath path) {
        return new SecretBinder(this).secret(node, path, true);
    }

    /** The same where there is no repository. */
    public @Nullable Secret secretOnHost(Node node, FieldPath path) {
        return new SecretBinder(this).secret(node, path, false);
    }

    /** Labels after Kubernetes' rules: keys may have a prefix, values may be empty. */
    public Map<String, String> labels(Node node, FieldPath path) {
        var labels = new LinkedHashMap<String, String>();
        if (!(node instanceof Node.Mapping mapping)) {
            error(node, path, "expected a mapping of labels, such as {role: edge}; found " + node);
            return labels;
        }
        for (var entry : mapping.entries()) {
            var key = entry.key().text();
            var field = path.field(key);
            if (!LABEL_KEY.matcher(key).matches()) {
                error(entry.key(), field, "a label's name has letters, digits and inner `-`, `_`, `.`, `/`");
                continue;
            }
            var value = text(entry.value(), field, "a label's value as text");
            if (value != null && !LABEL_VALUE.matcher(value).matches()) {
                error(entry.value(), field,
                        "a label's value has at most 63 letters, digits and inner `-`, `_`, `.`; found "
                        + entry.value());
            } else if (value != null) {
                labels.put(key, value);
            }
        }
        return labels;
    }

    /** Names and values of variables. */
    public SortedMap<String, String> variables(Node node, FieldPath path) {
        var variables = new TreeMap<String, String>();
        if (!(node instanceof Node.Mapping mapping)) {
            error(node, path, "expected a mapping of names and values, such as {web: 192.0.2.1}; found " + node);
            return variables;
        }
        for (var entry : mapping.entries()) {
            var name = entry.key().text();
            if (!Templates.isName(name)) {
                error(entry.key(), path.field(name), "the name of a variable has letters, digits and `_` alone");
            } else if (!(entry.value() instanceof Node.Scalar value) || value.isNothing() || value.text().isBlank()) {
                error(entry.value(), path.field(name), "expected a value; found " + entry.value());
            } else if (Templates.isTemplate(value.text())) {
                error(value, path.field(name), "a variable has a value, not the name of another");
            } else {
                variables.put(name, value.text().strip());
            }
        }
        return variables;
    }
}
