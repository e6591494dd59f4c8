package dev.plumbline.explain;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/**
 * Which routes somebody asks about, in the words of {@code ip route}; what is not said may be anything.
 *
 * @param families both unless a prefix, {@code -4} or {@code -6} says one
 * @param destination exactly this one; its length is 0 for {@code default}
 * @param anyDefault {@code default}, of whatever family
 */
public record RouteSelection(Set<Family> families, Optional<Prefix> destination, boolean anyDefault, OptionalLong table,
        List<Predicate<Route>> others) {

    /**
     * Reads the words behind {@code route}.
     *
     * @param tables names of tables beside the kernel's own
     * @param asked the family of {@code -4} or {@code -6}
     * @throws SelectionException if they are none of {@code ip route}'s
     */
    public static RouteSelection parse(List<String> words, Map<String, Long> tables, Makers makers,
            Optional<Family> asked) {
        var reader = new Reader(new Words(words, tables, makers), asked);
        return reader.read();
    }

    private static final class Reader {
        private final Words words;
        private final Optional<Family> asked;
        private final List<Predicate<Route>> others = new ArrayList<>();
        private Optional<Prefix> destination = Optional.empty();
        private boolean anyDefault;
        private OptionalLong table = OptionalLong.empty();

        Reader(Words words, Optional<Family> asked) {
            this.words = words;
            this.asked = asked;
        }

        RouteSelection read() {
            while (words.hasNext()) {
                word(words.next());
            }
            var families = new TreeSet<>(asked.or(() -> destination.map(Prefix::family)).map(Set::of)
                    .orElse(Set.of(Family.values())));
            destination.ifPresent(each -> Words.require(asked, each.family(), each.toString()));
            return new RouteSelection(families, destination, anyDefault, table, List.copyOf(others));
        }

        private void word(String word) {
            switch (word) {
                case "to" -> destination(words.after(word));
                case "table" -> table = words.table(word);
                case "dev", "oif" -> {
                    var device = words.after(word);
                    others.add(route -> route.attributes().uses(device));
                }
                case "via" -> via(words.address(word));
                case "metric", "priority", "preference" -> {
                    long metric = words.number(word, Words.MOST);
                    others.add(route -> route.metric() == metric);
                }
                case "tos", "dsfield" -> {
                    long tos = words.number(word, 255);
                    others.add(route -> route.tos() == tos);
                }
                case "proto", "protocol" -> {
                    int protocol = words.protocol(word);
                    others.add(route -> route.attributes().protocol() == protocol);
                }
                case "src" -> {
                    var source = words.address(word);
                    others.add(route -> route.attributes().source().equals(Optional.of(source)));
                }
                case "from" -> {
                    var from = Words.prefix(word, words.after(word));
                    others.add(route -> route.attributes().from().equals(from));
                }
                default -> typeOrDestination(word);
            }
        }

        private void via(IpAddress gateway) {
            others.add(route -> route.attributes().nextHops().stream()
                    .anyMatch(hop -> hop.gateway().equals(Optional.of(gateway))));
        }

        private void typeOrDestination(String word) {
            var type = RouteType.named(word);
            if (type.isPresent()) {
                others.add(route -> route.attributes().type() == type.get());
                return;
            }
            if (destination.isPresent() || anyDefault) {
                throw new SelectionException("`" + word + "` is no word of `ip route` that is known here: to, table,"
                        + " dev, via, metric, tos, proto, src, from, and the types of routes");
            }
            destination(word);
        }

        private void destination(String text) {
            destination = Words.prefix("", text).map(Prefix::masked);
            anyDefault = destination.isEmpty() && text.equals("default");
        }
    }

    /** The tables to look into; empty for all of them. */
    public Set<TableKey> tables() {
        var keys = new TreeSet<TableKey>();
        table.ifPresent(number -> families.forEach(family -> keys.add(new TableKey(family, number))));
        return keys;
    }

    /** Hands over the rows that are asked for, in order. */
    void select(RouteRows rows, IntConsumer consumer) {
        if (!families.contains(rows.family()) || table.isPresent() && table.getAsLong() != rows.table()) {
            return;
        }
        var wanted = anyDefault ? Optional.of(defaultOf(rows.family())) : destination;
        int row = wanted.isEmpty() ? 0 : rows.find(wanted.get());
        while (row >= 0 && row < rows.size() && (wanted.isEmpty() || rows.isOf(wanted.get(), row))) {
            int each = row;
            if (others.isEmpty() || others.stream().allMatch(one -> one.test(rows.route(each)))) {
                consumer.accept(row);
            }
            row++;
        }
    }

    private static Prefix defaultOf(Family family) {
        return Prefix.parse(family == Family.IPV4 ? "0.0.0.0/0" : "::/0").orElseThrow();
    }

    /** Whether a route is one of those that are asked for. */
    boolean matches(Route route) {
        return families.contains(route.family()) && (table.isEmpty() || table.getAsLong() == route.table())
                && (destination.isEmpty() || destination.get().equals(route.destination()))
                && (!anyDefault || route.destination().isDefault()) && others.stream().allMatch(one -> one.test(route));
    }
}
