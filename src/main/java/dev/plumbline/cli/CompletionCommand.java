package dev.plumbline.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code plumbline completion bash|zsh}: the script that makes a shell complete commands and options. */
public final class CompletionCommand extends Subcommand {

    /** A shell that can be completed for. */
    public enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final PositionalParamSpec shell = argument(PositionalParamSpec.builder()
            .paramLabel("SHELL")
            .type(Shell.class)
            .required(true)
            .description("One of: ${COMPLETION-CANDIDATES}."));

    /** The command without arguments yet. */
    public CompletionCommand() {
        super("Print the completion script of a shell. Use: source <(plumbline completion bash)");
    }

    @Override
    public Integer call() {
        out().print(script(shell.getValue()));
        return Plumbline.DONE;
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
