package dev.plumbline.kernel.firewall;

import dev.plumbline.state.Domain;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.firewall.FirewallChanges;

/** Writes plumbline's nftables, all in {@link Phase#FIREWALL}. */
public final class FirewallDomain implements Domain<FirewallChanges> {

    private final NfTables tables;

    public FirewallDomain(NfTables tables) {
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
        return phase == Phase.FIREWALL ? tables.commit(changes, progress) : new Outcome.Done();
    }
}
