package dev.plumbline.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptedTest {

    private static final String SOPS = "psk: ENC[AES256_GCM,data:Tr7oc19nc6t1m9OrUeo=,"
            + "iv:1vzlPZLfy6wa14/x17P8Ix8wEGDeY0v2dIboZmmwoww=,"
            + "tag:NpobRzMzNxNHtaMF8KKJZQ==,type:str]\n"
            + "open: %s\n"
            + "sops:\n    age: []\n    mac: ENC[AES256_GCM,data:OYqJ7+SEYw==,iv:aaaa,tag:bbbb,type:str]\n"
            + "    version: 3.9.0\n";

    @TempDir
    private Path folder;

    private AgeKey key;

    @BeforeEach
    void keyOfTheHost() {
        key = AgeKey.create(folder.resolve("host.key"));
    }

    private static Secret.Encrypted secret(String path) {
        return new Secret.Encrypted(path, Optional.empty());
    }

    private SecretAccess access(byte[] content) {
        return new SecretAccess(System.getenv(), path -> content, Optional.of(key.identity()));
    }

    private static String refusal(Secret secret, SecretAccess access) {
        return assertThrows(SecretException.class, () -> secret.read(access)).getMessage();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void ageDecrypts() {
        var secret = secret("secrets/psk.age");
        assertEquals("S3CRET ü", secret.read(access(key.encrypted("S3CRET ü\n"))));
        assertEquals("S3CRET", secret.read(access(key.encrypted("S3CRET", "--armor"))));
        assertEquals("x".repeat(65_536), secret.read(access(key.encrypted("x".repeat(65_536), "--armor"))));
        assertEquals("encrypted file secrets/psk.age", secret.toString());
    }

    @Test
    void whatIsNoSecret() {
        var secret = secret("psk.age");
        assertEquals("cannot decrypt the encrypted file psk.age: what is in it is larger than 64 KiB, and so no secret",
                refusal(secret, access(key.encrypted("x".repeat(65_537)))));
        assertEquals("the encrypted file psk.age, which is to hold a secret, is empty",
                refusal(secret, access(key.encrypted("\n"))));
        assertEquals("the encrypted file psk.age is larger than 256 KiB, and so no secret",
                refusal(secret, access(new byte[300_000])));
    }

    @Test
    void anotherHostsFile() {
        var other = AgeKey.create(folder.resolve("other.key"));
        assertEquals("cannot decrypt the encrypted file psk.age: it is not encrypted for this host's key "
                + key.identity() + ": encrypt it for the recipient that `age-keygen -y " + key.identity()
                + "` prints, too", refusal(secret("psk.age"), access(other.encrypted("S3CRET"))));
    }

    @Test
    void aDamagedFile() {
        var content = key.encrypted("S3CRET");
        content[content.length - 1] ^= 1;
        var message = refusal(secret("psk.age"), access(content));
        assertTrue(message.contains("ended with exit code 1; to see why, run by hand: age --decrypt -i "), message);
    }

    @Test
    void theHostsKeyIsItsOwn() throws IOException {
        var content = key.encrypted("S3CRET");
        Files.setPosixFilePermissions(key.identity(), PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(refusal(secret("psk.age"), access(content)).startsWith("others can read the secret in "));
        Files.delete(key.identity());
        assertTrue(refusal(secret("psk.age"), access(content)).endsWith("host.key: it does not exist"));
        assertTrue(refusal(secret("psk.age"), new SecretAccess(System.getenv(), path -> content, Optional.empty()))
                .endsWith("name its file in plumbline.yaml: secrets: {ageIdentity: /etc/plumbline/age.key}"));
    }

    /** A damaged key stands in no message, though age may quote it. */
    @Test
    void aDamagedKeyIsNotShown() throws IOException {
        var content = key.encrypted("S3CRET");
        Files.writeString(key.identity(), "AGE-SECRET-KEY-1DAMAGED\n");
        assertFalse(refusal(secret("psk.age"), access(content)).contains("DAMAGED"));
    }

    @Test
    void theProgramsMustBeThere() {
        var nowhere = Map.of("PATH", folder.toString());
        assertEquals("cannot decrypt the encrypted file psk.age: there is no program `age`: apt install age",
                refusal(secret("psk.age"), new SecretAccess(nowhere, path -> key.encrypted("S3CRET"),
                        Optional.of(key.identity()))));
        assertEquals("cannot decrypt the encrypted file a.sops.yaml: there is no program `sops`: take it from"
                + " https://github.com/getsops/sops/releases, and put it into /usr/local/bin",
                refusal(secret("a.sops.yaml"), new SecretAccess(nowhere, path -> bytes(SOPS.formatted("''")),
                        Optional.of(key.identity()))));
    }

    /** The programs find neither what is secret in their arguments nor more in their environment than they need. */
    @Test
    void whatAProgramIsGiven() throws IOException {
        var program = folder.resolve("sops");
        Files.writeString(program, "#!/bin/sh\necho \"$@\"\nenv | grep -v ^_= | grep -v ^PWD= | sort\ncat\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        var content = SOPS.formatted("clear");
        var access = new SecretAccess(Map.of("PATH", folder.toString(), "TOKEN", "S3CRET"), path -> bytes(content),
                Optional.of(key.identity()));
        assertEquals("--decrypt --input-type yaml --output-type yaml --extract [\"psk\"] /dev/stdin\n"
                + "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                + "SOPS_AGE_KEY_FILE=" + key.identity() + "\n" + content.strip(),
                new Secret.Encrypted("a.sops.yaml", Optional.of("psk")).read(access));
    }

    @Test
    void aProgramThatHangsIsEnded() throws IOException {
        var program = folder.resolve("age");
        Files.writeString(program, "#!/bin/sh\nsleep 60\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        var content = key.encrypted("S3CRET");
        long start = System.nanoTime();
        assertTrue(refusal(secret("psk.age"), new SecretAccess(Map.of("PATH", folder.toString()), path -> content,
                Optional.of(key.identity()))).endsWith("/age did not end within 10 s"));
        assertTrue(System.nanoTime() - start < 15_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"S3CRET", "", "age-encryption.org/v2\nS3CRET", "-----BEGIN S3CRET-----"})
    void whatIsNotEncrypted(String content) {
        for (var name : new String[] {"psk.age", "psk.sops.yaml", "psk.sops.json"}) {
            var message = refusal(secret(name), access(bytes(content)));
            assertTrue(message.startsWith(name + " is not encrypted with ") && !message.contains("S3CRET"), message);
        }
    }

    @Test
    void filesOfSops() {
        var encrypted = SOPS.formatted("''");
        secret("a.sops.yaml").requireEncrypted(bytes(encrypted));
        secret("a.sops.json").requireEncrypted(bytes("""
                {
                \t"hosts": [
                \t\t{"psk": "ENC[AES256_GCM,data:Tr7o=,iv:1vz=,tag:Npo==,type:str]"}
                \t],
                \t"sops": {
                \t\t"age": [],
                \t\t"mac": "ENC[AES256_GCM,data:OYq=,iv:a=,tag:b=,type:str]"
                \t}
                }
                """));
        new Secret.Encrypted("a.sops.yaml", Optional.of("psk")).requireEncrypted(bytes(SOPS.formatted("clear")));
        assertEquals("[\"hosts\"][0][\"psk\"]", SopsFile.parse(bytes("hosts: [{psk: x}]\nsops: {mac: '"
                + "ENC[AES256_GCM,data:OYq=,iv:a=,tag:b=,type:str]'}")).orElseThrow().extraction("hosts.0.psk"));
    }

    @ParameterizedTest
    @CsvSource({"open,a.sops.yaml has no encrypted field open", "none,a.sops.yaml has no encrypted field none",
            "psk.0,a.sops.yaml has no encrypted field psk.0", ",a.sops.yaml has values that are not encrypted; name the"
            + " field: {repository: a.sops.yaml; key: FIELD}"})
    void fieldsOfSopsThatAreNotEncrypted(String field, String message) {
        var secret = new Secret.Encrypted("a.sops.yaml", Optional.ofNullable(field));
        assertEquals(message.replace("yaml;", "yaml,"), refusal(secret, access(bytes(SOPS.formatted("S3CRET")))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/x.age", "../x.age", "a/../x.age", "a//x.age", "./x.age", ".x.age", "x", "x.yaml",
            "x\n.age", "x.age/"})
    void pathsThatAreRefused(String path) {
        assertThrows(IllegalArgumentException.class, () -> secret(path));
    }

    @Test
    void fieldsThatAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Secret.Encrypted("x.age", Optional.of("a")));
        for (var field : new String[] {"", "a..b", "a\"]b", "-x y"}) {
            assertThrows(IllegalArgumentException.class, () -> new Secret.Encrypted("x.sops.yaml", Optional.of(field)));
        }
    }

    /** The real program, where it is installed; without it {@link #theProgramsMustBeThere} says what happens. */
    @Test
    void sopsDecryptsOrIsMissed() throws IOException, InterruptedException {
        var program = Decryption.program("sops", System.getenv());
        var clear = Files.writeString(folder.resolve("a.sops.yaml"), "ipsec:\n    psk: S3CRET\n");
        if (program.isEmpty()) {
            assertTrue(refusal(secret("a.sops.yaml"), access(bytes(SOPS.formatted("''"))))
                    .contains("there is no program `sops`"));
            return;
        }
        assertEquals(0, new ProcessBuilder(program.get().toString(), "--encrypt", "--age", key.recipient(),
                "--in-place", clear.toString()).inheritIO().start().waitFor());
        var content = Files.readAllBytes(clear);
        assertEquals("S3CRET", new Secret.Encrypted("a.sops.yaml", Optional.of("ipsec.psk")).read(access(content)));
        assertEquals("ipsec:\n    psk: S3CRET", secret("a.sops.yaml").read(access(content)));
    }
}
