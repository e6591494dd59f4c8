package dev.plumbline.doctor;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.netlink.OpenFileLock;
import dev.plumbline.store.StateDirectory;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The state directory: whether it can be trusted and read, and whether all in it came to its end. */
final class StateChecks {

    static final String AREA = "state";

    private static final long ENOUGH_BYTES = 64L << 20;
    private static final String DIRECTORY = "directory";
    private static final String STORE = "store";

    private final Path directory;
    private final String programVersion;
    private final Instant now;
    private final List<Check> checks = new ArrayList<>();

    StateChecks(Path directory, String programVersion, Instant now) {
        this.directory = directory;
        this.programVersion = programVersion;
        this.now = now;
    }

    List<Check> checks() {
        try {
            if (Files.notExists(directory)) {
                checks.add(Check.ok(AREA, DIRECTORY, directory + " is not there yet: the first apply makes it"));
                return checks;
            }
            directory();
            applies();
        } catch (IOException e) {
            checks.add(Check.failed(AREA, DIRECTORY, "cannot look at " + directory + ": " + e.getMessage(),
                    "sudo plumbline doctor"));
        }
        store();
        return checks;
    }

    private void directory() throws IOException {
        var distrust = new StateDirectory(directory).distrust();
        if (distrust.isPresent()) {
            var reason = distrust.get();
            int command = reason.lastIndexOf(": ");
            checks.add(Check.failed(AREA, DIRECTORY, reason.substring(0, command), reason.substring(command + 2)));
        } else {
            checks.add(Check.ok(AREA, DIRECTORY, directory + " belongs to nobody else"));
        }
        long free = Files.getFileStore(directory).getUsableSpace();
        checks.add(free >= ENOUGH_BYTES ? Check.ok(AREA, "space", (free >> 20) + " MiB are free below " + directory)
                : Check.warning(AREA, "space", "only " + (free >> 20) + " MiB are free below " + directory
                        + ": an apply whose journal does not fit is refused", "df -h " + directory
                        + "    # and make room, or mount another file system there"));
    }

    /** Who holds a lock writes who it is into its file. */
    private void applies() throws IOException {
        var held = new ArrayList<String>();
        try (var locks = Files.newDirectoryStream(directory, "apply-*.lock")) {
            for (var lock : locks) {
                if (OpenFileLock.isHeld(lock)) {
                    held.add(String.join(", ", Files.readAllLines(lock)));
                }
            }
        }
        checks.add(held.isEmpty() ? Check.ok(AREA, "lock", "no apply is at work")
                : Check.warning(AREA, "lock", "an apply is at work: " + String.join("; ", held),
                        "plumbline apply --lock-timeout 60s    # waits for it"));
    }

    private void store() {
        try (var store = Store.openReadOnly(directory, programVersion)) {
            var unavailable = store.unavailable();
            if (unavailable.isPresent()) {
                boolean fresh = unavailable.get().startsWith("nothing is recorded");
                checks.add(fresh ? Check.ok(AREA, STORE, unavailable.get())
                        : Check.notApplicable(AREA, STORE, "not looked at: " + unavailable.get(), "sudo plumbline"
                                + " doctor"));
                return;
            }
            checks.add(Check.ok(AREA, STORE, "the store can be read"));
            store.unfinished().stream().filter(each -> !isHeld(each)).forEach(each -> checks.add(unfinished(each)));
            lastEntry(store);
            checks.add(source(store));
        } catch (RuntimeException e) {
            checks.add(Check.failed(AREA, STORE, "the store cannot be read: " + e.getMessage(), "mv " + directory
                    + "/state.db " + directory + "/state.db.broken && plumbline plan    # what is ours is known by"
                    + " marks in the kernel; numbers that were allotted, and routes that were moved away, are not"));
        }
    }

    private boolean isHeld(UnfinishedApply apply) {
        try {
            return OpenFileLock.isHeld(directory.resolve("apply-"
                    + Long.toUnsignedString(apply.id().cookie()) + ".lock"));
        } catch (IOException e) {
            return false;
        }
    }

    private Check unfinished(UnfinishedApply apply) {
        var who = "the apply of " + apply.since() + " by " + apply.by().user() + " in namespace " + apply.label();
        return apply.isAwaiting(now)
                ? Check.warning(AREA, "journal", who + " waits to be confirmed until "
                        + apply.confirmation().map(Confirmation::by).orElseThrow(), "plumbline confirm",
                        "plumbline revert    # or this")
                : Check.failed(AREA, "journal", who + " did not end: the network is between two states",
                        "plumbline recover");
    }

    /** A clock that was set back makes new entries older than old ones, and deadlines come late. */
    private void lastEntry(StoreView store) {
        Optional<Instant> last = store.history(1).stream().map(each -> each.event().at()).findFirst();
        checks.add(last.filter(now::isBefore).isPresent()
                ? Check.failed(AREA, "history-time", "the last entry of the history is of " + last.get()
                        + ", which is later than now (" + now + "): the clock was set back", "timedatectl set-ntp true",
                        "date    # is it right now?")
                : Check.ok(AREA, "history-time", last.map(at -> "the last entry of the history is of " + at)
                        .orElse("the history is empty")));
    }

    private static Check source(StoreView store) {
        var source = store.source();
        return source.isEmpty() ? Check.notApplicable(AREA, "source", "nothing was applied yet")
                : Check.ok(AREA, "source", "the last apply was from " + source.get().id().kind() + " "
                        + source.get().id().location());
    }
}
