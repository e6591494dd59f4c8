package dev.plumbline.compile;

import dev.plumbline.intent.DriftMode;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceState;
import java.util.List;
import java.util.Map;

/**
 * What compiling needs of the world.
 *
 * @param live the namespace, read with {@link Needs#scope}
 * @param freeTables numbers that neither a rule nor a route of anybody uses, ascending, at least
 *     {@link Needs#freeTables} of them
 * @param tableNames {@code rt_tables}: name → number
 * @param attended a person is waiting: a device that this host has never had is an error, not a reason to wait, and
 *     all drift is corrected
 * @param uncorrected documents ({@code kind/name}) that are as they were applied, and whose drift is left alone while
 *     nobody watches: {@link DriftMode#REPORT} or {@link DriftMode#IGNORE}
 * @param onlyAttachments documents of people are not at hand: what they made stays as it is
 * @param firewall what Firewall documents need
 * @param canMakeVrf the kernel makes VRF devices, if {@link Needs#vrf} asks
 */
public record Facts(NamespaceState live, Ledger ledger, List<Long> freeTables, Map<String, Long> tableNames,
        boolean attended, Map<String, DriftMode> uncorrected, boolean onlyAttachments, FirewallFacts firewall,
        boolean canMakeVrf) {

    /** With all documents at hand, of a kernel that makes VRF devices. */
    public Facts(NamespaceState live, Ledger ledger, List<Long> freeTables, Map<String, Long> tableNames,
            boolean attended, Map<String, DriftMode> uncorrected, FirewallFacts firewall) {
        this(live, ledger, freeTables, tableNames, attended, uncorrected, false, firewall, true);
    }

    Facts with(NamespaceState other) {
        return new Facts(other, ledger, freeTables, tableNames, attended, uncorrected, onlyAttachments, firewall,
                canMakeVrf);
    }

    public Facts {
        freeTables = List.copyOf(freeTables);
        tableNames = Map.copyOf(tableNames);
        uncorrected = Map.copyOf(uncorrected);
    }
}
