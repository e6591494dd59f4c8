package dev.plumbline.source;

import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/** Reaches a server over https: one host, with its token, by the authorities that may vouch for it. */
final class HttpAccess implements HttpConnectionFactory {

    private static final String ANY_USER = "git";

    private final URL allowed;
    private final Optional<TrustManager[]> authorities;
    private final JDKHttpConnectionFactory connections = new JDKHttpConnectionFactory();

    private HttpAccess(URL allowed, Optional<TrustManager[]> authorities) {
        this.allowed = allowed;
        this.authorities = authorities;
    }

    static void configure(TransportHttp transport, GitAccess access) throws IOException {
        var url = URI.create(transport.getURI().toString()).toURL();
        transport.setHttpConnectionFactory(new HttpAccess(url, access.caFile().map(HttpAccess::authorities)));
        transport.setCredentialsProvider(new Token(access));
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        return checked(url, connections.create(url));
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        return checked(url, connections.create(url, proxy));
    }

    /** JGit follows a redirect, and would take the token along. */
    private HttpConnection checked(URL url, HttpConnection connection) throws IOException {
        if (!url.getProtocol().equals(allowed.getProtocol()) || !url.getHost().equalsIgnoreCase(allowed.getHost())
                || port(url) != port(allowed)) {
            throw new SourceException(allowed.getHost() + " sends us on to " + url.getProtocol() + "://" + url.getHost()
                    + (url.getPort() < 0 ? "" : ":" + url.getPort()) + ": if that is right, name it in the URL");
        }
        if (authorities.isPresent() && url.getProtocol().equals("https")) {
            try {
                connection.configure(null, authorities.get(), null);
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
        return connection;
    }

    private static int port(URL url) {
        return url.getPort() < 0 ? url.getDefaultPort() : url.getPort();
    }

    private static TrustManager[] authorities(Path file) {
        Trust.requireSafe("the certificates of the authorities", file);
        try (var in = Files.newInputStream(file)) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority" + count++, certificate);
            }
            if (count == 0) {
                throw new CertificateException("it is empty");
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new SourceException(file + " holds no certificates in PEM: " + e.getMessage(), e);
        }
    }

    /** Answers when the server asks who we are, and nothing else: JGit also asks whether to trust any certificate. */
    private static final class Token extends CredentialsProvider {

        private final GitAccess access;

        private Token(GitAccess access) {
            this.access = access;
        }

        @Override
        public boolean isInteractive() {
            return false;
        }

        @Override
        public boolean supports(CredentialItem... items) {
            for (var item : items) {
                if (!(item instanceof CredentialItem.Username) && !(item instanceof CredentialItem.Password)) {
                    return false;
                }
            }
            return access.token().isPresent();
        }

        @Override
        public boolean get(URIish uri, CredentialItem... items) {
            if (!supports(items)) {
                return false;
            }
            for (var item : items) {
                switch (item) {
                    case CredentialItem.Username user -> user.setValue(access.user().orElse(ANY_USER));
                    case CredentialItem.Password password ->
                            password.setValue(access.token().orElseThrow().read().toCharArray());
                    default -> {
                        return false;
                    }
                }
            }
            return true;
        }
    }
}
