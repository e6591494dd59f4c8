package dev.plumbline.cni;

import dev.plumbline.intent.Attachment.SourceRouting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A plugin that plumbline is, by the name that it is called by. Each reads a configuration of its own. */
public enum PluginType {
    /** Source-based routing, with the configuration of the reference plugins' {@code sbr}. */
    SBR("sbr") {
        @Override
        Wanted read(ObjectNode configuration) {
            return new Wanted(Optional.of(SbrConfiguration.read(configuration)), Map.of());
        }
    },
    /** Whatever plumbline can do for a container. */
    PLUMBLINE("plumbline") {
        @Override
        Wanted read(ObjectNode configuration) {
            return PlumblineConfiguration.read(configuration);
        }
    };

    private final String word;

    PluginType(String word) {
        this.word = word;
    }

    /**
     * What a configuration asks for.
     *
     * @param labels for selectors
     */
    record Wanted(Optional<SourceRouting> sourceRouting, Map<String, String> labels) {
    }

    /**
     * Reads what is this type's own.
     *
     * @throws CniException with key and value if something is wrong
     */
    abstract Wanted read(ObjectNode configuration);

    /** The names of all. */
    public static List<String> words() {
        var words = new ArrayList<String>();
        for (var each : values()) {
            words.add(each.word);
        }
        return List.copyOf(words);
    }

    /**
     * The type of that name.
     *
     * @throws CniException if there is none
     */
    static PluginType of(String calledAs) {
        for (var each : values()) {
            if (each.word.equals(calledAs)) {
                return each;
            }
        }
        throw CniException.configuration("type", "plumbline is no plugin of the type `" + calledAs
                + "`; it answers to " + String.join(", ", words()));
    }

    /** As configurations name it. */
    String word() {
        return word;
    }
}
