package dev.plumbline.intent;

/** A file is no YAML from here on. */
final class YamlSyntaxException extends RuntimeException {

    private final int line;
    private final int column;

    YamlSyntaxException(int line, int column, String message) {
        super(message);
        this.line = line;
        this.column = column;
    }

    int line() {
        return line;
    }

    int column() {
        return column;
    }
}
