package dev.plumbline.intent;

/** What a document asks for: one record a kind. */
public sealed interface Spec permits SourceRoutingSpec, RouteTableSpec, RoutingRulesSpec, FirewallSpec {
}
