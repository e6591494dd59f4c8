package dev.plumbline.intent;

import dev.plumbline.secret.Secret;
import java.util.List;

/** What a document asks for: one record a kind. */
public sealed interface Spec permits SourceRoutingSpec, RouteTableSpec, RoutingRulesSpec, FirewallSpec {

    /** The secrets that it refers to: files among them are looked for before anything is done. */
    default List<Located<Secret>> secrets() {
        return List.of();
    }
}
