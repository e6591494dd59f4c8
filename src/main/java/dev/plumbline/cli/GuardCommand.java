package dev.plumbline.cli;

import dev.plumbline.host.OpenStore;
import dev.plumbline.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** {@code plumbline guard}: waits until nothing awaits confirmation any more, and reverts what was not confirmed in time. */
final class GuardCommand extends Subcommand {

    private static final Duration POLL = Duration.ofMillis(500);
    /** An apply records what it is about to do at once; one that has not by then never will. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(30);

    private final StateOptions state = new StateOptions(this);

    GuardCommand() {
        super("Revert what is not confirmed in time. Started by `plumbline apply --confirm`.");
        spec().usageMessage().hidden(true);
    }

    @Override
    public Integer call() throws InterruptedException {
        Path directory = state.directory();
        var started = Instant.now();
        boolean seen = false;
        while (true) {
            boolean waiting = isAnyToBeConfirmed(directory);
            seen |= waiting;
            if (!waiting && (seen || Instant.now().isAfter(started.plus(FIRST_LOOK)))) {
                return Plumbline.DONE;
            }
            Thread.sleep(POLL);
        }
    }

    /** Looks, and settles what is due. */
    private boolean isAnyToBeConfirmed(Path directory) {
        try (var store = Store.openReadOnly(directory, VersionCommand.version())) {
            var open = store.unfinished().stream().filter(each -> each.confirmation().isPresent()).toList();
            if (open.isEmpty()) {
                return false;
            }
            if (open.stream().allMatch(each -> Instant.now().isBefore(each.confirmation().orElseThrow().by()))) {
                return true;
            }
        }
        return !settle(directory).isEmpty();
    }

    private List<?> settle(Path directory) {
        try (var open = OpenStore.open(directory, Caller.invocation(this), Duration.ofSeconds(30))) {
            open.reconciler(false).recover();
            return open.journal().unfinished().stream().filter(each -> each.confirmation().isPresent()).toList();
        }
    }
}
