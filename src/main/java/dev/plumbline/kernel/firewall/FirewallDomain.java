package dev.plumbline.kernel.firewall;

import dev.plumbline.state.Domain;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.FirewallChanges;
import java.util.function.Supplier;

/** Writes plumbline's nftables, all in {@link Phase#FIREWALL}. */
public final class FirewallDomain implements Domain<FirewallChanges> {

    private final Supplier<NfTables> tables;

    /** @param tables opened when there is something to write */
    public FirewallDomain(Supplier<NfTables> tables) {
        this.tables = tables;
    }

    @Override
    public String name() {
        return "firewall";
    }

    @Override
    public Class<FirewallChanges> changes() {
        return FirewallChanges.class;
    }

    @Override
    public Outcome execute(FirewallChanges changes, Phase phase, Progress progress) {
        return phase == Phase.FIREWALL && !changes.isEmpty() ? tables.get().commit(changes, progress) : new Outcome.Done();
    }
}
