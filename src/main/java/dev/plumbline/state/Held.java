package dev.plumbline.state;

import java.util.Set;

/**
 * What stays as it is although it is not as its documents say.
 *
 * @param documents ({@code kind/name}) whose routes and rules are neither made, changed nor moved
 * @param tables in which marked routes that no document wants stay
 * @param rules marked ones that no document wants, and that stay
 */
public record Held(Set<String> documents, Set<Long> tables, Set<RoutingRule> rules) {

    public static final Held NOTHING = new Held(Set.of(), Set.of(), Set.of());

    public Held {
        documents = Set.copyOf(documents);
        tables = Set.copyOf(tables);
        rules = Set.copyOf(rules);
    }

    /** Whether what comes from there is left alone. */
    public boolean holds(Origin origin) {
        return documents.contains(origin.document());
    }
}
