package dev.plumbline.intent;

import org.jspecify.annotations.Nullable;

/**
 * A field within a document, written {@code spec.routes[3].via}. Its text is made only for a problem.
 *
 * @param name empty for an item of a list
 * @param index of an item; -1 for a field
 */
public record FieldPath(@Nullable FieldPath parent, String name, int index) {

    /** The document itself: no field. */
    public static final FieldPath ROOT = new FieldPath(null, "", -1);

    /** A field of this one. */
    public FieldPath field(String field) {
        return new FieldPath(this, field, -1);
    }

    /** An item of this list. */
    public FieldPath item(int number) {
        return new FieldPath(this, "", number);
    }

    @Override
    public String toString() {
        if (parent == null) {
            return name;
        }
        var before = parent.toString();
        if (index >= 0) {
            return before + "[" + index + "]";
        }
        return before.isEmpty() ? name : before + "." + name;
    }
}
