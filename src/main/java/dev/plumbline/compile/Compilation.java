package dev.plumbline.compile;

import dev.plumbline.intent.DriftMode;
import dev.plumbline.intent.Problem;
import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Origin;
import java.util.List;
import java.util.Map;

/**
 * What compiling one namespace's documents gave.
 *
 * @param corrected the same as if drift that is only reported were corrected
 * @param uncorrected documents whose drift runs that nobody watches leave alone; held in {@code desired} if
 *     this is such a run
 * @param ledger what is to be recorded once the state is reached; before the first write its {@code routes} and
 *     {@code rules} are recorded together with those of before
 * @param waiting documents that wait for something that is absent now; they change nothing
 * @param problems errors make the rest meaningless; warnings are printed
 * @param notes what is worth saying beside the changes, such as an allotted table or a route that cannot be put back
 */
public record Compilation(DesiredState desired, DesiredState corrected, Map<String, DriftMode> uncorrected,
        Ledger ledger, List<Waiting> waiting, List<Problem> problems, List<String> notes) {

    public Compilation {
        uncorrected = Map.copyOf(uncorrected);
        waiting = List.copyOf(waiting);
        problems = List.copyOf(problems);
        notes = List.copyOf(notes);
    }

    /**
     * A document that waits.
     *
     * @param reason {@code DeviceNotReady}, {@code AddressNotReady}, {@code GatewayNotReady}, {@code VariableNotReady},
     *     {@code NamespaceNotReady}
     */
    public record Waiting(Origin origin, String reason, String message) {
    }
}
