package dev.plumbline.secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** A reference to a secret. {@code toString} shows where it lies, never what it is. */
public sealed interface Secret {

    /**
     * The value, without line ends after it.
     *
     * @throws SecretException if there is none, or others can read it
     */
    default String read() {
        return read(System.getenv());
    }

    /** The same with another environment than the process's own. */
    String read(Map<String, String> environment);

    /**
     * A file that its owner alone can read.
     *
     * @param path absolute, or relative to the working directory
     */
    record File(Path path) implements Secret {

        private static final int FOR_OTHERS = 0077;

        @Override
        public String read(Map<String, String> environment) {
            try {
                int mode = (int) Files.getAttribute(path, "unix:mode") & 07777;
                if ((mode & FOR_OTHERS) != 0) {
                    throw new SecretException("others can read the secret in %s, which has mode %04o: chmod 600 '%s'"
                            .formatted(path, mode, path));
                }
            } catch (IOException e) {
                throw SecretText.unreadable(this, e);
            }
            return SecretText.of(this, path);
        }

        @Override
        public String toString() {
            return "file " + path;
        }
    }

    /** An environment variable, as build servers hand secrets over. Whoever is root or this user can see it. */
    record Environment(String name) implements Secret {

        @Override
        public String read(Map<String, String> environment) {
            var value = environment.get(name);
            if (value == null) {
                throw new SecretException("the environment variable " + name + ", which is to hold a secret,"
                        + " is not set");
            }
            return SecretText.stripped(this, value);
        }

        @Override
        public String toString() {
            return "environment variable " + name;
        }
    }

    /**
     * A credential that systemd hands to the unit ({@code LoadCredential=} and its kin, systemd.exec(5)): a file in the
     * directory that {@code $CREDENTIALS_DIRECTORY} names, which systemd keeps from others.
     */
    record Credential(String name) implements Secret {

        private static final Pattern NAME = Pattern.compile("(?!\\.\\.?$)[^/\\p{Cntrl}]{1,255}");

        public Credential {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + name + "' cannot name a credential: it is a file name");
            }
        }

        @Override
        public String read(Map<String, String> environment) {
            var directory = environment.get("CREDENTIALS_DIRECTORY");
            if (directory == null) {
                throw new SecretException("there is no credential " + name + ", for systemd did not start this with"
                        + " any: put LoadCredential=" + name + ":FILE into the unit");
            }
            return SecretText.of(this, Path.of(directory, name));
        }

        @Override
        public String toString() {
            return "credential " + name;
        }
    }
}
