package dev.plumbline.explain;

import dev.plumbline.state.Family;
import dev.plumbline.state.Route;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.Sysctl;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/**
 * A live object, and whose it is.
 *
 * @param netns the namespace that it is in
 */
public record Explained(String netns, Subject object, Owner owner) {

    /** An object of the kernel. */
    public sealed interface Subject {

        /** {@code route}, {@code rule}, {@code link}, {@code sysctl}, {@code nft rule} and the like. */
        String resource();

        /** In the words of {@code ip}, or of {@code nft}. */
        String text();

        /** Who made it, by its mark ({@code rt_protos}); empty for what carries none. */
        default OptionalInt protocol() {
            return OptionalInt.empty();
        }
    }

    /** A route. */
    public record OfRoute(Route route) implements Subject {

        @Override
        public String resource() {
            return "route";
        }

        @Override
        public String text() {
            return route.toString();
        }

        @Override
        public OptionalInt protocol() {
            return OptionalInt.of(route.attributes().protocol());
        }
    }

    /** A rule. */
    public record OfRule(RoutingRule rule) implements Subject {

        @Override
        public String resource() {
            return "rule";
        }

        @Override
        public String text() {
            boolean plain = rule.from().isPresent() || rule.to().isPresent();
            return plain ? rule.toString() : rule + (rule.family() == Family.IPV4 ? " (inet)" : " (inet6)");
        }

        @Override
        public OptionalInt protocol() {
            return OptionalInt.of(rule.protocol());
        }
    }

    /**
     * A network device, or that it is in another.
     *
     * @param text in the words of {@code ip link}
     * @param object for JSON
     */
    public record OfLink(String text, ObjectNode object) implements Subject {

        @Override
        public String resource() {
            return "link";
        }
    }

    /** A sysctl. */
    public record OfSysctl(String path, String value) implements Subject {

        @Override
        public String resource() {
            return "sysctl";
        }

        @Override
        public String text() {
            return Sysctl.name(path) + "=" + value;
        }
    }

    /**
     * A rule, a set or a chain of plumbline's nftables.
     *
     * @param resource {@code nft rule}, {@code nft set} or {@code nft chain}
     * @param text in the words of {@code nft}
     * @param object for JSON
     */
    public record OfFirewall(String resource, String text, ObjectNode object) implements Subject {
    }
}
