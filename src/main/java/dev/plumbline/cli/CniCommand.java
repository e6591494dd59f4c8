package dev.plumbline.cli;

import dev.plumbline.cni.PluginFolder;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline cni}: the plugin for container runtimes. */
final class CniCommand extends Subcommand {

    CniCommand() {
        super("Let container runtimes find plumbline's CNI plugins, or no longer.");
        spec().usageMessage().synopsisSubcommandLabel("COMMAND");
        spec().addSubcommand("install", new CniInstallCommand().spec());
        spec().addSubcommand("uninstall", new CniUninstallCommand().spec());
    }

    /** The runtime's folder, as an option of both commands. */
    static OptionSpec folder(Subcommand command) {
        return command.option(OptionSpec.builder("--dir").paramLabel("DIR").type(Path.class)
                .defaultValue("/opt/cni/bin").description("Where the container runtime looks for plugins (default:"
                        + " ${DEFAULT-VALUE})."));
    }

    /** That folder, and this distribution. */
    static PluginFolder folder(OptionSpec option) {
        Path folder = option.getValue();
        return new PluginFolder(folder, Optional.ofNullable(System.getProperty("plumbline.home"))
                .filter(each -> !each.isEmpty()).map(Path::of).orElseThrow(() -> new CommandException(
                        "this is no packaged plumbline: there are no plugins beside it")));
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec().commandLine(), "a command is missing");
    }
}
