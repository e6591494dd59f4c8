package dev.plumbline.intent;

/** Checks a document against the schema of its kind. */
@FunctionalInterface
interface SchemaCheck {

    /** Adds what the schema refuses and nobody has reported yet. */
    void check(String kind, Node.Mapping root, DocumentProblems problems);

    /** Against the published schemas. */
    static SchemaCheck published() {
        return new PublishedSchemas();
    }
}
