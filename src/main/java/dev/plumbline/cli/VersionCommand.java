package dev.plumbline.cli;

/** {@code plumbline version}: the versions that a report of a defect needs. */
final class VersionCommand extends Subcommand {

    VersionCommand() {
        super("Print the versions of plumbline, Java and the kernel.");
    }

    @Override
    public Integer call() {
        for (String line : versions()) {
            out().println(line);
        }
        return Plumbline.DONE;
    }

    /** A line each for plumbline, Java and the kernel. */
    static String[] versions() {
        return new String[] {
            "plumbline " + version(),
            "Java      " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
            "kernel    " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                    + System.getProperty("os.arch")
        };
    }

    /**
     * As the launcher says it, for reading the jar's manifest takes milliseconds; classes that were not packaged have
     * none.
     */
    static String version() {
        String told = System.getProperty("plumbline.version");
        if (told != null) {
            return told;
        }
        String packaged = Plumbline.class.getPackage().getImplementationVersion();
        return packaged == null ? "(not packaged)" : packaged;
    }
}
