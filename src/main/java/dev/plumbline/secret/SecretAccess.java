package dev.plumbline.secret;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * With what secrets are read.
 *
 * @param environment of the process
 * @param repository the source of the intents
 * @param ageIdentity the file with this host's key, in the format of {@code age-keygen}
 */
public record SecretAccess(Map<String, String> environment, Files repository, Optional<Path> ageIdentity) {

    /** Has no file. */
    public static final Files NO_REPOSITORY = path -> {
        throw new SecretException("a file of the repository cannot be a secret here");
    };

    public SecretAccess {
        environment = Map.copyOf(environment);
    }

    /** The files of a source of intents. */
    @FunctionalInterface
    public interface Files {

        /**
         * The content of a file.
         *
         * @param path from the folder of the intents on
         * @throws RuntimeException if there is none, or it is not to be read
         */
        byte[] file(String path);
    }
}
