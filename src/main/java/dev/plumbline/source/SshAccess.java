package dev.plumbline.source;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.internal.transport.sshd.OpenSshServerKeyDatabase;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/** Reaches a server over ssh: with one key, and only a server whose key is known. No configuration of ssh is read. */
final class SshAccess implements ServerKeyDatabase {

    private final Path knownHosts;
    private final OpenSshServerKeyDatabase known;
    private volatile @Nullable String denial;

    private SshAccess(Path knownHosts) {
        this.knownHosts = knownHosts;
        known = new OpenSshServerKeyDatabase(false, List.of(knownHosts));
    }

    /**
     * @param empty a directory where nothing of ssh's lies
     * @return says afterwards whether it was the server that was refused
     */
    static SshAccess configure(SshTransport transport, GitAccess access, File empty) {
        var file = access.knownHosts().orElseThrow(() -> new SourceException("which keys the ssh server may have is not"
                + " said: write them into a file (ssh-keyscan HOST, compared with what the server's owner says), and"
                + " name that (knownHosts: FILE)"));
        Trust.requireSafe("the keys of the ssh server", file);
        var servers = new SshAccess(file);
        transport.setSshSessionFactory(factory(servers, keys(access), empty));
        return servers;
    }

    private static SshdSessionFactory factory(ServerKeyDatabase servers, List<KeyPair> keys, File empty) {
        return new SshdSessionFactoryBuilder()
                .setHomeDirectory(empty)
                .setSshDirectory(empty)
                .setConfigStoreFactory((home, file, user) -> null)
                .setPreferredAuthentications("publickey")
                .setDefaultIdentities(directory -> List.of())
                .setDefaultKeysProvider(directory -> keys)
                .setServerKeyDatabase((home, directory) -> servers)
                // No agent of whoever runs this.
                .setConnectorFactory(null)
                .build(null);
    }

    private static List<KeyPair> keys(GitAccess access) {
        var secret = access.sshKey().orElseThrow(() -> new SourceException("with which key to log in to the ssh server"
                + " is not said (sshKey: {file: FILE})"));
        var text = (secret.read() + "\n").getBytes(StandardCharsets.UTF_8);
        var keys = new ArrayList<KeyPair>();
        try {
            var found = SecurityUtils.loadKeyPairIdentities(null, NamedResource.ofName(secret.toString()),
                    new ByteArrayInputStream(text), null);
            if (found != null) {
                found.forEach(keys::add);
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new SourceException("the ssh key in " + secret + " cannot be used (" + e.getMessage()
                    + "): it has to be a private key without a passphrase", e);
        }
        if (keys.isEmpty()) {
            throw new SourceException("there is no private ssh key in " + secret);
        }
        return keys;
    }

    /** Why the server was not talked to, if that is why. */
    Optional<String> denial() {
        return Optional.ofNullable(denial);
    }

    @Override
    public List<PublicKey> lookup(String address, InetSocketAddress remote, Configuration configuration) {
        return known.lookup(address, remote, new Strict(configuration));
    }

    @Override
    public boolean accept(String address, InetSocketAddress remote, PublicKey key, Configuration configuration,
            @Nullable CredentialsProvider provider) {
        var strict = new Strict(configuration);
        boolean accepted = known.accept(address, remote, key, strict, provider);
        if (!accepted) {
            denial = "the ssh server " + address + " shows the key " + KeyUtils.getFingerPrint(key) + ", which "
                    + knownHosts + (known.lookup(address, remote, strict).isEmpty() ? " does not have: it knows nothing"
                            + " of that server" : " does not have: it is another server, or has got another key");
        }
        return accepted;
    }

    /** As {@code StrictHostKeyChecking yes} of ssh_config(5). */
    private record Strict(Configuration given) implements Configuration {

        @Override
        public List<String> getUserKnownHostsFiles() {
            return List.of();
        }

        @Override
        public List<String> getGlobalKnownHostsFiles() {
            return List.of();
        }

        @Override
        public StrictHostKeyChecking getStrictHostKeyChecking() {
            return StrictHostKeyChecking.REQUIRE_MATCH;
        }

        @Override
        public boolean getHashKnownHosts() {
            return false;
        }

        @Override
        public String getUsername() {
            return given.getUsername();
        }
    }
}
