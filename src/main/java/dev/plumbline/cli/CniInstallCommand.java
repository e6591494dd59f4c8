package dev.plumbline.cli;

import dev.plumbline.cni.CniSettings;
import dev.plumbline.cni.PluginFolder;
import dev.plumbline.cni.PluginType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code plumbline cni install}. */
final class CniInstallCommand extends Subcommand {

    private final OptionSpec folder = CniCommand.folder(this);
    private final OptionSpec types = option(OptionSpec.builder("--types").paramLabel("TYPES").type(String.class)
            .defaultValue(String.join(",", PluginType.words())).description("Which plugins (default: ${DEFAULT-VALUE})."
                    + " `sbr` takes the place of the reference plugin of that name."));
    private final BooleanSupplier force = flag("--force",
            "Take the place of somebody else's plugin of the name; `uninstall` gives it back.");
    private final StateOptions state = new StateOptions(this);

    CniInstallCommand() {
        super("Link the plugins into the folder of the container runtime.",
                "Replaces them in one step, so it may be said again while containers come and go: after an update to"
                        + " another place, and after `cni:` or `stateDirectory:` in plumbline.yaml was changed, which"
                        + " the plugins read from " + CniSettings.FILE + ".");
    }

    @Override
    public Integer call() throws IOException {
        var wanted = types();
        var plugins = CniCommand.folder(folder);
        for (var type : wanted) {
            if (plugins.occupant(type) == PluginFolder.Occupant.SOMEBODY && !force.getAsBoolean()) {
                throw new CommandException(plugins.path().resolve(type) + " is somebody else's plugin; --force takes"
                        + " its place, and `plumbline cni uninstall` gives it back. Nothing was changed");
            }
        }
        Path directory = state.directory();
        var settings = CniSettings.of(state.configuration(), directory.toAbsolutePath(), VersionCommand.version());
        settings.write(System.getenv());
        for (var type : wanted) {
            plugins.install(type);
            out().println(plugins.path().resolve(type) + (plugins.keeps(type)
                    ? " (in place of somebody else's, which is kept)" : ""));
        }
        return Plumbline.DONE;
    }

    private List<String> types() {
        String said = types.getValue();
        var wanted = List.of(said.split(",", -1));
        for (var type : wanted) {
            if (!PluginType.words().contains(type)) {
                throw new ParameterException(spec().commandLine(), "--types: `" + type + "` is none of "
                        + String.join(", ", PluginType.words()));
            }
        }
        return wanted;
    }
}
