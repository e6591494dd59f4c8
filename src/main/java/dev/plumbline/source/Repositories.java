package dev.plumbline.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/** Opens bare repositories and reads their commits. */
final class Repositories {

    private static final List<String> QUARANTINE = List.of("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY");

    private Repositories() {
    }

    /**
     * Opens a bare repository.
     *
     * @param environment that of a hook of this repository, if it is to see what is not received yet
     * @throws SourceException if there is none, or the environment leads out of it
     */
    static Repository open(Path directory, Map<String, String> environment) throws IOException {
        IsolatedSystem.install();
        if (!Files.isDirectory(directory.resolve("objects"))) {
            throw new SourceException(directory + " is no bare Git repository, or this user may not read it");
        }
        var builder = new FileRepositoryBuilder().setGitDir(directory.toFile()).setBare().setMustExist(true);
        var quarantine = QUARANTINE.stream().filter(environment::containsKey).map(environment::get).findFirst();
        if (quarantine.isPresent()) {
            var objects = directory.toRealPath().resolve("objects");
            var incoming = Path.of(quarantine.get()).toRealPath();
            if (!incoming.startsWith(objects)) {
                throw new SourceException(incoming + ", where a push is said to lie, is not within " + objects);
            }
            builder.setObjectDirectory(incoming.toFile());
            builder.addAlternateObjectDirectory(objects.toFile());
        }
        return builder.build();
    }

    /** What of a hook's environment says where the objects of a push lie. */
    static Map<String, String> quarantine(Map<String, String> environment) {
        return environment.entrySet().stream().filter(each -> QUARANTINE.contains(each.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** @throws SourceException if the repository has no such commit */
    static RevCommit commit(RevWalk walk, ObjectId id) throws IOException {
        try {
            return walk.parseCommit(id);
        } catch (MissingObjectException e) {
            throw new SourceException("the repository has no commit " + id.name() + " (any more)", e);
        }
    }

    /** As the commit itself names them: JGit hides those that were not fetched. */
    static List<ObjectId> parents(RevCommit commit) {
        var parents = new ArrayList<ObjectId>();
        for (var line : new String(commit.getRawBuffer(), StandardCharsets.ISO_8859_1).split("\n")) {
            if (line.isEmpty()) {
                break;
            }
            if (line.startsWith("parent ")) {
                parents.add(ObjectId.fromString(line.substring("parent ".length())));
            }
        }
        return parents;
    }

    /** Name and mail address; a commit that no git made may have none. */
    static String text(@Nullable PersonIdent person) {
        return person == null ? "nobody" : printable(person.getName() + " <" + person.getEmailAddress() + ">");
    }

    /** What others wrote, so that it does nothing to a terminal. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}]", "\uFFFD");
    }
}
