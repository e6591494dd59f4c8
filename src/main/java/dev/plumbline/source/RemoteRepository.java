package dev.plumbline.source;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache;
import org.eclipse.jgit.revwalk.ObjectWalk;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/** The remote of a mirror: finds what a ref names there, and fetches it with no history. */
final class RemoteRepository {

    /** For what an interrupted fetch has to close. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Repository mirror;
    private final GitLocation location;
    private final GitAccess access;
    private final long end;
    private volatile @Nullable SshAccess server;

    /** The time that {@code access} allows runs from now on. */
    RemoteRepository(Repository mirror, GitLocation location, GitAccess access) {
        this.mirror = mirror;
        this.location = location;
        this.access = access;
        end = System.nanoTime() + access.timeout().toNanos();
    }

    /**
     * What the ref names; it is in the mirror then, whole, except for what came before.
     *
     * @param name the ref's full name at the remote, or HEAD
     * @param object a commit or a tag
     */
    record Fetched(String name, ObjectId object) {
    }

    /** @throws RefusedException if the remote does not give it */
    Fetched fetch() throws RefusedException, IOException {
        return bounded(() -> {
            try (var transport = open()) {
                transport.setDepth(1);
                try (var connection = transport.openFetch(candidates().stream().map(RefSpec::new).toList())) {
                    var ref = named(connection.getRefsMap());
                    if (!isWhole(ref.getObjectId())) {
                        if (location.isFile() && others(transport.getURI()).isEmpty()) {
                            checkLocal(transport.getURI(), ref);
                        }
                        connection.fetch(NullProgressMonitor.INSTANCE, List.of(ref), Set.of());
                        if (!isWhole(ref.getObjectId())) {
                            throw new TransportException("it sent less than " + ref.getName() + " needs");
                        }
                    }
                    return new Fetched(ref.getName(), ref.getObjectId());
                }
            }
        });
    }

    /** Fetches the history of what the ref names, back to a time, or as many commits. */
    void fetchHistory(Optional<Instant> since, int depth) throws RefusedException, IOException {
        bounded(() -> {
            try (var transport = open()) {
                since.ifPresentOrElse(transport::setDeepenSince, () -> transport.setDepth(depth));
                try (var connection = transport.openFetch(candidates().stream().map(RefSpec::new).toList())) {
                    connection.fetch(NullProgressMonitor.INSTANCE, List.of(named(connection.getRefsMap())), Set.of());
                }
            }
            return true;
        });
    }

    /**
     * Fetches a commit that is being pushed into a repository on this host, with no history.
     *
     * @param quarantine where git keeps what is pushed until the hook {@code pre-receive} has agreed
     */
    void fetchPushed(ObjectId commit, Path quarantine) throws RefusedException, IOException {
        bounded(() -> {
            try (var transport = open()) {
                var directory = directory(transport.getURI());
                if (!quarantine.toRealPath().startsWith(directory.toRealPath().resolve("objects"))) {
                    throw new SourceException(quarantine + ", where a push is said to lie, is not within " + directory);
                }
                transport.setOptionUploadPack(RepositoryOwner.of(directory).uploadPack(directory, quarantine));
                transport.setDepth(1);
                try (var connection = transport.openFetch()) {
                    connection.fetch(NullProgressMonitor.INSTANCE, List.of(new ObjectIdRef.Unpeeled(Ref.Storage.NETWORK,
                            commit.name(), commit)), Set.of());
                }
                if (!isWhole(commit)) {
                    throw new TransportException("it sent less than " + commit.name() + " needs");
                }
                return true;
            }
        });
    }

