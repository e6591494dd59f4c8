package dev.plumbline.cli;

import dev.plumbline.host.ErrorText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/**
 * The program {@code plumbline}. Exit codes: 0 done, 1 error, 64 wrong usage ({@code EX_USAGE} of {@code sysexits.h});
 * a command may define others for its own outcomes.
 */
public final class Plumbline implements Callable<Integer> {

    /** Exit code: what was asked for is done. */
    public static final int DONE = 0;

    /** Exit code: it failed; the message is on standard error. */
    public static final int ERROR = 1;

    /** Exit code: the command line is wrong. */
    public static final int USAGE = 64;

    /** The commands by name: a new one is a line here. */
    private static final SequencedMap<String, Supplier<Subcommand>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("plan", PlanCommand::new);
        COMMANDS.put("apply", ApplyCommand::new);
        COMMANDS.put("confirm", ConfirmCommand::confirm);
        COMMANDS.put("revert", ConfirmCommand::revert);
        COMMANDS.put("guard", GuardCommand::new);
        COMMANDS.put("destroy", DestroyCommand::new);
        COMMANDS.put("rehearse", RehearseCommand::new);
        COMMANDS.put("validate", ValidateCommand::new);
        COMMANDS.put("show", ShowCommand::new);
        COMMANDS.put("doctor", DoctorCommand::new);
        COMMANDS.put("facts", FactsCommand::new);
        COMMANDS.put("explain", ExplainCommand::new);
        COMMANDS.put("import", ImportCommand::new);
        COMMANDS.put("firewall", FirewallCommand::new);
        COMMANDS.put("agent", AgentCommand::new);
        COMMANDS.put("reconcile", ReconcileCommand::new);
        COMMANDS.put("status", StatusCommand::new);
        COMMANDS.put("suspend", SuspendCommand::new);
        COMMANDS.put("resume", ResumeCommand::new);
        COMMANDS.put("history", HistoryCommand::new);
        COMMANDS.put("attachments", AttachmentsCommand::new);
        COMMANDS.put("cni", CniCommand::new);
        COMMANDS.put("recover", RecoverCommand::new);
        COMMANDS.put("init", InitCommand::new);
        COMMANDS.put("hook", HookCommand::new);
        COMMANDS.put("push-service", PushServiceCommand::new);
        COMMANDS.put("sandbox", SandboxCommand::new);
        COMMANDS.put("version", VersionCommand::new);
        COMMANDS.put("completion", CompletionCommand::new);
        COMMANDS.put("training", TrainingCommand::new);
    }

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec debug = OptionSpec.builder("--debug")
            .type(boolean.class)
            .defaultValue("false")
            .scopeType(ScopeType.INHERIT)
            .description("Print the stack trace of an error.")
            .build();

    private Plumbline() {
        spec.name("plumbline");
        spec.usageMessage()
                .description("Keeps a Linux host's network true to the intent files in Git.")
                .synopsisSubcommandLabel("COMMAND")
                .commandListHeading("%nCommands:%n");
        spec.versionProvider(VersionCommand::versions);
        spec.addOption(debug);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Print the commands.")
                .build());
        spec.addOption(OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Print the versions of plumbline, Java and the kernel.")
                .build());
    }

    /** Started by the launcher. */
    public static void main(String[] args) {
        end(run(args));
    }

    /** An exit looks for a logger to tell, in every jar; where nothing is left to be ended in order, there is none. */
    private static void end(int code) {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread());
            Runtime.getRuntime().halt(code);
        } catch (IllegalStateException e) {
            // A signal has begun the end: it is waited for, and decides with which code.
            System.exit(code);
        }
    }

    /**
     * Runs one command line in this process, as the program would.
     *
     * @return the exit code
     */
    public static int run(String... args) {
        CommandLine line = commandLineFor(args);
        try {
            return line.execute(args);
        } catch (Error e) {
            return report(line, e, Arrays.asList(args).contains("--debug"));
        }
    }

    /** The whole command line, with all commands. */
    public static CommandLine commandLine() {
        return commandLine(List.copyOf(COMMANDS.keySet()));
    }

    /** Building a command's model takes longer than running it may, so only the one that was named is built. */
    private static CommandLine commandLineFor(String... args) {
        return args.length > 0 && COMMANDS.containsKey(args[0])
                ? commandLine(List.of(args[0]))
                : commandLine();
    }

    private static CommandLine commandLine(List<String> names) {
        Plumbline root = new Plumbline();
        for (String name : names) {
            root.spec.addSubcommand(name, COMMANDS.get(name).get().spec());
        }
        if (names.size() == COMMANDS.size()) {
            root.spec.addSubcommand("help", CommandSpec.forAnnotatedObject(new CommandLine.HelpCommand()));
        }
        CommandLine line = new CommandLine(root.spec);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                Terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        // picocli's own converter calls Path.get by reflection, for which Java makes classes at every start.
        line.registerConverter(Path.class, Path::of);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionStrategy(Plumbline::execute);
        line.setParameterExceptionHandler(Plumbline::wrongUsage);
        line.setExecutionExceptionHandler((e, failed, parsed) -> report(failed, e, root.debug.<Boolean>getValue()));
        return line;
    }

    private static int execute(CommandLine.ParseResult parsed) {
        int code = new CommandLine.RunLast().execute(parsed);
        for (CommandLine line : parsed.asCommandLineList()) {
            line.getOut().flush();
            line.getErr().flush();
        }
        return code;
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int wrongUsage(CommandLine.ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        line.getErr().println("plumbline: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, line.getErr());
        line.getErr().println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        line.getErr().flush();
        return USAGE;
    }

    private static int report(CommandLine line, Throwable e, boolean debug) {
        if (debug) {
            e.printStackTrace(line.getErr());
        } else {
            line.getErr().print(ErrorText.details(e));
            line.getErr().println("plumbline: " + ErrorText.message(e));
        }
        line.getErr().flush();
        return ERROR;
    }
}
