package dev.plumbline.cli;

import dev.plumbline.push.Hook;
import dev.plumbline.push.PushReceiver;
import dev.plumbline.push.PushSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code plumbline hook}: what the hooks of the repository start that {@code plumbline init} made. */
final class HookCommand extends Subcommand {

    static final String PRE_RECEIVE = "pre-receive";
    static final String POST_RECEIVE = "post-receive";
    private static final String APPLY = "apply";
    /** For an apply of the timer, the agent, or a push before this one. */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);
    private static final int ROOT = 0;

    private final PositionalParamSpec name = argument(PositionalParamSpec.builder().paramLabel("HOOK")
            .type(String.class).arity("1").description("The hook's name."));
    private final OptionSpec ref = option(OptionSpec.builder("--ref").paramLabel("REF").type(String.class)
            .defaultValue("").description("The ref that is looked at, by its full name."));
    private final OptionSpec sockets = sockets(this);
    private final StateOptions state = new StateOptions(this);

    HookCommand() {
        super("Look at a push, or apply it. Started by git.");
        spec().usageMessage().hidden(true);
    }

    /** Where the sockets are. */
    static OptionSpec sockets(Subcommand command) {
        return command.option(OptionSpec.builder("--socket-dir").paramLabel("DIR").type(Path.class)
                .defaultValue(PushSocket.DIRECTORY.toString())
                .description("Where hooks of users other than root find a socket (default: ${DEFAULT-VALUE})."));
    }

    /** What root does with pushes. */
    static PushReceiver receiver(Subcommand command, StateOptions state) {
        return new PushReceiver(state.directory(), location -> InputOptions.settings(state, location),
                Caller.invocation(command), LOCK_TIMEOUT);
    }

    @Override
    public Integer call() throws IOException {
        String hook = name.getValue();
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().toList();
        if (hook.equals(APPLY)) {
            Hook.apply(String.join("\n", lines), receiver(this, state), out());
            return Plumbline.DONE;
        }
        Path directory = sockets.getValue();
        var pushed = new Hook(ref.getValue(), System.getenv(), Path.of("").toRealPath(), directory);
        boolean root = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == ROOT;
        return switch (hook) {
            case PRE_RECEIVE -> pushed.preReceive(lines, root ? Optional.of(receiver(this, state)) : Optional.empty(),
                    out()) ? Plumbline.DONE : Plumbline.ERROR;
            case POST_RECEIVE -> {
                pushed.postReceive(lines, root ? Optional.of(List.of("hook", APPLY, "--config", state.file().toString(),
                        "--state-dir", state.directory().toString())) : Optional.empty(), out());
                yield Plumbline.DONE;
            }
            default -> throw new ParameterException(spec().commandLine(), "there is no hook " + hook);
        };
    }
}
