package dev.plumbline.apply;

import dev.plumbline.compile.Compilation;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.Problem;
import dev.plumbline.plan.Plan.Notice;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.firewall.LiveFirewall.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is said where nftables cannot be read. */
final class FirewallAccess {

    private static final String UNSEEN = "nftables can be read by root alone: ";

    private FirewallAccess() {
    }

    /** Firewalls on a kernel without nf_tables are errors; without firewalls it does not matter. */
    static Compilation checked(List<Document> documents, NamespaceState live, Compilation compilation) {
        if (live.firewall().access() != Access.UNSUPPORTED) {
            return compilation;
        }
        var problems = new ArrayList<>(compilation.problems());
        documents.stream().filter(each -> each.spec() instanceof FirewallSpec).forEach(each -> problems.add(
                Problem.error(each.origin(), "", "this kernel has no nf_tables (CONFIG_NF_TABLES; the module is"
                        + " nf_tables), and no firewall can be made without it; load it, or leave this document out"
                        + " for this host")));
        return new Compilation(compilation.desired(), compilation.corrected(), compilation.uncorrected(),
                compilation.ledger(), compilation.waiting(), problems.stream().sorted(Problem.BY_POSITION).toList(),
                compilation.notes());
    }

    /** What the plan does not know. */
    static Optional<Notice> notice(NamespaceState live, DesiredState desired) {
        if (live.firewall().access() != Access.FORBIDDEN) {
            return Optional.empty();
        }
        boolean wanted = !desired.firewall().state().tables().isEmpty();
        return Optional.of(wanted ? new Notice(Notice.Kind.WARNING, Notice.FIREWALL_FORBIDDEN, Optional.empty(),
                UNSEEN + "run as root to see what would be done to the firewall")
                : new Notice(Notice.Kind.NOTE, "", Optional.empty(), UNSEEN
                        + "whether tables of plumbline are left that no document wants was not looked at"));
    }
}
