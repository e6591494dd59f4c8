package dev.plumbline.intent;

/** What runs that nobody watches do about objects that drifted from what was applied. */
public enum DriftMode {
    /** Correct it. */
    CORRECT("correct"),
    /** Leave it, and say so in the status. */
    REPORT("report"),
    /** Leave it and say nothing. */
    IGNORE("ignore");

    private final String word;

    DriftMode(String word) {
        this.word = word;
    }

    /** As intents and configuration say it. */
    public String word() {
        return word;
    }

    /** The mode of one of the words. */
    public static DriftMode of(String word) {
        for (var mode : values()) {
            if (mode.word.equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("no drift mode " + word);
    }
}
