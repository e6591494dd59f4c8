package dev.plumbline.cli;

import dev.plumbline.host.Program;
import dev.plumbline.host.Settings;
import dev.plumbline.push.BareRepository;
import dev.plumbline.push.PushSocket;
import dev.plumbline.source.GitLocation;
import dev.plumbline.store.PushedRepository;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code plumbline init}: a repository on this host to push intents into. */
final class InitCommand extends Subcommand {

    private final PositionalParamSpec directory = argument(PositionalParamSpec.builder().paramLabel("DIR")
            .type(Path.class).arity("1").description("The bare repository; it may be there already."));
    private final BooleanSupplier apply = flag("--apply",
            "Apply what is pushed. Without it, a push is only looked at, and refused if it has errors.");
    private final OptionSpec confirm = option(OptionSpec.builder("--confirm").paramLabel("TIME").type(String.class)
            .description("With --apply: revert what a push changed after this time, such as 60s or 10m, unless"
                    + " `plumbline confirm` is said."));
    private final OptionSpec path = option(OptionSpec.builder("--path").paramLabel("DIR").type(String.class)
            .defaultValue("intents/").description("The folder of the intents in it; . is all of it (default:"
                    + " ${DEFAULT-VALUE})."));
    private final OptionSpec branch = option(OptionSpec.builder("--branch").paramLabel("BRANCH").type(String.class)
            .defaultValue("main").description("The branch that is looked at; others are taken as they are (default:"
                    + " ${DEFAULT-VALUE})."));
    private final OptionSpec owner = option(OptionSpec.builder("--owner").paramLabel("USER").type(String.class)
            .description("Who may push beside root: the repository is theirs (default: whose it is, else the one who"
                    + " runs this). The right to push is the right to do to this host's network all that root can do by"
                    + " plumbline."));
    private final BooleanSupplier replaceSource = flag("--replace-source",
            "Take pushes here from now on, and not where they were taken before.");
    private final OptionSpec sockets = HookCommand.sockets(this);
    private final StateOptions state = new StateOptions(this);

    InitCommand() {
        super("Make a repository on this host to push intents into: what has errors is refused, with file and line, on"
                + " the pusher's terminal.",
                "May be said again for another choice. Guards are passed with `git push -o allow=GUARD`.");
    }

    @Override
    public Integer call() throws IOException {
        Path said = directory.getValue();
        var repository = BareRepository.at(said, Optional.ofNullable(owner.getValue()));
        var location = new GitLocation(repository.directory().toString(),
                Optional.of("refs/heads/" + branch.getValue()), path.getValue());
        var registration = new PushedRepository(repository.directory(), branch.getValue(), location.path(),
                repository.owner(), apply.getAsBoolean(), confirmation());
        try (var store = Store.open(state.directory(), VersionCommand.version())) {
            store.pushedRepository().filter(each -> !each.directory().equals(registration.directory())
                    && !replaceSource.getAsBoolean()).ifPresent(each -> {
                        throw new CommandException("this host takes pushes into " + each.directory() + ", and from one"
                                + " place only; to take them into " + registration.directory()
                                + " instead, say --replace-source");
                    });
            repository.make(registration.branch(), hooks(registration));
            store.register(registration);
        }
        tell(registration, repository, InputOptions.settings(state, location));
        return Plumbline.DONE;
    }

    private Optional<Duration> confirmation() {
        if (confirm.getValue() == null) {
            return Optional.empty();
        }
        if (!apply.getAsBoolean()) {
            throw new ParameterException(spec().commandLine(), "--confirm goes with --apply");
        }
        return Optional.of(TimeOption.of(confirm, this)).filter(Duration::isPositive);
    }

    private LinkedHashMap<String, List<String>> hooks(PushedRepository registration) {
        var hooks = new LinkedHashMap<String, List<String>>();
        hooks.put(HookCommand.PRE_RECEIVE, hook(HookCommand.PRE_RECEIVE, registration));
        if (registration.applies()) {
            hooks.put(HookCommand.POST_RECEIVE, hook(HookCommand.POST_RECEIVE, registration));
        }
        return hooks;
    }

    private List<String> hook(String name, PushedRepository registration) {
        Path socketDirectory = sockets.getValue();
        var words = new ArrayList<>(Program.command());
        words.addAll(List.of("hook", name, "--ref", registration.ref(), "--config",
                state.file().toAbsolutePath().toString(), "--state-dir", state.directory().toAbsolutePath().toString(),
                "--socket-dir", socketDirectory.toAbsolutePath().toString()));
        return words;
    }

    private void tell(PushedRepository made, BareRepository repository, Settings wanted) throws IOException {
        out().println("Pushes to " + made.branch() + " of " + made.directory() + " are looked at"
                + (made.applies() ? " and applied" : "") + made.confirm().map(each -> ", and reverted after "
                        + each.toSeconds() + " s unless somebody says `plumbline confirm`").orElse("") + "."
                + " Only " + (made.owner().equals("root") ? "root" : made.owner() + " and root") + " can push.");
        if (!InputOptions.place(state.configuration().source()).id().equals(wanted.place().id())) {
            out().println("For the timer and the agent, which keep the network as it was pushed, " + state.file()
                    + " is to say:\n  source: {git: {url: \"file://" + made.directory() + "\", ref: " + made.branch()
                    + (made.path().isEmpty() ? "" : ", path: " + made.path()) + "}}");
        }
        if (!made.owner().equals("root")) {
            out().println("For " + made.owner() + ", somebody has to do as root what is pushed: systemctl enable --now"
                    + " plumbline-push.socket, or `plumbline agent`.");
            if (!repository.groups().contains(PushSocket.GROUP)) {
                out().println("It asks over a socket of the group " + PushSocket.GROUP + ": groupadd --force --system "
                        + PushSocket.GROUP + " && usermod --append --groups " + PushSocket.GROUP + " " + made.owner());
            }
        }
    }
}
