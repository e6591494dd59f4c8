package dev.plumbline.cli;

import dev.plumbline.configuration.Configuration;
import dev.plumbline.configuration.ConfigurationReader;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.ProblemText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** Where plumbline.yaml and the store are: options of every command that uses them. */
final class StateOptions {

    private static final String STATE_DIRECTORY = "PLUMBLINE_STATE_DIR";
    private static final String CONFIGURATION = "PLUMBLINE_CONFIG";

    private final OptionSpec file;
    private final OptionSpec directory;
    private @Nullable Configuration configuration;

    StateOptions(Subcommand command) {
        file = command.option(OptionSpec.builder("--config").paramLabel("FILE").type(Path.class)
                .description("What this host is told once (default: $" + CONFIGURATION + ", else " + Configuration.FILE
                        + " where it exists)."));
        directory = command.option(OptionSpec.builder("--state-dir").paramLabel("DIR").type(Path.class)
                .description("The store (default: $" + STATE_DIRECTORY + ", else stateDirectory in plumbline.yaml, else "
                        + Configuration.STATE_DIRECTORY + ")."));
    }

    Path directory() {
        Path said = directory.getValue();
        return Optional.ofNullable(said).or(() -> environment(STATE_DIRECTORY))
                .orElseGet(() -> configuration().stateDirectory());
    }

    /** The file that was named, or the usual one. */
    Path file() {
        Path said = file.getValue();
        return Optional.ofNullable(said).or(() -> environment(CONFIGURATION)).orElse(Configuration.FILE);
    }

    /**
     * What the file says; the defaults where there is none.
     *
     * @throws CommandException with every problem of the file, or if one that was named is not there
     */
    Configuration configuration() {
        if (configuration == null) {
            configuration = read();
        }
        return configuration;
    }

    /** Lets the file be read again. */
    void forget() {
        configuration = null;
    }

    private Configuration read() {
        var path = file();
        if (!path.equals(Configuration.FILE) && Files.notExists(path)) {
            throw new CommandException("there is no file " + path + "; share/plumbline.yaml in the distribution is one"
                    + " to begin with");
        }
        try {
            return ConfigurationReader.read(path);
        } catch (IntentException e) {
            throw new CommandException(path + " cannot be used; nothing was changed", ProblemText.render(e.problems(),
                    content(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<IntentFile> content(Path path) {
        try {
            return List.of(new IntentFile(path.toString(), Files.readAllBytes(path)));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Optional<Path> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty()).map(Path::of);
    }
}
