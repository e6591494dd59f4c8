package dev.plumbline.intent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A host, as {@code spec.hosts} sees it.
 *
 * @param labels from {@code labels:} in plumbline.yaml
 */
public record HostFilter(String host, Map<String, String> labels) {

    public HostFilter {
        labels = Map.copyOf(labels);
    }

    /** The documents that hold for this host, in their order. */
    public List<Document> select(List<Document> documents) {
        return documents.stream().filter(document -> document.hosts().selects(host, labels)).toList();
    }

    /** An error for each document that holds for this host and is named like another one that does. */
    public List<Problem> duplicates(List<Document> documents) {
        var problems = new ArrayList<Problem>();
        var first = new HashMap<String, Document>();
        for (var document : select(documents)) {
            var other = first.putIfAbsent(document.id(), document);
            if (other != null) {
                problems.add(Problem.error(document.origin(), "metadata.name", document.id()
                        + " stands twice for the host " + host + ": here and at " + other.origin().position()
                        + "; rename one, or give them different hosts"));
            }
        }
        return problems;
    }
}
