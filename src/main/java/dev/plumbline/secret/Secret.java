package dev.plumbline.secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
    default String read(Map<String, String> environment) {
        return read(new SecretAccess(environment, SecretAccess.NO_REPOSITORY, Optional.empty()));
    }

    /** The same for secrets that may lie in a repository. */
    String read(SecretAccess access);

    /**
     * A file that its owner alone can read.
     *
     * @param path absolute, or relative to the working directory
     */
    record File(Path path) implements Secret {

        private static final int FOR_OTHERS = 0077;

        @Override
        public String read(SecretAccess access) {
            requireOwn();
            return SecretText.of(this, path);
        }

        /**
         * Refuses a file that others can read.
         *
         * @throws SecretException with the command that mends it; also if there is no such file
         */
        public void requireOwn() {
            try {
                int mode = (int) Files.getAttribute(path, "unix:mode") & 07777;
                if ((mode & FOR_OTHERS) != 0) {
                    throw new SecretException("others can read the secret in %s, which has mode %04o: chmod 600 '%s'"
                            .formatted(path, mode, path));
                }
            } catch (IOException e) {
                throw SecretText.unreadable(this, e);
            }
        }

        @Override
        public String toString() {
            return "file " + path;
        }
    }

    /** An environment variable, as build servers hand secrets over. Whoever is root or this user can see it. */
    record Environment(String name) implements Secret {

        @Override
        public String read(SecretAccess access) {
            var value = access.environment().get(name);
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
        public String read(SecretAccess access) {
            var directory = access.environment().get("CREDENTIALS_DIRECTORY");
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

    /**
     * A file of the repository, or of the folder, that the intents come from, encrypted with age or SOPS for this host.
     *
     * @param path from the folder of the intents on, such as {@code secrets/psk.age}: {@code *.age} as age writes it,
     *     binary or armored; {@code *.sops.yaml}, {@code *.sops.yml} or {@code *.sops.json} as SOPS does
     * @param key the field within a SOPS file, its parts joined by dots; absent: the whole text
     */
    record Encrypted(String path, Optional<String> key) implements Secret {

        private static final String PART = "(?!\\.)[^/\\p{Cntrl}]{1,255}";
        private static final Pattern PATH = Pattern.compile("(?:" + PART + "/)*" + PART);
        private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*");

        public Encrypted {
            if (!PATH.matcher(path).matches()) {
                throw new IllegalArgumentException("'" + path + "' is no path of a file below the folder of the"
                        + " intents, such as secrets/psk.age");
            }
            if (!path.endsWith(".age") && !SopsFile.isName(path)) {
                throw new IllegalArgumentException("'" + path + "' does not say how it is encrypted: its name ends with"
                        + " .age, .sops.yaml or .sops.json");
            }
            if (key.isPresent() && (path.endsWith(".age") || !KEY.matcher(key.get()).matches())) {
                throw new IllegalArgumentException(path.endsWith(".age")
                        ? "a file of age has no fields: leave out `key`"
                        : "'" + key.get() + "' is no field of a SOPS file, such as ipsec.psk");
            }
        }

        @Override
        public String read(SecretAccess access) {
            return Decryption.of(this, access);
        }

        /**
         * Refuses a file that is not encrypted, or not as its name says. Needs no key.
         *
         * @throws SecretException that says nothing of the content
         */
        public void requireEncrypted(byte[] content) {
            Decryption.requireEncrypted(this, content);
        }

        /** Where {@code age} or {@code sops} is, by {@code $PATH}. */
        public static Optional<Path> program(String name, Map<String, String> environment) {
            return Decryption.program(name, environment);
        }

        @Override
        public String toString() {
            return "encrypted file " + path + key.map(each -> ", field " + each).orElse("");
        }
    }
}
