package dev.plumbline.json;

import dev.plumbline.state.Family;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.Route;
import dev.plumbline.state.Scope;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** The words that several kinds of object share, both ways. */
final class Words {

    private static final String OTHER = "otherAttributes";

    private Words() {
    }

    static String family(Family family) {
        return family == Family.IPV4 ? "inet" : "inet6";
    }

    static Optional<Family> family(String text) {
        return switch (text) {
            case "inet" -> Optional.of(Family.IPV4);
            case "inet6" -> Optional.of(Family.IPV6);
            default -> Optional.empty();
        };
    }

    static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }

    static String scope(int scope) {
        return Scope.name(scope);
    }

    static Optional<Integer> scope(String text) {
        var named = Scope.number(text);
        return named.isPresent() ? Optional.of(named.getAsInt()) : decimal(text, 3).map(Math::toIntExact);
    }

    static Optional<Integer> protocol(String text) {
        OptionalInt number = Protocol.number(text);
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    }

    static Optional<Long> table(String text) {
        return switch (text) {
            case "main" -> Optional.of(Route.TABLE_MAIN);
            case "local" -> Optional.of(Route.TABLE_LOCAL);
            case "default" -> Optional.of(Route.TABLE_DEFAULT);
            default -> decimal(text, 10);
        };
    }

    private static Optional<Long> decimal(String text, int digits) {
        return text.matches("[0-9]{1," + digits + "}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    static void putOther(ObjectNode node, List<RawAttribute> attributes) {
        if (!attributes.isEmpty()) {
            var array = node.putArray(OTHER);
            attributes.forEach(each -> array.add(each.toString()));
        }
    }

    static List<RawAttribute> other(Fields fields) {
        return fields.texts(OTHER).stream().map(RawAttribute::parse).toList();
    }
}
