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
import dev.plumbline.store.SourceId;
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

    /** A folder in a Git repository, fetched into a mirror in the state directory. */
    record Git(GitLocation location, GitAccess access, Optional<SignaturePolicy> verify) implements Place {

        @Override
        public SourceId id() {
            return new SourceId(SourceId.GIT, location.toString());
        }

        @Override
        public String words() {
            return location.toString();
        }

        @Override
        public Input open(Path stateDirectory, String programVersion) {
            try (var mirror = GitMirror.open(stateDirectory, location, access, verify)) {
                var revision = mirror.update();
                var commit = new Commit(revision.commit(), revision.author(), revision.committedAt(),
                        revision.subject());
                return new Input(id(), words(), mirror.source(revision, programVersion), Optional.of(commit),
                        revision.fetchedAt(), revision.refusal().map(refusal -> failure(refusal, revision)));
            }
        }

        /** Whether the server answers a fetch now. */
        public boolean answers(Path stateDirectory) {
            try (var mirror = GitMirror.open(stateDirectory, location, access, verify)) {
                return mirror.update().refusal().filter(each -> each.kind() == Refusal.Kind.UNREACHABLE
                        || each.kind() == Refusal.Kind.BUSY).isEmpty();
            }
        }

        private static Failure failure(Refusal refusal, GitRevision revision) {
            var reason = switch (refusal.kind()) {
                case UNREACHABLE, BUSY -> Reason.SOURCE_UNREACHABLE;
                case DENIED, REF_MISSING -> Reason.SOURCE_NOT_FOUND;
                case UNTRUSTED -> Reason.UNTRUSTED;
            };
            return new Failure(reason, refusal.message() + "; going on with commit "
                    + revision.commit().substring(0, SHORT) + " of " + revision.committedAt() + ", fetched at "
                    + revision.fetchedAt().truncatedTo(ChronoUnit.SECONDS));
        }
    }
}
