package dev.plumbline.intent.firewall;

/** Text of a rule that cannot be read; the message says what would be right. */
public final class MalformedException extends Exception {

    private static final long serialVersionUID = 1;
    private final int offset;

    /** @param offset of the character at fault, from 0, in the text that was given to be read */
    public MalformedException(int offset, String message) {
        super(message, null, false, false);
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }

    /** The same in a longer text, in which this one begins there. */
    MalformedException shifted(int by) {
        return new MalformedException(offset + by, getMessage());
    }
}
