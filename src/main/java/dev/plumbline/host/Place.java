package dev.plumbline.host;

import dev.plumbline.history.Commit;
import dev.plumbline.history.Reason;
import dev.plumbline.source.DirectorySource;
import dev.plumbline.source.GitAccess;
import dev.plumbline.source.GitLocation;
import dev.plumbline.source.GitMirror;
import dev.plumbline.source.GitRevision;
import dev.plumbline.source.Refusal;
import dev.plumbline.source.SignaturePolicy;
import dev.plumbline.source.SourceException;
import dev.plumbline.store.SourceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Where intents come from. */
public sealed interface Place {

    /** Digits of a commit's id that people are shown. */
    int SHORT = 12;

    /** The source of truth that it is. */
    SourceId id();

    /** As people name it. */
    String words();

    /**
     * Looks for the newest.
     *
     * @param programVersion parsed documents of other versions are not used
     */
    Input open(Path stateDirectory, String programVersion);

    /** A folder on this host. */
    record Directory(Path folder) implements Place {

        @Override
        public SourceId id() {
            return SourceId.directory(folder);
        }

        @Override
        public String words() {
            return folder.toString();
        }

        @Override
        public Input open(Path stateDirectory, String programVersion) {
            return new Input(id(), words(), new DirectorySource(folder, programVersion), Optional.empty(),
                    Instant.now(), Optional.empty());
        }
    }

    /** The reason that goes with a refusal. */
    static Reason reason(Refusal refusal) {
        return switch (refusal.kind()) {
            case UNREACHABLE, BUSY -> Reason.SOURCE_UNREACHABLE;
            case DENIED, REF_MISSING -> Reason.SOURCE_NOT_FOUND;
            case UNTRUSTED -> Reason.UNTRUSTED;
        };
    }

    /** A folder in a Git repository, fetched into a mirror in the state directory. */
    record Git(GitLocation location, GitAccess access, Optional<SignaturePolicy> verify) implements Place {

        @Override
        public SourceId id() {
            return new SourceId(SourceId.GIT, SamePlace.of(location).toString());
        }

        @Override
        public String words() {
            return location.toString();
        }

        @Override
        public Input open(Path stateDirectory, String programVersion) {
            try (var mirror = GitMirror.open(mirrors(stateDirectory), location, access, verify)) {
                return input(mirror, mirror.update(), programVersion);
            }
        }

        /** In the state directory; for somebody who may not write there, in the cache of that user. */
        private static Path mirrors(Path stateDirectory) {
            var nearest = stateDirectory.toAbsolutePath();
            while (Files.notExists(nearest)) {
                nearest = nearest.getParent();
            }
            if (Files.isWritable(nearest)) {
                return stateDirectory;
            }
            var cache = System.getenv("XDG_CACHE_HOME");
            var folder = cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache")
                    : Path.of(cache);
            try {
                return Files.createDirectories(folder).resolve("plumbline");
            } catch (IOException e) {
                throw new SourceException("no right to write to " + stateDirectory + ", nor to " + folder
                        + ", where a copy of the repository could lie; run as root, or set XDG_CACHE_HOME", e);
            }
        }

        /** Whether the server gives the commit now, be it signed as it has to be or not. */
        public boolean answers(Path stateDirectory) {
            try (var mirror = GitMirror.open(mirrors(stateDirectory), location, access, verify)) {
                return mirror.update().refusal().filter(each -> each.kind() != Refusal.Kind.UNTRUSTED).isEmpty();
            }
        }

        private Input input(GitMirror mirror, GitRevision revision, String programVersion) {
            return new Input(id(), words(), mirror.source(revision, programVersion), Optional.of(new Commit(
                    revision.commit(), revision.author(), revision.committedAt(), revision.subject())),
                    revision.fetchedAt(), revision.refusal().map(refusal -> failure(refusal, revision)));
        }

        private static Failure failure(Refusal refusal, GitRevision revision) {
            return new Failure(reason(refusal), refusal.message() + "; going on with commit "
                    + revision.commit().substring(0, SHORT) + " of " + revision.committedAt() + ", fetched at "
                    + revision.fetchedAt().truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /**
     * A commit that is being pushed into a repository on this host, and not accepted yet.
     *
     * @param commit 40 hexadecimal digits
     * @param quarantine where git keeps it meanwhile
     */
    record Pushed(Git repository, String commit, Path quarantine) implements Place {

        @Override
        public SourceId id() {
            return repository.id();
        }

        @Override
        public String words() {
            return repository.words();
        }

        @Override
        public Input open(Path stateDirectory, String programVersion) {
            try (var mirror = GitMirror.open(stateDirectory, repository.location(), repository.access(),
                    repository.verify())) {
                return repository.input(mirror, mirror.receive(commit, quarantine), programVersion);
            }
        }
    }
}
