package dev.plumbline.source;

import dev.plumbline.secret.SecretException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;

/** Says why a fetch failed: JGit wraps the cause several times, in words for programmers. */
final class FetchFailure {

    /** How JGit says that the server answers, but not to us. */
    private static final List<String> DENIED = List.of("not authorized", "not permitted",
            "authentication not supported", "Cannot log in at");

    private FetchFailure() {
    }

    static RefusedException of(GitLocation location, Throwable e) {
        var url = location.publicUrl();
        var chain = chain(e);
        var secret = first(chain, SecretException.class);
        if (secret.isPresent()) {
            return new RefusedException(Refusal.Kind.DENIED, "cannot log in to " + url + ": "
                    + secret.get().getMessage());
        }
        var unusable = first(chain, SourceException.class);
        if (unusable.isPresent()) {
            return unreachable(url, unusable.get().getMessage());
        }
        if (first(chain, NoRemoteRepositoryException.class).isPresent()) {
            return location.isFile() ? unreachable(url, "there is no Git repository")
                    : new RefusedException(Refusal.Kind.DENIED, "there is no Git repository " + url
                            + ", or it is not shown to us");
        }
        for (var each : chain) {
            if (each.getMessage() != null && DENIED.stream().anyMatch(each.getMessage()::contains)) {
                return new RefusedException(Refusal.Kind.DENIED, url + " does not let us read it: "
                        + (location.isHttp() ? "is the token right, and may it read this repository?"
                                : "is the key right, and known to the server?"));
            }
        }
        if (first(chain, SSLException.class).isPresent()) {
            return unreachable(url, "its certificate does not count (" + last(chain)
                    + "); if an authority of your own made it, name that (caFile: FILE)");
        }
        return unreachable(url, first(chain, UnknownHostException.class)
                .map(unknown -> "no address is known for the host " + unknown.getMessage())
                .orElseGet(() -> last(chain)));
    }

    private static RefusedException unreachable(String url, String why) {
        return new RefusedException(Refusal.Kind.UNREACHABLE, "cannot fetch from " + url + ": "
                + Repositories.printable(why));
    }

    private static List<Throwable> chain(Throwable e) {
        var chain = new ArrayList<Throwable>();
        for (var each = e; each != null && !chain.contains(each); each = each.getCause()) {
            chain.add(each);
        }
        return chain;
    }

    private static <T> Optional<T> first(List<Throwable> chain, Class<T> type) {
        return chain.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /** The innermost message: it is nearest to the cause. */
    private static String last(List<Throwable> chain) {
        return chain.reversed().stream().filter(each -> each.getMessage() != null).findFirst()
                .map(Throwable::getMessage).orElseGet(() -> chain.getLast().toString());
    }
}
