package dev.plumbline.cli;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code plumbline completion bash|zsh}: the script that makes a shell complete commands and options. */
@Command(
        name = "completion",
        description = "Print the completion script of a shell: source <(plumbline completion bash)",
        mixinStandardHelpOptions = true)
public final class CompletionCommand implements Runnable {

    /** A shell that can be completed for. */
    public enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(script(shell));
        out.flush();
    }

    /** The completion script of a shell, which also works as a file in the shell's folder of completions. */
    public static String script(Shell shell) {
        String bash = AutoComplete.bash("plumbline", Plumbline.commandLine());
        return switch (shell) {
            case BASH -> bash;
            // As an autoloaded function of zsh the script runs at the first completion, which it then must also answer.
            case ZSH -> "#compdef plumbline\n" + bash
                    + "\nif [ \"${funcstack[1]}\" = _plumbline ]; then\n"
                    + "  _bash_complete -o default -F _complete_plumbline\nfi\n";
        };
    }
}
