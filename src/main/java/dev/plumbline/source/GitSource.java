package dev.plumbline.source;

import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * The intents in a commit of a bare repository, read without a checkout: the files that {@link DirectorySource} would
 * find. Problems name a file by its path within the repository.
 */
public final class GitSource implements Source {

    private final Path repository;
    private final Map<String, String> environment;
    private final ObjectId commit;
    private final String path;
    private final String programVersion;

    /**
     * A commit that the repository has.
     *
     * @param repository the bare repository's directory
     * @param commit 40 hexadecimal digits
     * @param path of the directory of the intents within the repository, as in {@link GitLocation}
     * @param programVersion part of the content's hash: another program parses anew
     */
    public GitSource(Path repository, String commit, String path, String programVersion) {
        this(repository, Map.of(), commit, path, programVersion);
    }

    /**
     * A commit that is being pushed: until the hook {@code pre-receive} has agreed, its objects lie in a quarantine
     * directory within the repository.
     *
     * @param environment the hook's; {@code GIT_QUARANTINE_PATH} and {@code GIT_OBJECT_DIRECTORY} are looked at
     */
    public GitSource(Path repository, Map<String, String> environment, String commit, String path,
            String programVersion) {
        if (!ObjectId.isId(commit)) {
            throw new SourceException("'" + commit + "' is no id of a commit: it has 40 hexadecimal digits");
        }
        this.repository = repository;
        this.environment = Repositories.quarantine(environment);
        this.commit = ObjectId.fromString(commit);
        this.path = path;
        this.programVersion = programVersion;
    }

    /** What is done with the commit's files. */
    private interface Reading<T> {
        T read(TreeFiles files) throws IOException;
    }

    private <T> T reading(Reading<T> reading) {
        try (var opened = open(); var walk = new RevWalk(opened)) {
            var tree = Repositories.commit(walk, commit).getTree();
            return reading.read(new TreeFiles(opened, commit.name(), tree, path));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private Repository open() throws IOException {
        return Repositories.open(repository, environment);
    }

    private SourceException unreadable(Exception e) {
        return new SourceException("cannot read the Git repository " + repository + ": " + e.getMessage(), e);
    }

    /**
     * {@inheritDoc}
     *
     * @throws SourceException also for a path that the commit does not have, and for links, submodules and pointers of
     *         Git LFS where intents would be
     */
    @Override
    public SourceDocuments documents(IntentParser parser, ParsedDocuments kept) {
        return SecretReferences.checked(parsed(parser, kept), this::file);
    }

    private SourceDocuments parsed(IntentParser parser, ParsedDocuments kept) {
        return reading(files -> {
            var listing = files.list(programVersion);
            var known = kept.find(listing.hash()).flatMap(SourceContent::decode);
            if (known.isPresent()) {
                return new SourceDocuments(known.get(), listing.hash(), listing.files() > 0, this::files);
            }
            var content = new SourceContent(files.read(), listing.hash());
            return new SourceDocuments(content.parse(parser, kept), content.hash(), !content.files().isEmpty(),
                    content::files);
        });
    }

    @Override
    public byte[] file(String file) {
        return reading(files -> files.read(file));
    }

    private List<IntentFile> files() {
        return reading(TreeFiles::read);
    }

    /**
     * {@inheritDoc}
     *
     * <p>It is the repository that is looked at: a commit's id vouches for its content only while nobody else can write
     * the repository's files.
     */
    @Override
    public void requireSafe() {
        Trust.requireSafe(repository);
    }

    /**
     * The commit that last changed a line; nothing if the history that is here does not say.
     *
     * @param file within the repository, as problems name it
     * @param line from 1 on
     */
    public Optional<Blame> blame(String file, int line) {
        try (var opened = open(); var git = Git.wrap(opened)) {
            var result = git.blame().setStartCommit(commit).setFilePath(file).call();
            if (result == null || line < 1 || line > result.getResultContents().size()) {
                return Optional.empty();
            }
            result.computeRange(line - 1, line);
            var found = result.getSourceCommit(line - 1);
            // At the end of what is here, blame stops, whether the line is that old or older.
            if (found == null || opened.getObjectDatabase().getShallowCommits().contains(found)) {
                return Optional.empty();
            }
            return Optional.of(new Blame(found.name(), Repositories.text(found.getAuthorIdent()),
                    Instant.ofEpochSecond(found.getCommitTime()),
                    Repositories.printable(found.getShortMessage())));
        } catch (IOException | GitAPIException e) {
            throw unreadable(e);
        }
    }
}
