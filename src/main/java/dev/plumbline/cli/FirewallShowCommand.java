package dev.plumbline.cli;

import dev.plumbline.explain.CountedRule;
import dev.plumbline.explain.CountedRulesJson;
import dev.plumbline.explain.CountedRulesText;
import dev.plumbline.host.Inquiry;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.state.firewall.LiveFirewall;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline firewall show}. */
final class FirewallShowCommand extends Subcommand {

    private final StateOptions state = new StateOptions(this);
    private final OptionSpec netns = option(OptionSpec.builder("--netns").paramLabel("NAME").type(String.class)
            .description("A name below /run/netns, or a path (default: the namespace that the command runs in)."));
    private final BooleanSupplier json = flag("--json", "Print JSON, after schemas/firewall-show.schema.json.");

    FirewallShowCommand() {
        super("Print plumbline's live firewall rules with what they have counted.",
                "Each with its file and line, as a line of VNS3 and field by field where the document says a rule, and"
                        + " as nft prints it. What a policy of drop lets pass by itself has the line of its document.");
    }

    @Override
    public Integer call() {
        String only = netns.getValue();
        try (var inquiry = Inquiry.open(state.directory(), VersionCommand.version(),
                state.configuration().variables())) {
            var records = inquiry.records();
            var examined = inquiry.examine(Optional.of(only == null ? KernelNamespace.HOST : only));
            examined.forEach(each -> unreadable(each.live().firewall().access()));
            var rules = examined.stream().flatMap(each -> CountedRule.of(each, records).stream()).toList();
            if (json.getAsBoolean()) {
                CountedRulesJson.write(rules, inquiry.unseen(), VersionCommand.version(), out());
            } else {
                CountedRulesText.write(rules, out());
            }
            if (rules.isEmpty() && !json.getAsBoolean()) {
                err().println("plumbline: no firewall rules here are plumbline's");
            }
            inquiry.unseen().forEach(each -> err().println("plumbline: " + each));
            return examined.isEmpty() ? Plumbline.ERROR : Plumbline.DONE;
        }
    }

    private static void unreadable(LiveFirewall.Access access) {
        switch (access) {
            case READ -> { }
            case FORBIDDEN -> throw new CommandException("nftables can be read by root alone (CAP_NET_ADMIN); run it"
                    + " with sudo");
            case UNSUPPORTED -> throw new CommandException("this kernel has no nf_tables");
        }
    }
}
