package dev.plumbline.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code plumbline version}: the versions that a report of a defect needs. */
@Command(name = "version", description = "Print the versions of plumbline, Java and the kernel.",
        mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable, IVersionProvider {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        for (String line : getVersion()) {
            out.println(line);
        }
        out.flush();
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "plumbline " + version(),
            "Java      " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
            "kernel    " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                    + System.getProperty("os.arch")
        };
    }

    /** The version in the jar's manifest; classes that were not packaged have none. */
    private static String version() {
        String packaged = Plumbline.class.getPackage().getImplementationVersion();
        return packaged == null ? "(not packaged)" : packaged;
    }
}
