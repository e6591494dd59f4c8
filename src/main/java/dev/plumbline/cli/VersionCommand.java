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

    /** The version in the jar's manifest; classes that were not packaged have none. */
    static String version() {
        String packaged = Plumbline.class.getPackage().getImplementationVersion();
        return packaged == null ? "(not packaged)" : packaged;
    }
}
