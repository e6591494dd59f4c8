package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.Located;
import dev.plumbline.intent.Problem;
import dev.plumbline.secret.AgeKey;
import dev.plumbline.secret.Secret;
import dev.plumbline.secret.SecretAccess;
import dev.plumbline.state.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted files beside the intents: in a directory, and in a commit. */
class SecretReferencesTest {

    private static final String LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n";

    @TempDir
    private Path folder;

    private AgeKey key;
    private RealGit git;
    private Path work;

    @BeforeEach
    void filesInBoth() throws IOException {
        key = AgeKey.create(folder.resolve("host.key"));
        git = RealGit.create(folder);
        work = git.work();
        Files.createDirectories(work.resolve("net/secrets"));
        Files.write(work.resolve("net/secrets/psk.age"), key.encrypted("S3CRET", "--armor"));
        Files.writeString(work.resolve("net/clear.age"), "S3CRET");
        Files.writeString(work.resolve("net/lfs.age"), LFS);
        Files.write(work.resolve("net/large.age"), new byte[(1 << 20) + 1]);
        Files.writeString(work.resolve("outside.age"), "S3CRET");
        Files.createSymbolicLink(work.resolve("net/link.age"), Path.of("../outside.age"));
    }

    private DirectorySource directory() {
        return new DirectorySource(work.resolve("net"), "1.0");
    }

    private GitSource commit() {
        return new GitSource(git.bare(), git.push("secrets"), "net", "1.0");
    }

    private static String refusal(Source source, String path) {
        return assertThrows(SourceException.class, () -> source.file(path)).getMessage();
    }

    private static List<String> problems(Source source, String... paths) {
        var secrets = List.of(paths).stream().map(path -> new Located<Secret>(new Secret.Encrypted(path,
                Optional.empty()), new Origin("K/n", "a.yaml", 7, 9))).toList();
        return SecretReferences.problems(secrets, source::file).stream().map(Problem::toString).toList();
    }

    private void assertUsable(Source source) {
        var secret = new Secret.Encrypted("secrets/psk.age", Optional.empty());
        assertEquals("S3CRET", secret.read(new SecretAccess(System.getenv(), source::file,
                Optional.of(key.identity()))));
        assertEquals(List.of(), problems(source, "secrets/psk.age"));
        assertTrue(problems(source, "none.age").getFirst().startsWith("a.yaml:7:9: error: "));
        assertTrue(problems(source, "none.age").getFirst().contains("does not exist"));
        assertTrue(problems(source, "clear.age").getFirst()
                .startsWith("a.yaml:7:9: error: clear.age is not encrypted"));
        assertTrue(problems(source, "lfs.age").getFirst().contains("is a pointer of Git LFS"));
        assertTrue(refusal(source, "large.age").contains("1 MiB"));
        assertThrows(SourceException.class, () -> source.file("secrets"));
    }

    @Test
    void inADirectory() throws IOException {
        assertUsable(directory());
        assertArrayEquals(Files.readAllBytes(work.resolve("net/secrets/psk.age")), directory().file("secrets/psk.age"));
        assertTrue(refusal(directory(), "link.age").contains("leads out of the directory of intents"));
        assertTrue(refusal(directory(), "../outside.age").contains("is not below the directory of intents"));
    }

    @Test
    void inACommit() throws IOException {
        var source = commit();
        assertUsable(source);
        assertArrayEquals(Files.readAllBytes(work.resolve("net/secrets/psk.age")), source.file("secrets/psk.age"));
        assertTrue(refusal(source, "link.age").contains("is a symbolic link"));
    }

    /** Whoever can write an encrypted file can put another secret into it. */
    @Test
    void othersWriteNoEncryptedFile() throws IOException {
        Files.delete(work.resolve("net/link.age"));
        var file = work.resolve("net/secrets/psk.age");
        directory().requireSafe();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertTrue(assertThrows(SourceException.class, () -> directory().requireSafe()).getMessage()
                .contains(file.toString()));
    }

    /** Files of SOPS are no intents. */
    @Test
    void filesOfSopsBesideIntents() throws IOException {
        Files.delete(work.resolve("net/link.age"));
        Files.writeString(work.resolve("net/a.sops.yaml"), "psk: ENC[AES256_GCM,data:Tr7o=,iv:1vz=,"
                + "tag:Npo==,type:str]\nsops: {mac: 'ENC[AES256_GCM,data:OYq=,iv:a=,tag:b=,type:str]'}\n");
        for (var source : List.of(directory(), commit())) {
            var parsed = source.documents(new IntentParser(), ParsedDocuments.NONE).parsed();
            assertEquals(List.of(), parsed.problems());
            assertEquals(List.of(), problems(source, "a.sops.yaml"));
        }
        Files.writeString(work.resolve("net/a.sops.yaml"), "psk: S3CRET\n");
        for (var source : List.of(directory(), commit())) {
            var problem = source.documents(new IntentParser(), ParsedDocuments.NONE).parsed().problems().getFirst();
            assertTrue(problem.message().startsWith("the file is not encrypted with SOPS"), problem::toString);
        }
    }
}
