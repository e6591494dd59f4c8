package dev.plumbline.host;

import dev.plumbline.apply.Journal;
import dev.plumbline.apply.LockedException;
import dev.plumbline.history.Event;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.Inverse;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.netlink.OpenFileLock;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreException;
import dev.plumbline.store.StoreView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The journal of the store. A claim is a lock on a file of the state directory, one a namespace, in which its holder
 * writes who it is; the file is there only while it is held, or after a holder died.
 */
public record StoredJournal(Store store, Path stateDirectory, Initiator initiator, Duration patience) implements Journal {

    private static final Duration POLL = Duration.ofMillis(50);

    /** By the cookie, which is never used twice within a boot: two names of one namespace have one lock. */
    private static Path file(Path stateDirectory, NamespaceId id) {
        return stateDirectory.resolve("apply-" + Long.toUnsignedString(id.cookie()) + ".lock");
    }

    private static List<UnfinishedApply> unfinished(StoreView store, Path stateDirectory) {
        return store.unfinished().stream().map(each -> new UnfinishedApply(each.label(), each.id(), each.by(),
                each.since(), each.confirmation(), isHeld(file(stateDirectory, each.id())))).toList();
    }

    private static boolean isHeld(Path file) {
        try {
            return OpenFileLock.isHeld(file);
        } catch (IOException e) {
            throw new StoreException("cannot see who locks " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Waits until no apply is at work in any namespace.
     *
     * @return whether that came about in time
     */
    static boolean awaitQuiet(Path stateDirectory, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (isAnyHeld(stateDirectory)) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private static boolean isAnyHeld(Path stateDirectory) {
        try (var files = Files.newDirectoryStream(stateDirectory, "apply-*.lock")) {
            for (var file : files) {
                if (isHeld(file)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new StoreException("cannot see who locks " + stateDirectory + ": " + e.getMessage(), e);
        }
    }

    /** The journal for commands that only look. */
    public record Reading(StoreView store, Path stateDirectory) implements Journal {

        @Override
        public Initiator initiator() {
            throw onlyRead();
        }

        @Override
        public List<UnfinishedApply> unfinished() {
            return StoredJournal.unfinished(store, stateDirectory);
        }

        @Override
        public Claim claim(String label, NamespaceId id) {
            throw onlyRead();
        }

        @Override
        public Optional<Claim> tryClaim(String label, NamespaceId id) {
            throw onlyRead();
        }

        private static IllegalStateException onlyRead() {
            return new IllegalStateException("the store was opened for reading");
        }
    }

    @Override
    public List<UnfinishedApply> unfinished() {
        return unfinished(store, stateDirectory);
    }

    @Override
    public Claim claim(String label, NamespaceId id) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            var claim = tryClaim(label, id);
            if (claim.isPresent()) {
                return claim.get();
            }
            if (System.nanoTime() >= deadline) {
                throw new LockedException("another apply is at work in namespace " + label + ": "
                        + holder(file(stateDirectory, id)) + ". Nothing was changed; try again"
                        + (patience.isZero() ? ", or wait for it with --lock-timeout 30s" : ""));
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LockedException("interrupted while waiting for another apply in namespace " + label);
            }
        }
    }

    private static String holder(Path file) {
        try {
            var text = String.join(", ", Files.readAllLines(file));
            return text.isEmpty() ? "it began just now" : text;
        } catch (IOException e) {
            return "it has just ended, or cannot be read";
        }
    }

    @Override
    public Optional<Claim> tryClaim(String label, NamespaceId id) {
        var file = file(stateDirectory, id);
        try {
            var lock = OpenFileLock.tryLock(file);
            if (lock.isEmpty()) {
                return Optional.empty();
            }
            try {
                Files.write(file, List.of("user " + initiator.user(), "pid " + initiator.pid(),
                        "since " + Instant.now().truncatedTo(ChronoUnit.SECONDS), "`" + initiator.command() + "`"));
            } catch (IOException e) {
                lock.get().remove();
                throw e;
            }
            return Optional.of(new StoredClaim(store, label, id, lock.get(), new AtomicBoolean()));
        } catch (IOException e) {
            throw new StoreException("cannot lock " + file + ": " + e.getMessage() + ". Nothing was changed", e);
        }
    }

    /**
     * A claim.
     *
     * @param writing something was begun, and has not come to its end
     */
    private record StoredClaim(Store store, String label, NamespaceId id, OpenFileLock lock, AtomicBoolean writing)
            implements Claim {

        @Override
        public Optional<Inverse> left() {
            var left = store.inverse(id);
            if (left.isPresent()) {
                enter();
            }
            return left;
        }

        private void enter() {
            if (writing.compareAndSet(false, true)) {
                OrderlyEnd.enter();
            }
        }

        @Override
        public void begin(Inverse inverse) {
            enter();
            store.begin(label, id, inverse);
        }

        @Override
        public void finish(Ledger ledger, Event event) {
            store.finish(label, id, ledger, event);
        }

        @Override
        public void await(Event event) {
            store.await(id, event);
        }

        @Override
        public void drop(Event event) {
            store.drop(id, event);
        }

        @Override
        public void close() {
            try {
                lock.remove();
            } catch (IOException e) {
                // It is free all the same, and its name is of no harm.
                lock.close();
            } finally {
                if (writing.compareAndSet(true, false)) {
                    OrderlyEnd.leave();
                }
            }
        }
    }
}
