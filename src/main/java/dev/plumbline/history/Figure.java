package dev.plumbline.history;

import java.util.Map;

/**
 * One number of a metric, as the store keeps it.
 *
 * @param name of the metric, without the program's prefix
 * @param labels names and values
 */
public record Figure(String name, Map<String, String> labels, double value) {

    public Figure {
        labels = Map.copyOf(labels);
    }
}
