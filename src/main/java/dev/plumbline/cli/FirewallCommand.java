package dev.plumbline.cli;

import picocli.CommandLine;

/** {@code plumbline firewall}: commands about the firewall. */
final class FirewallCommand extends Subcommand {

    FirewallCommand() {
        super("Turn rules of VNS3 and iptables into intents, and look at the live ones.");
        spec().usageMessage().synopsisSubcommandLabel("COMMAND");
        spec().addSubcommand("convert", new FirewallConvertCommand().spec());
        spec().addSubcommand("show", new FirewallShowCommand().spec());
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec().commandLine(), "a command is missing");
    }
}
