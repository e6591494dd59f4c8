package dev.plumbline.compile;

import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import java.util.Optional;

/** What makes two routes the same within their table: a key for maps. */
record Identity(long table, Prefix destination, int tos, long metric, Optional<Prefix> from) {

    static Identity of(Route route) {
        return new Identity(route.table(), route.destination(), route.tos(), route.metric(), route.attributes().from());
    }
}
