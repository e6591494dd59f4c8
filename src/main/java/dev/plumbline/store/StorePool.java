package dev.plumbline.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stores of one state directory, for what ends with this boot, that stay open between their uses: for a process in which
 * many threads have short work with it; to open one, and to be the last to close one, takes as long as that work.
 */
public final class StorePool implements AutoCloseable {

    private static final int MOST_IDLE = 8;

    private final Path stateDirectory;
    private final String programVersion;
    private final Duration patience;
    private final Deque<Kept> idle = new ArrayDeque<>();
    private boolean closed;

    /** @param file of the database when it was opened */
    private record Kept(Store store, @Nullable Object file) {
    }

    /**
     * A store for one thread, until closed.
     *
     * @param end takes it back
     */
    public record Lease(Store store, Consumer<Store> end) implements AutoCloseable {
        @Override
        public void close() {
            end.accept(store);
        }
    }

    /**
     * Opens the first store.
     *
     * @param patience as for {@link Store#openForThisBoot}
     * @throws StoreException if that fails
     */
    public StorePool(Path stateDirectory, String programVersion, Duration patience) {
        this.stateDirectory = stateDirectory;
        this.programVersion = programVersion;
        this.patience = patience;
        lease().close();
    }

    /**
     * A store that nobody else uses.
     *
     * @throws StoreException if none can be opened
     */
    public Lease lease() {
        var now = file();
        for (var kept = next(); kept != null; kept = next()) {
            // Who moved the database away wants another one.
            if (Objects.equals(kept.file, now)) {
                return lease(kept);
            }
            kept.store.close();
        }
        var store = Store.openForThisBoot(stateDirectory, programVersion, patience);
        return lease(new Kept(store, file()));
    }

    private Lease lease(Kept kept) {
        return new Lease(kept.store, any -> giveBack(kept));
    }

    private synchronized @Nullable Kept next() {
        return idle.poll();
    }

    private @Nullable Object file() {
        try {
            return Files.readAttributes(new StateDirectory(stateDirectory).database(), BasicFileAttributes.class)
                    .fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private void giveBack(Kept kept) {
        synchronized (this) {
            if (!closed && idle.size() < MOST_IDLE) {
                idle.push(kept);
                return;
            }
        }
        kept.store.close();
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(each -> each.store.close());
        idle.clear();
    }
}
