package dev.plumbline.store;

import dev.plumbline.history.Figure;
import dev.plumbline.json.JsonText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.JsonNodeFactory;

/** The rows of metrics: they outlive the processes, so that counters of a timer's runs only grow. */
record Figures(Database database) {

    List<Figure> all() {
        return database.list("SELECT name, labels, value FROM figures ORDER BY name, labels", row -> {
            var labels = new HashMap<String, String>();
            JsonText.parse(row.getString(2)).properties().forEach(each ->
                    labels.put(each.getKey(), each.getValue().asString()));
            return new Figure(row.getString(1), labels, row.getDouble(3));
        });
    }

    /** Adds to a counter. */
    void add(Figure figure) {
        database.update("INSERT INTO figures (name, labels, value) VALUES (?, ?, ?)"
                + " ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value", figure.name(),
                text(figure.labels()), figure.value());
    }

    /** Sets a gauge. */
    void set(Figure figure) {
        database.update("INSERT OR REPLACE INTO figures (name, labels, value) VALUES (?, ?, ?)", figure.name(),
                text(figure.labels()), figure.value());
    }

    private static String text(Map<String, String> labels) {
        var object = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(labels).forEach(object::put);
        return JsonText.of(object);
    }
}
