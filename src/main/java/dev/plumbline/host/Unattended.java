package dev.plumbline.host;

import dev.plumbline.history.Reason;
import dev.plumbline.history.Run;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Runs that nobody watches: the timer's, the agent's, a push's. They take the newest intents if these can be had, are
 * valid, were not reverted and hit no guard, and correct drift from what was applied last in every case. How each ended
 * is on record.
 */
public final class Unattended {

    private final Settings settings;
    private final Invocation invocation;
    private final Duration lockTimeout;

    /** @param lockTimeout how long to wait for another apply to end */
    public Unattended(Settings settings, Invocation invocation, Duration lockTimeout) {
        this.settings = settings;
        this.invocation = invocation;
        this.lockTimeout = lockTimeout;
    }

    /** Runs once. Throws nothing for what can go wrong: the report says it. */
    public Report run(Order order) {
        var began = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        try (var store = Store.open(settings.stateDirectory(), invocation.version())) {
            return new UnattendedRun(settings, invocation, lockTimeout, store, order, began).run();
        } catch (StoreException e) {
            return new Report(Run.unrecorded(began, Duration.between(began, Instant.now()), order.trigger(),
                    Reason.FAILED, e.getMessage(), Optional.empty(), ""),
                    List.of(new Report.Line(Report.Priority.ERROR, e.getMessage())), List.of(), Optional.empty(),
                    Optional.empty());
        }
    }
}
