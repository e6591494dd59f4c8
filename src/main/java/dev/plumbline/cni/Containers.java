package dev.plumbline.cni;

import dev.plumbline.intent.Attachment.Address;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.state.Family;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.ReadScope;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Containers' network namespaces. */
final class Containers {

    /** As long as the reference plugins wait for addresses to settle. */
    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 20;

    private Containers() {
    }

    /**
     * The namespace at a path.
     *
     * @throws CniException if there is none, or it is the one that plumbline itself runs in
     */
    static NamespaceId require(String path) {
        try (var namespace = open(path)) {
            return namespace.id();
        }
    }

    /**
     * Waits until duplicate address detection has passed.
     *
     * @throws CniException as {@link #require}
     */
    static NamespaceId settled(String path, String device, List<Address> addresses) {
        var wanted = addresses.stream().map(each -> each.address().address())
                .filter(each -> each.family() == Family.IPV6).collect(Collectors.toSet());
        long deadline = System.nanoTime() + SETTLING.toNanos();
        try (var namespace = open(path)) {
            while (!wanted.isEmpty() && namespace.read(ReadScope.NO_ROUTES).addresses().stream().anyMatch(each ->
                    each.device().equals(device) && wanted.contains(each.local()) && each.isTentative()
                            && !each.isFailed()) && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
            }
            return namespace.id();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CniException(CniException.TRY_AGAIN, "interrupted while waiting for addresses to settle");
        }
    }

    private static LiveNamespace open(String path) {
        if (!path.startsWith("/")) {
            throw new CniException(CniException.INVALID_NETNS, "CNI_NETNS is no absolute path", path);
        }
        try {
            var namespace = KernelNamespace.find(path).orElseThrow(() -> new CniException(CniException.INVALID_NETNS,
                    "there is no network namespace " + path));
            if (namespace.id().equals(own())) {
                namespace.close();
                throw new CniException(CniException.INVALID_NETNS, path + " is the network namespace that plumbline"
                        + " itself runs in", "documents say what holds there, not attachments");
            }
            return namespace;
        } catch (UncheckedIOException e) {
            throw new CniException(CniException.INVALID_NETNS, "cannot enter network namespace " + path,
                    String.valueOf(e.getMessage()));
        }
    }

    private static NamespaceId own() {
        try (var own = KernelNamespace.open(KernelNamespace.HOST)) {
            return own.id();
        }
    }

    /** The path, among these, that leads to this very namespace now; empty if it is gone. */
    static Optional<String> find(NamespaceId id, List<String> paths) {
        for (var path : paths) {
            try (var namespace = KernelNamespace.find(path).orElse(null)) {
                if (namespace != null && namespace.id().equals(id)) {
                    return Optional.of(path);
                }
            } catch (UncheckedIOException e) {
                // A file that is no namespace: not this one.
            }
        }
        return Optional.empty();
    }
}
