package dev.plumbline.cli;

/**
 * Which of the standard streams are terminals. Java can only say it of standard input and output together, so the
 * launcher tells it in the property {@code plumbline.tty}: the numbers of the file descriptors that are terminals.
 */
public final class Terminal {

    private static final String DESCRIPTORS = System.getProperty("plumbline.tty", "");

    private Terminal() {}

    /** Whether a person can answer a question on standard input. */
    public static boolean input() {
        return DESCRIPTORS.contains("0");
    }

    /** Whether standard output is read by a person. */
    public static boolean output() {
        return DESCRIPTORS.contains("1");
    }

    /** Whether standard error is read by a person: progress is shown there. */
    public static boolean error() {
        return DESCRIPTORS.contains("2");
    }

    /** Whether standard output may carry colours: a terminal, and no {@code NO_COLOR} (no-color.org). */
    public static boolean colour() {
        String refused = System.getenv("NO_COLOR");
        return output() && (refused == null || refused.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    }
}
