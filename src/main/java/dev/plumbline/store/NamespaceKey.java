package dev.plumbline.store;

/** Names a namespace's rows in one store; good until the namespace is bound again. */
public record NamespaceKey(long row) {
}
