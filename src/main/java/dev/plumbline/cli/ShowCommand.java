package dev.plumbline.cli;

import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.firewall.LiveFirewall;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline show}: the live state of a namespace. */
final class ShowCommand extends Subcommand {

    private final OptionSpec netns = netns(this);
    private final BooleanSupplier json = flag("--json", "Print JSON in place of YAML.");

    ShowCommand() {
        super("Print the links, addresses, routes, rules and sysctls of a network namespace, and plumbline's nftables.",
                "The table `local` is left out. Needs no root for the namespace that the command runs in.");
    }

    /** The option that names a namespace. */
    static OptionSpec netns(Subcommand command) {
        return command.option(OptionSpec.builder("--netns").paramLabel("NAME").type(String.class)
                .defaultValue(KernelNamespace.HOST)
                .description("A name below /run/netns, or a path (default: the namespace that the command runs in)."));
    }

    @Override
    public Integer call() {
        try (var namespace = KernelNamespace.open(netns.<String>getValue())) {
            var state = namespace.read(ReadScope.ALL);
            if (state.firewall().access() == LiveFirewall.Access.FORBIDDEN) {
                err().println("plumbline: nftables can be read by root alone");
            }
            if (json.getAsBoolean()) {
                StateRendering.json(state, out());
            } else {
                StateRendering.yaml(state, out());
            }
            return Plumbline.DONE;
        }
    }
}
