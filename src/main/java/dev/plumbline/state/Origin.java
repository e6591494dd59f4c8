package dev.plumbline.state;

/**
 * Where a desired object comes from.
 *
 * @param document {@code kind/name}, or the attachment
 * @param file the intent file as the user named it; empty for what has no file
 * @param line 1 and up; 0 where there is no file
 * @param column 1 and up; 0 where only the line is known
 */
public record Origin(String document, String file, int line, int column) {

    /**
     * {@code file:line:column}, as compilers print it, without the parts that are not known; what has no file is named
     * by its document.
     */
    public String position() {
        if (line == 0) {
            return file.isEmpty() ? document : file;
        }
        return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
    }

    /** The same document at another line. */
    public Origin atLine(int otherLine) {
        return new Origin(document, file, otherLine, 0);
    }

    @Override
    public String toString() {
        return file.isEmpty() ? document : position() + " " + document;
    }
}
