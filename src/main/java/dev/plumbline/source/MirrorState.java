package dev.plumbline.source;

import dev.plumbline.source.GitRevision.Advance;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;

/**
 * What a mirror remembers: by refs, which keep the objects from being collected, and by a section of its configuration.
 * Objects are commits or tags, whatever the remote's ref names.
 */
final class MirrorState {

    private static final String GOOD = "refs/plumbline/good";
    private static final String FORMER = "refs/plumbline/former";
    private static final String ATTEMPTED = "refs/plumbline/attempted";
    private static final String RECEIVED = "refs/plumbline/received";
    private static final String SECTION = "plumbline";
    private static final String FETCHED_AT = "fetchedAt";
    private static final String ADVANCE = "advance";
    private static final String REFUSAL = "refusal";
    private static final String REASON = "reason";

    private final Repository repository;

    MirrorState(Repository repository) {
        this.repository = repository;
    }

    /** What is to be used. */
    Optional<ObjectId> good() throws IOException {
        return ref(GOOD);
    }

    /** What was good before. */
    Optional<ObjectId> former() throws IOException {
        return ref(FORMER);
    }

    /** What the remote had when it was last asked. */
    Optional<ObjectId> attempted() throws IOException {
        return ref(ATTEMPTED);
    }

    Instant fetchedAt() {
        return Optional.ofNullable(config().getString(SECTION, null, FETCHED_AT)).map(Instant::parse)
                .orElse(Instant.EPOCH);
    }

    Advance advance() {
        return config().getEnum(SECTION, null, ADVANCE, Advance.NONE);
    }

    Optional<Refusal> refusal() {
        return Optional.ofNullable(config().getString(SECTION, null, REASON)).map(reason ->
                new Refusal(config().getEnum(SECTION, null, REFUSAL, Refusal.Kind.UNREACHABLE), reason));
    }

    /** The remote was heard of, and has this. */
    void heard(ObjectId object, Instant now) throws IOException {
        update(ATTEMPTED, object);
        var config = config();
        config.setString(SECTION, null, FETCHED_AT, now.toString());
        config.save();
    }

    /** This was pushed, and is looked at. */
    void received(ObjectId object) throws IOException {
        update(RECEIVED, object);
    }

    /** The good object has another id, but its commit is the same. */
    void replace(ObjectId object) throws IOException {
        update(GOOD, object);
        settled();
    }

    /** Another commit is good from now on. */
    void adopt(ObjectId object, Advance advance) throws IOException {
        var former = good();
        if (former.isPresent()) {
            update(FORMER, former.get());
        }
        update(GOOD, object);
        var config = config();
        config.setEnum(SECTION, null, ADVANCE, advance);
        config.save();
        settled();
    }

    /** What the remote has is not to be used. */
    void refuse(Refusal refusal) throws IOException {
        if (refusal.kind() == Refusal.Kind.REF_MISSING) {
            delete(ATTEMPTED);
        }
        var config = config();
        config.setEnum(SECTION, null, REFUSAL, refusal.kind());
        config.setString(SECTION, null, REASON, refusal.message());
        config.save();
    }

    private void settled() throws IOException {
        if (refusal().isPresent()) {
            var config = config();
            config.unset(SECTION, null, REFUSAL);
            config.unset(SECTION, null, REASON);
            config.save();
        }
    }

    private StoredConfig config() {
        return repository.getConfig();
    }

    private Optional<ObjectId> ref(String name) throws IOException {
        return Optional.ofNullable(repository.exactRef(name)).map(found -> found.getObjectId());
    }

    private void update(String name, ObjectId object) throws IOException {
        if (ref(name).filter(object::equals).isPresent()) {
            return;
        }
        var update = repository.updateRef(name);
        update.setNewObjectId(object);
        check(name, update.forceUpdate());
    }

    private void delete(String name) throws IOException {
        if (ref(name).isPresent()) {
            var update = repository.updateRef(name);
            update.setForceUpdate(true);
            check(name, update.delete());
        }
    }

    private static void check(String name, RefUpdate.Result result) throws IOException {
        switch (result) {
            case NEW, FORCED, FAST_FORWARD, NO_CHANGE -> {
            }
            default -> throw new IOException("could not write " + name + ": " + result);
        }
    }
}
