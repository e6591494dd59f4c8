package dev.plumbline.cli;

import dev.plumbline.configuration.Configuration;
import dev.plumbline.configuration.Configuration.SourceSettings;
import dev.plumbline.host.Place;
import dev.plumbline.host.Settings;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.source.GitAccess;
import dev.plumbline.source.GitLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Where intents and state are, and which host this is: options that several commands share. */
final class InputOptions {

    private final Subcommand command;
    private final StateOptions state;
    private final OptionSpec intents;
    private final OptionSpec fromGit;
    private final OptionSpec ref;
    private final OptionSpec path;
    private final OptionSpec host;
    private final OptionSpec labels;

    InputOptions(Subcommand command) {
        this.command = command;
        intents = command.option(OptionSpec.builder("--intents").paramLabel("DIR").type(Path.class)
                .description("Intent files, read with all folders below (default: source in plumbline.yaml, else "
                        + "/etc/plumbline/intents)."));
        fromGit = command.option(OptionSpec.builder("--from-git").paramLabel("URL").type(String.class)
                .description("Take the intents from this Git repository: https://, ssh://, USER@HOST:PATH or file://."
                        + " Token, keys and signatures are in plumbline.yaml."));
        ref = command.option(OptionSpec.builder("--ref").paramLabel("REF").type(String.class)
                .description("With --from-git: the branch or tag (default: the repository's HEAD)."));
        path = command.option(OptionSpec.builder("--path").paramLabel("DIR").type(String.class)
                .description("With --from-git: the folder of the intents in the repository (default: all of it)."));
        state = new StateOptions(command);
        host = command.option(OptionSpec.builder("--host").paramLabel("NAME").type(String.class)
                .description("Take the documents that hold for this host (default: host.name in plumbline.yaml, else the"
                        + " kernel's host name)."));
        labels = command.option(OptionSpec.builder("--label").paramLabel("KEY=VALUE").type(Map.class)
                .auxiliaryTypes(String.class, String.class)
                .description("A label of this host, for `hosts:` selectors, beside those in plumbline.yaml; may be"
                        + " repeated."));
    }

    /** All of it together. */
    Settings settings() {
        var configuration = state.configuration();
        return new Settings(state.directory(), place(), new HostFilter(host(), labels()),
                configuration.allowedGuards(), configuration.drift(), configuration.variables());
    }

    /** The same with intents from there, and nothing else from the command line. */
    static Settings settings(StateOptions state, GitLocation location) {
        var configuration = state.configuration();
        return new Settings(state.directory(), git(configuration, location), new HostFilter(configuration.host().name()
                .orElseGet(InputOptions::hostName), configuration.host().labels()), configuration.allowedGuards(),
                configuration.drift(), configuration.variables());
    }

    StateOptions state() {
        return state;
    }

    private Place place() {
        Path folder = intents.getValue();
        String url = fromGit.getValue();
        String branch = ref.getValue();
        String below = path.getValue();
        if (folder != null && url != null) {
            throw wrong("--intents and --from-git name two sources; a host has one");
        }
        if (url == null && (branch != null || below != null)) {
            throw wrong("--ref and --path go with --from-git");
        }
        if (url != null) {
            return git(state.configuration(),
                    new GitLocation(url, Optional.ofNullable(branch), below == null ? "" : below));
        }
        return folder != null ? new Place.Directory(folder) : place(state.configuration().source());
    }

    /** Who may sign is plumbline.yaml's to say, whatever the repository; its token and keys are for its own one. */
    private static Place git(Configuration configuration, GitLocation location) {
        return configuration.source() instanceof SourceSettings.Git git
                ? new Place.Git(location, git.location().url().equals(location.url()) ? git.access()
                        : GitAccess.anonymous(), git.verify())
                : new Place.Git(location, GitAccess.anonymous(), Optional.empty());
    }

    static Place place(SourceSettings source) {
        return switch (source) {
            case SourceSettings.Directory directory -> new Place.Directory(directory.folder());
            case SourceSettings.Git git -> new Place.Git(git.location(), git.access(), git.verify());
        };
    }

    private ParameterException wrong(String message) {
        return new ParameterException(command.spec().commandLine(), message);
    }

    private Map<String, String> labels() {
        var all = new HashMap<>(state.configuration().host().labels());
        all.putAll(givenLabels());
        return all;
    }

    /** What {@code --host} says. */
    Optional<String> givenHost() {
        return Optional.ofNullable(host.getValue());
    }

    /** What {@code --label} says. */
    Map<String, String> givenLabels() {
        Map<String, String> given = labels.getValue();
        return given == null ? Map.of() : Map.copyOf(given);
    }

    private String host() {
        return givenHost().or(() -> state.configuration().host().name())
                .orElseGet(InputOptions::hostName);
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the host name; say --host", e);
        }
    }
}