    private Transport open() throws URISyntaxException, IOException {
        var transport = Transport.open(mirror, new URIish(location.url()));
        transport.setTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(left())));
        switch (transport) {
            case TransportHttp http -> HttpAccess.configure(http, access);
            case SshTransport ssh -> server = SshAccess.configure(ssh, access, mirror.getDirectory());
            default -> {
                if (location.isFile()) {
                    others(transport.getURI()).ifPresent(owner -> transport.setOptionUploadPack(owner.uploadPack()));
                }
            }
        }
        return transport;
    }

    /** To whom a repository on this host belongs, if it is to be read with their rights. */
    private static Optional<RepositoryOwner> others(URIish remote) throws IOException {
        return Optional.of(RepositoryOwner.of(directory(remote))).filter(RepositoryOwner::isLessThanThisUser);
    }

    private static Path directory(URIish remote) {
        return RepositoryCache.FileKey.resolve(new File(remote.getPath()), FS.DETECTED).toPath();
    }

    /** The full names that the location's ref can stand for. */
    private List<String> candidates() {
        return location.ref().map(name -> name.startsWith("refs/") || name.equals("HEAD") ? List.of(name)
                : List.of("refs/heads/" + name, "refs/tags/" + name)).orElse(List.of("HEAD"));
    }

    private Ref named(Map<String, Ref> refs) throws RefusedException {
        var found = candidates().stream().filter(refs::containsKey).map(refs::get)
                .filter(ref -> ref.getObjectId() != null).toList();
        var name = location.ref().orElse("HEAD");
        return switch (found.size()) {
            case 1 -> found.getFirst();
            case 0 -> throw new RefusedException(Refusal.Kind.REF_MISSING, name.equals("HEAD")
                    ? location.publicUrl() + " has no HEAD: it is empty, or its default branch is not there; name a"
                            + " branch or a tag"
                    : location.publicUrl() + " has no " + (name.startsWith("refs/") ? "ref" : "branch or tag") + " "
                            + name + " (any more)");
            default -> throw new RefusedException(Refusal.Kind.REF_MISSING, location.publicUrl() + " has both a branch"
                    + " and a tag " + name + ": say refs/heads/" + name + " or refs/tags/" + name);
        };
    }

    /** Asked for anything else, the server that JGit runs in this process prints a stack trace. */
    private void checkLocal(URIish remote, Ref ref) throws IOException, RefusedException {
        try (var repository = new FileRepositoryBuilder().setGitDir(directory(remote).toFile()).build();
                var walk = new RevWalk(repository)) {
            walk.parseCommit(ref.getObjectId());
        } catch (IncorrectObjectTypeException e) {
            throw noCommit(location);
        }
    }

    /** A ref may name a tree or a file. */
    static RefusedException noCommit(GitLocation location) {
        return new RefusedException(Refusal.Kind.REF_MISSING, location.ref().orElse(Constants.HEAD) + " of "
                + location.publicUrl() + " names no commit");
    }

    /** Whether it and all that is below it is here. */
    private boolean isWhole(ObjectId id) throws IOException {
        try (var walk = new ObjectWalk(mirror)) {
            walk.markStart(walk.parseAny(id));
            walk.checkConnectivity();
            return true;
        } catch (MissingObjectException e) {
            return false;
        }
    }

    private long left() {
        return Math.max(1, end - System.nanoTime());
    }

    /**
     * Runs it in a virtual thread: if one of these waits for the network, an interrupt ends the wait. What JGit offers
     * bounds single steps only, so that a server could go on for ever.
     */
    private <T> T bounded(Callable<T> work) throws RefusedException, IOException {
        var ended = new CountDownLatch(1);
        var task = new FutureTask<>(work);
        var thread = Thread.ofVirtual().name("git-fetch").start(() -> {
            try {
                task.run();
            } finally {
                ended.countDown();
            }
        });
        try {
            return task.get(left(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            stop(thread, ended);
            throw new RefusedException(Refusal.Kind.UNREACHABLE, location.publicUrl() + " did not answer within "
                    + access.timeout().toSeconds() + " s");
        } catch (InterruptedException e) {
            stop(thread, ended);
            Thread.currentThread().interrupt();
            throw new RefusedException(Refusal.Kind.UNREACHABLE, "the fetch was interrupted");
        } catch (ExecutionException e) {
            throw refusal(e.getCause());
        }
    }

    private static void stop(Thread thread, CountDownLatch ended) {
        thread.interrupt();
        try {
            ended.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RefusedException refusal(Throwable e) {
        var denial = Optional.ofNullable(server).flatMap(SshAccess::denial);
        return switch (e) {
            case RefusedException refused -> refused;
            case Error error -> throw error;
            default -> denial.isPresent() ? new RefusedException(Refusal.Kind.UNREACHABLE, denial.get())
                    : FetchFailure.of(location, e);
        };
    }
}
