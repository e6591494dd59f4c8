package dev.plumbline.source;

import dev.plumbline.source.GitRevision.Advance;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FileUtils;

/**
 * A bare, shallow copy of a remote ref, and the last commit of it that was found good: the newest that was fetched
 * whole and, where signatures are asked for, is signed as they have to be. That commit stays whatever becomes of the
 * remote. Several processes can use one mirror at once.
 */
public final class GitMirror implements AutoCloseable {

    /** How far back is looked for the former commit where the times of commits are no guide. */
    private static final int NEAR = 20;
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final Repository repository;
    private final MirrorState state;
    private final GitLocation location;
    private final GitAccess access;
    private final Optional<SignatureCheck> check;

    private GitMirror(Path directory, Repository repository, GitLocation location, GitAccess access,
            Optional<SignatureCheck> check) {
        this.directory = directory;
        this.repository = repository;
        this.location = location;
        this.access = access;
        this.check = check;
        state = new MirrorState(repository);
    }

    /**
     * Opens the mirror of a ref, and makes it if there is none. Nothing is fetched.
     *
     * @param stateDirectory mirrors lie below it, in {@code git}
     * @param policy absent: signatures are not looked at
     * @throws SourceException if the mirror cannot be read or written
     */
    public static GitMirror open(Path stateDirectory, GitLocation location, GitAccess access,
            Optional<SignaturePolicy> policy) {
        IsolatedSystem.install();
        var directory = stateDirectory.resolve("git").resolve(name(location));
        try {
            makePrivate(stateDirectory);
            makePrivate(directory.getParent());
            if (!Files.exists(directory)) {
                try (var _ = lock(directory, access).orElseThrow(() -> new SourceException(busy(location)))) {
                    create(directory, location);
                }
            }
            var repository = Repositories.open(directory, Map.of());
            return new GitMirror(directory, repository, location, access,
                    policy.map(each -> new SignatureCheck(each, location, repository)));
        } catch (IOException e) {
            throw new SourceException("cannot open the copy of " + location.publicUrl() + " in " + directory + ": " + e
                    + "; run as root, or choose another state directory with --state-dir DIR", e);
        }
    }

    /** The ref is part of it: what is good of one branch is not good of another. */
    private static String name(GitLocation location) {
        var hash = new ContentHash("");
        hash.add(location.url());
        hash.add(location.ref().orElse(Constants.HEAD));
        return hash.hexadecimal().substring(0, 16) + ".git";
    }

