package dev.plumbline.source;

import dev.plumbline.secret.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a Git server is reached.
 *
 * @param token for https, sent as the password, and only to the host that the URL names
 * @param user the name that goes with the token; absent: {@code git}, which the large hosts take with any token
 * @param caFile certificates in PEM of the authorities that may vouch for the https server; absent: those of Java
 * @param sshKey the private key, not encrypted, in the format of OpenSSH or PEM
 * @param knownHosts the keys of ssh servers, in the format of sshd(8); a server that is not in it is not talked to
 * @param timeout how long a fetch may take in all, from a second on
 */
public record GitAccess(Optional<Secret> token, Optional<String> user, Optional<Path> caFile, Optional<Secret> sshKey,
        Optional<Path> knownHosts, Duration timeout) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    public GitAccess {
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a fetch needs a second at least, not " + timeout);
        }
    }

    /** For what anybody may read. */
    public static GitAccess anonymous() {
        return new GitAccess(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                DEFAULT_TIMEOUT);
    }
}
