package dev.plumbline.cni;

import dev.plumbline.intent.Attachment.SourceRouting;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A plugin that plumbline is, by the name that it is called by. Each reads a configuration of its own. */
enum PluginType {
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
                + "`; it answers to `sbr` and `plumbline`");
    }

    /** As configurations name it. */
    String word() {
        return word;
    }
}