    private static void makePrivate(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            // Somebody made it before.
        }
    }

    private static Optional<MirrorLock> lock(Path directory, GitAccess access) throws IOException {
        return MirrorLock.acquire(directory.resolveSibling(directory.getFileName() + ".lock"), access.timeout());
    }

    private static String busy(GitLocation location) {
        return "another process has been fetching from " + location.publicUrl() + " all the while";
    }

    private static void create(Path directory, GitLocation location) throws IOException {
        if (Files.exists(directory)) {
            return;
        }
        var fresh = directory.resolveSibling(directory.getFileName() + ".new");
        if (Files.exists(fresh)) {
            FileUtils.delete(fresh.toFile(), FileUtils.RECURSIVE);
        }
        Files.createDirectory(fresh, PRIVATE);
        try (var made = new FileRepositoryBuilder().setGitDir(fresh.toFile()).setBare().build()) {
            made.create(true);
            var config = made.getConfig();
            config.setString("plumbline", null, "url", location.publicUrl());
            config.setBoolean("core", null, "fsyncRefFiles", true);
            config.setString("gc", null, "pruneExpire", "now");
            config.setString("gc", null, "prunePackExpire", "now");
            config.save();
        }
        Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The mirror's directory. */
    public Path directory() {
        return directory;
    }

    /** The intents in a commit of {@link #update} or {@link #current}. */
    public GitSource source(GitRevision revision, String programVersion) {
        return new GitSource(directory, revision.commit(), location.path(), programVersion);
    }

    /**
     * Asks the remote, and takes what it has if that is acceptable. If it is not, or the remote does not give it, the
     * revision says so and is that of the last good commit.
     *
     * @throws SourceException if there never was a good commit, or none that is good by this policy, or the mirror
     *         cannot be written
     */
    public GitRevision update() {
        try (var lock = lock(directory, access).orElse(null)) {
            if (lock == null) {
                return revision(Optional.of(new Refusal(Refusal.Kind.BUSY, busy(location))));
            }
            MirrorCare.sweep(directory);
            try {
                take(new RemoteRepository(repository, location, access));
            } catch (RefusedException e) {
                state.refuse(e.refusal());
            }
            MirrorCare.collect(repository, directory);
            return current();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void take(RemoteRepository remote) throws RefusedException, IOException {
        var object = remote.fetch().object();
        state.heard(object, Instant.now());
        var former = state.good();
        try (var walk = new RevWalk(repository)) {
            var commit = commit(walk, object);
            signer(object);
            if (former.isPresent() && walk.parseCommit(former.get()).equals(commit)) {
                state.replace(object);
            } else {
                state.adopt(object, former.isPresent() ? advance(remote, former.get(), object) : Advance.NONE);
            }
        }
    }

    private Optional<String> signer(ObjectId object) throws RefusedException, IOException {
        return check.isPresent() ? Optional.of(check.get().signer(object)) : Optional.empty();
    }

    /**
     * Takes a commit that is being pushed into the repository on this host that is mirrored, and looks whether it could
     * be used. What is used stays as it is.
     *
     * @param commit 40 hexadecimal digits
     * @param quarantine where git keeps what is pushed until the hook {@code pre-receive} has agreed
     * @throws SourceException if it cannot be had, or is not signed as it has to be
     */
    public GitRevision receive(String commit, Path quarantine) {
        if (!ObjectId.isId(commit)) {
            throw new SourceException("'" + commit + "' is no id of a commit: it has 40 hexadecimal digits");
        }
        var object = ObjectId.fromString(commit);
        try (var _ = lock(directory, access).orElseThrow(() -> new SourceException(busy(location)));
                var walk = new RevWalk(repository)) {
            MirrorCare.sweep(directory);
            new RemoteRepository(repository, location, access).fetchPushed(object, quarantine);
            state.received(object);
            var found = commit(walk, object);
            return new GitRevision(found.name(), Optional.of(found.name()), Repositories.text(found.getAuthorIdent()),
                    Instant.ofEpochSecond(found.getCommitTime()), Repositories.printable(found.getShortMessage()),
                    Instant.now(), signer(object), id(walk, state.good()), Advance.UNKNOWN, Optional.empty());
        } catch (RefusedException e) {
            throw new SourceException(e.refusal().message(), e);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private RevCommit commit(RevWalk walk, ObjectId object) throws IOException, RefusedException {
        try {
            return walk.parseCommit(object);
        } catch (IncorrectObjectTypeException e) {
            throw RemoteRepository.noCommit(location);
        }
    }

    private Advance advance(RemoteRepository remote, ObjectId former, ObjectId object) throws IOException {
        try (var walk = new RevWalk(repository)) {
            var from = walk.parseCommit(former);
            var to = walk.parseCommit(object);
            if (Repositories.parents(to).contains(from)) {
                return Advance.FORWARD;
            }
            if (Repositories.parents(from).contains(to)) {
                return Advance.REWRITTEN;
            }
            // Seconds: the commit itself is to be among what is fetched.
            var since = Optional.of(Instant.ofEpochSecond(from.getCommitTime() - 1L))
                    .filter(time -> to.getCommitTime() >= from.getCommitTime());
            remote.fetchHistory(since, NEAR);
        } catch (RefusedException e) {
            return Advance.UNKNOWN;
        }
        try (var walk = new RevWalk(repository)) {
            return walk.isMergedInto(walk.parseCommit(former), walk.parseCommit(object)) ? Advance.FORWARD
                    : Advance.REWRITTEN;
        }
    }

    /**
     * What the last {@link #update} said, of this process or of another. The remote is not asked.
     *
     * @throws SourceException if there never was a good commit, or none that is good by this policy
     */
    public GitRevision current() {
        try {
            return revision(state.refusal());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private GitRevision revision(Optional<Refusal> refusal) throws IOException {
        var good = state.good().orElseThrow(() -> new SourceException("no commit of " + location
                + " can be used: " + refusal.map(Refusal::message).orElse("nothing was fetched yet"), refusal));
        try (var walk = new RevWalk(repository)) {
            // Again, for the policy may be stricter than when it was found good.
            var signer = signer(good);
            var commit = walk.parseCommit(good);
            return new GitRevision(commit.name(), id(walk, state.attempted()),
                    Repositories.text(commit.getAuthorIdent()),
                    Instant.ofEpochSecond(commit.getCommitTime()), Repositories.printable(commit.getShortMessage()),
                    state.fetchedAt(), signer, id(walk, state.former()), state.advance(), refusal);
        } catch (RefusedException e) {
            throw new SourceException("no commit of " + location + " can be used: "
                    + refusal.map(each -> each.message() + "; and of the one before, ").orElse("") + e.getMessage(),
                    refusal.or(() -> Optional.of(e.refusal())));
        }
    }

    private static Optional<String> id(RevWalk walk, Optional<ObjectId> object) throws IOException {
        return object.isPresent() ? Optional.of(walk.peel(walk.parseAny(object.get())).name()) : Optional.empty();
    }

    private SourceException unusable(IOException e) {
        return new SourceException("the copy of " + location.publicUrl() + " cannot be used: " + e.getMessage()
                + "; if it is damaged, remove " + directory + ", and it is fetched anew", e);
    }

    @Override
    public void close() {
        repository.close();
    }
}
