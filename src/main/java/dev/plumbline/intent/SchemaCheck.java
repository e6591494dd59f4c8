package dev.plumbline.intent;
final class SchemaCheck {
    void check(String kind, Node.Mapping root, DocumentProblems problems) {
    }
}
