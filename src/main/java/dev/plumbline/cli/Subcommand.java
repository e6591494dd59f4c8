package dev.plumbline.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command of plumbline. Its options are described in code and not by annotations: for each of these Java makes a
 * proxy class at every start, which the AOT cache cannot hold (measured: some 30 of 90 ms of {@code plumbline
 * version}).
 *
 * <pre>{@code
 * private final OptionSpec intents = option(OptionSpec.builder("--intents").paramLabel("DIR").type(Path.class)...);
 * public Integer call() { Path folder = intents.getValue(); ... }
 * }</pre>
 */
abstract class Subcommand implements Callable<Integer> {

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    /** Takes the paragraphs of the description; the first sentence is the summary in the list of commands. */
    Subcommand(String... description) {
        spec.usageMessage().description(description);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Print what this command does, and its options.")
                .build());
    }

    /**
     * Runs the command once picocli has set its options.
     *
     * @return the exit code
     * @throws Exception on any failure; its message is what the user sees
     */
    @Override
    public abstract Integer call() throws Exception;

    /** Adds an option; ask its {@code getValue()} when the command runs. */
    final OptionSpec option(OptionSpec.Builder builder) {
        return add(builder.build());
    }

    /** Adds an option without a value; tells whether it was said. */
    final BooleanSupplier flag(String name, String... description) {
        var option = option(OptionSpec.builder(name).description(description));
        return () -> Boolean.TRUE.equals(option.getValue());
    }

    /** Adds an argument; ask its {@code getValue()} when the command runs. */
    final PositionalParamSpec argument(PositionalParamSpec.Builder builder) {
        return add(builder.build());
    }

    private <A extends ArgSpec> A add(A argument) {
        spec.add(argument);
        return argument;
    }

    /** The model that picocli works on, for what is neither an option nor an argument: exit codes, a footer. */
    final CommandSpec spec() {
        return spec;
    }

    /** Standard output. Flushed when the command has ended. */
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Standard error. Flushed when the command has ended. */
    final PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
