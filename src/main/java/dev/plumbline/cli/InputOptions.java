package dev.plumbline.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;

/** Where intents and state are, and which host this is: options that several commands share. */
final class InputOptions {

    private final OptionSpec intents;
    private final OptionSpec stateDirectory;
    private final OptionSpec host;
    private final OptionSpec labels;

    InputOptions(Subcommand command) {
        intents = command.option(OptionSpec.builder("--intents").paramLabel("DIR").type(Path.class)
                .defaultValue("/etc/plumbline/intents")
                .description("Intent files, read with all folders below (default: ${DEFAULT-VALUE})."));
        stateDirectory = stateDirectory(command);
        host = command.option(OptionSpec.builder("--host").paramLabel("NAME").type(String.class)
                .description("Take the documents that hold for this host (default: the kernel's host name)."));
        labels = command.option(OptionSpec.builder("--label").paramLabel("KEY=VALUE").type(Map.class)
                .auxiliaryTypes(String.class, String.class)
                .description("A label of this host, for `hosts:` selectors; may be repeated."));
    }

    /** The option that says where the store is. */
    static OptionSpec stateDirectory(Subcommand command) {
        return command.option(OptionSpec.builder("--state-dir").paramLabel("DIR").type(Path.class)
                .defaultValue("${env:PLUMBLINE_STATE_DIR:-/var/lib/plumbline}")
                .description("The store (default: $PLUMBLINE_STATE_DIR, else /var/lib/plumbline)."));
    }

    Path intents() {
        return intents.getValue();
    }

    Path stateDirectory() {
        return stateDirectory.getValue();
    }

    Map<String, String> labels() {
        Map<String, String> given = labels.getValue();
        return given == null ? Map.of() : given;
    }

    /** What {@code --host} says. */
    Optional<String> givenHost() {
        return Optional.ofNullable(host.getValue());
    }

    String host() {
        if (givenHost().isPresent()) {
            return givenHost().get();
        }
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the host name; say --host", e);
        }
    }
}
