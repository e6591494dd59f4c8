package dev.plumbline.secret;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs {@code age} or {@code sops}: the encrypted file goes in by standard input, the secret comes back by standard
 * output and is kept in memory alone. What these programs say of errors is not shown, for it may quote their input.
 */
final class Decryption {

    private static final byte[] BINARY = "age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ARMORED = "-----BEGIN AGE ENCRYPTED FILE-----".getBytes(StandardCharsets.US_ASCII);
    private static final int SECONDS = 10;
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Secret.Encrypted secret;
    private final Path identity;
    private final Path program;

    private Decryption(Secret.Encrypted secret, Path identity, Path program) {
        this.secret = secret;
        this.identity = identity;
        this.program = program;
    }

    static String of(Secret.Encrypted secret, SecretAccess access) {
        var content = access.repository().file(secret.path());
        requireEncrypted(secret, content);
        var identity = access.ageIdentity().orElseThrow(() -> new SecretException("cannot decrypt the " + secret
                + ": this host has no key; name its file in plumbline.yaml: secrets: {ageIdentity:"
                + " /etc/plumbline/age.key}"));
        new Secret.File(identity).requireOwn();
        boolean age = secret.path().endsWith(".age");
        var program = program(age ? "age" : "sops", access.environment()).orElseThrow(() -> new SecretException(
                "cannot decrypt the " + secret + ": " + (age ? "there is no program `age`: apt install age"
                : "there is no program `sops`: take it from https://github.com/getsops/sops/releases, and put it into"
                + " /usr/local/bin")));
        return new Decryption(secret, identity, program).text(content);
    }

    static void requireEncrypted(Secret.Encrypted secret, byte[] content) {
        if (content.length > SecretText.LARGEST_ENCRYPTED) {
            throw new SecretException("the " + secret + " is larger than 256 KiB, and so no secret");
        }
        if (secret.path().endsWith(".age")) {
            if (!startsWith(content, BINARY) && !startsWith(content, ARMORED)) {
                throw new SecretException(secret.path() + " is not encrypted with age, and so no secret any more:"
                        + " replace it by another one, encrypted by `age -r RECIPIENT -o " + secret.path() + "`");
            }
            return;
        }
        var file = SopsFile.parse(content).orElseThrow(() -> new SecretException(secret.path()
                + " is not encrypted with SOPS, and so no secret any more: replace it by another one, encrypted by"
                + " `sops --encrypt --in-place " + secret.path() + "`"));
        if (!secret.key().map(file::isEncrypted).orElseGet(file::isWholeEncrypted)) {
            throw new SecretException(secret.key().map(key -> secret.path() + " has no encrypted field " + key)
                    .orElse(secret.path() + " has values that are not encrypted; name the field: {repository: "
                            + secret.path() + ", key: FIELD}"));
        }
    }

    private static boolean startsWith(byte[] content, byte[] prefix) {
        return content.length >= prefix.length
                && Arrays.equals(content, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** In the directories of {@code $PATH}: Java would look in those that it started with. */
    static Optional<Path> program(String name, Map<String, String> environment) {
        return Arrays.stream(environment.getOrDefault("PATH", PATH).split(":")).filter(each -> each.startsWith("/"))
                .map(each -> Path.of(each, name)).filter(each -> Files.isRegularFile(each) && Files.isExecutable(each))
                .findFirst();
    }

    private List<String> command(byte[] content) {
        if (secret.path().endsWith(".age")) {
            return List.of(program.toString(), "--decrypt", "-i", identity.toString());
        }
        var command = new ArrayList<>(List.of(program.toString(), "--decrypt"));
        var type = secret.path().endsWith(".json") ? "json" : "yaml";
        command.addAll(List.of("--input-type", type, "--output-type", type));
        secret.key().ifPresent(key -> command.addAll(List.of("--extract",
                SopsFile.parse(content).orElseThrow().extraction(key))));
        command.add("/dev/stdin");
        return command;
    }

    private String text(byte[] content) {
        var plain = run(content);
        try {
            if (plain.length > SecretText.LARGEST) {
                throw failed("what is in it is larger than 64 KiB, and so no secret");
            }
            return SecretText.stripped(secret, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(plain))
                    .toString());
        } catch (CharacterCodingException e) {
            throw failed("what is in it is no text in UTF-8");
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private SecretException failed(String why) {
        return new SecretException("cannot decrypt the " + secret + ": " + why);
    }

    private byte[] run(byte[] content) {
        var builder = new ProcessBuilder(command(content));
        builder.environment().clear();
        builder.environment().put("PATH", PATH);
        if (!secret.path().endsWith(".age")) {
            builder.environment().put("SOPS_AGE_KEY_FILE", identity.toString());
        }
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw failed(program + " cannot be run");
        }
        try {
            return result(process, content);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private byte[] result(Process process, byte[] content) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        var output = reading(process.getInputStream(), SecretText.LARGEST + 1);
        var complaint = reading(process.getErrorStream(), SecretText.LARGEST);
        Thread.ofVirtual().start(() -> write(process, content));
        try {
            var plain = output.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (plain.length > SecretText.LARGEST) {
                return plain;
            }
            var said = complaint.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                Arrays.fill(plain, (byte) 0);
                throw failed(why(process.exitValue(), new String(said, StandardCharsets.UTF_8)));
            }
            return plain;
        } catch (TimeoutException e) {
            throw failed(program + " did not end within " + SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted");
        } catch (ExecutionException e) {
            throw failed(program + " broke off");
        }
    }

    private String why(int exitCode, String said) {
        return said.contains("no identity matched") ? "it is not encrypted for this host's key " + identity
                + ": encrypt it for the recipient that `age-keygen -y " + identity + "` prints, too"
                : program + " ended with exit code " + exitCode + "; to see why, run by hand: "
                + (secret.path().endsWith(".age") ? "age --decrypt -i " + identity : "SOPS_AGE_KEY_FILE=" + identity
                + " sops --decrypt") + " " + secret.path();
    }

    private static CompletableFuture<byte[]> reading(InputStream in, int most) {
        var content = new CompletableFuture<byte[]>();
        Thread.ofVirtual().start(() -> {
            try (in) {
                content.complete(in.readNBytes(most));
            } catch (IOException e) {
                content.completeExceptionally(e);
            }
        });
        return content;
    }

    private static void write(Process process, byte[] content) {
        try (var in = process.getOutputStream()) {
            in.write(content);
        } catch (IOException e) {
            // It ended without reading all; its exit code tells.
        }
    }
}
