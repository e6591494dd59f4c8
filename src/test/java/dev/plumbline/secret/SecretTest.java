package dev.plumbline.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {

    @TempDir
    private Path folder;

    private Path file(String content, String mode) throws IOException {
        var file = Files.writeString(folder.resolve("token"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String refusal(Secret secret, Map<String, String> environment) {
        return assertThrows(SecretException.class, () -> secret.read(environment)).getMessage();
    }

    @Test
    void aFile() throws IOException {
        var secret = new Secret.File(file("S3CRET\r\n\n", "rw-------"));
        assertEquals("S3CRET", secret.read());
        assertEquals("file " + folder + "/token", secret.toString());
        file("\n", "r--------");
        assertEquals("the file " + folder + "/token, which is to hold a secret, is empty", refusal(secret, Map.of()));
        file("x".repeat(70_000), "rw-------");
        assertEquals("the file " + folder + "/token is larger than 64 KiB, and so no secret",
                refusal(secret, Map.of()));
        Files.delete(folder.resolve("token"));
        assertEquals("cannot read the secret in file " + folder + "/token: it does not exist",
                refusal(secret, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw------x"})
    void aFileOfOthersToo(String mode) throws IOException {
        var path = file("S3CRET", mode);
        var message = refusal(new Secret.File(path), Map.of());
        assertEquals("others can read the secret in " + path, message.substring(0, message.indexOf(',')));
        assertEquals(": chmod 600 '" + path + "'", message.substring(message.indexOf(": chmod")));
    }

    @Test
    void anEnvironmentVariable() {
        var secret = new Secret.Environment("TOKEN");
        assertEquals("S3CRET", secret.read(Map.of("TOKEN", "S3CRET")));
        assertEquals("environment variable TOKEN", secret.toString());
        assertEquals("the environment variable TOKEN, which is to hold a secret, is not set",
                refusal(secret, Map.of()));
        assertEquals("the environment variable TOKEN, which is to hold a secret, is empty",
                refusal(secret, Map.of("TOKEN", "")));
    }

    /** systemd says who may read these. */
    @Test
    void aCredential() throws IOException {
        file("S3CRET\n", "r--r-----");
        var secret = new Secret.Credential("token");
        assertEquals("S3CRET", secret.read(Map.of("CREDENTIALS_DIRECTORY", folder.toString())));
        assertEquals("credential token", secret.toString());
        assertEquals("there is no credential token, for systemd did not start this with any: put"
                + " LoadCredential=token:FILE into the unit", refusal(secret, Map.of()));
        assertEquals("cannot read the secret in credential none: it does not exist",
                refusal(new Secret.Credential("none"), Map.of("CREDENTIALS_DIRECTORY", folder.toString())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "a\nb"})
    void whatNamesNoCredential(String name) {
        assertThrows(IllegalArgumentException.class, () -> new Secret.Credential(name));
    }
}
