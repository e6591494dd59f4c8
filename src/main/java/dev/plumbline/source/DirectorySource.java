package dev.plumbline.source;

import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.secret.SopsFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The intents in a directory: all {@code *.yaml} and {@code *.yml} below it, but for names that begin with a dot and
 * {@code topology.yaml} at its root, which is the sandbox's.
 */
public final class DirectorySource implements Source {

    private static final long LARGEST = 1L << 30;
    /** Small, so that the JVM compiles the digest early: while it is interpreted it is ten times slower. */
    private static final int HASHED_AT_ONCE = 8192;
    private static final String TOPOLOGY = "topology.yaml";

    private final Path directory;
    private final String programVersion;

    /**
     * @param directory as the user named it: problems name files below it likewise
     * @param programVersion part of the content's hash: another program parses anew
     */
    public DirectorySource(Path directory, String programVersion) {
        this.directory = directory;
        this.programVersion = programVersion;
    }

    /**
     * The files that would be read, in the order of their names below the directory, compared character by character.
     *
     * @throws SourceException if the directory is missing or cannot be read, or a link leads out of it
     */
    public List<Path> list() {
        return list(this::isIntent);
    }

    private List<Path> list(Predicate<Path> chosen) {
        if (!Files.exists(directory)) {
            throw new SourceException("the directory of intents " + directory
                    + " does not exist; make it, or name another with --intents DIR");
        }
        if (!Files.isDirectory(directory)) {
            throw new SourceException(directory
                    + " is no directory; name the directory of the intents with --intents DIR");
        }
        var files = new ArrayList<Path>();
        try {
            var root = directory.toRealPath();
            Files.walkFileTree(directory, Set.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE,
                    new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                    return isHidden(path) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                    if (chosen.test(path)) {
                        checkInside(path, root);
                        files.add(path);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
                    if (isHidden(path)) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }
            });
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
        files.sort((one, other) -> relative(one).compareTo(relative(other)));
        return files;
    }

    private boolean isHidden(Path path) {
        return !path.equals(directory) && path.getFileName().toString().startsWith(".");
    }

    private boolean isIntent(Path path) {
        var name = relative(path);
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && !isHidden(path) && !name.equals(TOPOLOGY);
    }

    private static boolean isEncrypted(Path path) {
        var name = path.getFileName().toString();
        return name.endsWith(".age") || SopsFile.isName(name);
    }

    private String relative(Path path) {
        return directory.relativize(path).toString();
    }

    private static void checkInside(Path path, Path root) throws IOException {
        var real = path.toRealPath();
        if (!real.startsWith(root)) {
            throw new SourceException(path + " leads out of the directory of intents, to " + real
                    + "; put the file itself there");
        }
        if (!Files.isRegularFile(real)) {
            throw new SourceException(path + " is no regular file");
        }
    }

    /**
     * The documents: those that were kept, if these very files were parsed before. Then the files were hashed and never
     * held, which large ones feel. Else they are read, parsed, and kept if they have no errors.
     *
     * @throws SourceException for the reasons of {@link #read}
     */
    @Override
    public SourceDocuments documents(IntentParser parser, ParsedDocuments kept) {
        return SecretReferences.checked(parsed(parser, kept), this::file);
    }

    private SourceDocuments parsed(IntentParser parser, ParsedDocuments kept) {
        if (kept != ParsedDocuments.NONE) {
            var paths = list();
            var hash = hash(paths);
            var parsed = hash.flatMap(kept::find).flatMap(SourceContent::decode);
            if (parsed.isPresent()) {
                return new SourceDocuments(parsed.get(), hash.orElseThrow(), !paths.isEmpty(), () -> read().files());
            }
        }
        // Read as a whole, hash included: the files may have changed since.
        var content = read();
        return new SourceDocuments(content.parse(parser, kept), content.hash(), !content.files().isEmpty(),
                content::files);
    }

    /** The hash that {@link #read} would give; nothing if a file changes its length meanwhile. */
    private Optional<String> hash(List<Path> paths) {
        var digest = new ContentHash(programVersion);
        var piece = new byte[HASHED_AT_ONCE];
        for (var path : paths) {
            digest.add(path.toString());
            try (var in = Files.newInputStream(path)) {
                long left = Files.size(path);
                digest.addLength(left);
                for (int read = in.read(piece); read > 0; read = in.read(piece)) {
                    digest.addPiece(piece, read);
                    left -= read;
                }
                if (left != 0) {
                    return Optional.empty();
                }
            } catch (IOException e) {
                throw unreadable(path, e);
            }
        }
        return Optional.of(digest.hexadecimal());
    }

    /**
     * Reads all files.
     *
     * @throws SourceException if a file cannot be read or is larger than 1 GiB, or for the reasons of {@link #list}
     */
    public SourceContent read() {
        var files = new ArrayList<IntentFile>();
        var digest = new ContentHash(programVersion);
        for (var path : list()) {
            var content = content(path);
            files.add(new IntentFile(path.toString(), content));
            // The name as problems print it is kept with parsed documents: it belongs to what is hashed.
            digest.add(path.toString());
            digest.add(content);
        }
        return new SourceContent(files, digest.hexadecimal());
    }

    @Override
    public byte[] file(String path) {
        var file = directory.resolve(path).normalize();
        if (!file.toAbsolutePath().startsWith(directory.toAbsolutePath().normalize())) {
            throw new SourceException(path + " is not below the directory of intents");
        }
        try {
            checkInside(file, directory.toRealPath());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        var content = content(file, LARGEST_FILE, "a secret has at most 1 MiB");
        if (TreeFiles.isLfsPointer(content)) {
            throw new SourceException(file + " is a pointer of Git LFS: fetch what it points to (git lfs pull), or keep"
                    + " it in Git itself");
        }
        return content;
    }

    private static byte[] content(Path path) {
        return content(path, LARGEST, "a file of intents has at most 1 GiB: split it");
    }

    private static byte[] content(Path path, long most, String words) {
        try {
            long size = Files.size(path);
            if (size > most) {
                throw new SourceException(path + " has " + size + " bytes; " + words);
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static SourceException unreadable(Path path, IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> new SourceException("no permission to read " + denied.getFile()
                    + "; run as root, or let this user read it", e);
            case NoSuchFileException missing -> new SourceException(missing.getFile()
                    + " does not exist: a link to nowhere, or it went away while the intents were read", e);
            case FileSystemLoopException loop -> new SourceException(loop.getFile()
                    + " is a link to a directory above it", e);
            default -> new SourceException("cannot read " + path + ": " + e.getMessage(), e);
        };
    }

    /**
     * Refuses intents and encrypted files that somebody else can write: them, the directories that hold them, and
     * every directory above.
     *
     * @throws SourceException naming each such path, its mode and owner, and the command that mends it
     */
    @Override
    public void requireSafe() {
        Trust.require("the intents", directory, list(path -> isIntent(path) || isEncrypted(path)));
    }
}
