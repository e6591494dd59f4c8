package dev.plumbline.source;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where intents lie in Git.
 *
 * @param url {@code https://}, {@code http://} to this host only, {@code ssh://}, {@code user@host:path},
 *         {@code file://} or an absolute path; without a password
 * @param ref a branch, a tag, or a full name that begins with {@code refs/}; absent: what HEAD of the remote names
 * @param path the directory of the intents within the repository, without slashes at its ends; empty: all of it
 */
public record GitLocation(String url, Optional<String> ref, String path) {

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*");
    private static final Pattern SCP_LIKE =
            Pattern.compile("(?:([^@:/\\s]+)@)?(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):(?!//)[^\\s:].*");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
    /** What git-check-ref-format(1) refuses. */
    private static final Pattern BAD_REF = Pattern.compile(
            "^[-/].*|.*(\\.\\.|//|@\\{|[\\s\\p{Cntrl}~^:?*\\[\\\\]).*|(.*/)?\\..*|.*(\\.lock(/.*)?|[/.])$|@|");
    private static final Pattern CONTROL = Pattern.compile(".*[\\p{Cntrl}].*", Pattern.DOTALL);

    /** @throws SourceException if a part is not as it has to be */
    public GitLocation {
        checkUrl(url);
        ref.ifPresent(GitLocation::checkRef);
        path = relative(path);
    }

    /** Whether an ssh server is asked. */
    boolean isSsh() {
        return scheme(url).equals("ssh");
    }

    boolean isFile() {
        return scheme(url).equals("file");
    }

    boolean isHttp() {
        return scheme(url).startsWith("http");
    }

    /** The URL without the user. */
    public String publicUrl() {
        return switch (scheme(url)) {
            case "ssh" -> url.contains("://") ? url.replaceFirst("://[^/@]*@", "://")
                    : url.replaceFirst("^[^@:/]+@", "");
            default -> url;
        };
    }

    /** As errors and the status show it. */
    @Override
    public String toString() {
        return publicUrl() + ref.map(name -> ", ref " + name).orElse("") + (path.isEmpty() ? "" : ", path " + path);
    }

    /** Empty for what is no URL that is known here. */
    private static String scheme(String url) {
        var scheme = SCHEME.matcher(url);
        if (scheme.matches()) {
            return scheme.group(1).toLowerCase(Locale.ROOT);
        }
        if (url.startsWith("/")) {
            return "file";
        }
        return SCP_LIKE.matcher(url).matches() ? "ssh" : "";
    }

    private static void checkUrl(String url) {
        if (CONTROL.matcher(url).matches()) {
            throw new SourceException("the URL of the Git repository has a control character in it");
        }
        switch (scheme(url)) {
            case "https", "http", "ssh" -> {
                if (url.contains("://")) {
                    checkParts(url);
                }
            }
            case "file" -> {
                if (!url.startsWith("/") && !url.substring("file://".length()).startsWith("/")) {
                    throw new SourceException(url + " names no absolute path: file:///srv/git/network.git");
                }
            }
            default -> throw new SourceException(withoutUser(url) + " is no URL of a Git repository that plumbline can"
                    + " read: https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH, file:///PATH or /PATH");
        }
    }

    private static void checkParts(String url) {
        URI parts;
        try {
            parts = new URI(url);
        } catch (URISyntaxException e) {
            // The exception's own message would show the user and the password.
            throw new SourceException("not a URL: " + withoutUser(url));
        }
        var shown = withoutUser(url);
        var user = parts.getRawUserInfo();
        boolean http = !parts.getScheme().equalsIgnoreCase("ssh");
        if (user != null && (http || user.contains(":"))) {
            throw new SourceException("the URL " + shown + " has a " + (http ? "user or password" : "password")
                    + " in it, which logs and the process list would show: take it out, and " + (http
                            ? "say by reference where the token lies (token: {file: FILE})"
                            : "use a key (sshKey: {file: FILE})"));
        }
        if (parts.getHost() == null) {
            throw new SourceException("the URL " + shown + " names no host");
        }
        if (parts.getRawQuery() != null || parts.getRawFragment() != null) {
            throw new SourceException("the URL of a Git repository has neither ? nor #: "
                    + shown.replaceFirst("[?#].*", ""));
        }
        if (parts.getScheme().equalsIgnoreCase("http") && !LOOPBACK.matcher(parts.getHost()).matches()) {
            throw new SourceException(shown + " is not encrypted, so anybody on the way could change the intents: use"
                    + " https://");
        }
    }

    private static String withoutUser(String url) {
        return url.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)?[^/]*@", "$1").replaceFirst("[?#].*", "");
    }

    private static void checkRef(String ref) {
        if (BAD_REF.matcher(ref).matches()) {
            throw new SourceException("'" + ref.replaceAll("\\p{Cntrl}", "?") + "' cannot name a branch or a tag");
        }
    }

    private static String relative(String path) {
        var trimmed = path.replaceAll("^(\\./+)+|/+$", "");
        if (trimmed.equals(".")) {
            return "";
        }
        if (trimmed.startsWith("/") || CONTROL.matcher(trimmed).matches()
                || Pattern.compile("(^|/)(\\.{0,2})(/|$)").matcher(trimmed).find() && !trimmed.isEmpty()) {
            throw new SourceException("'" + path.replaceAll("\\p{Cntrl}", "?")
                    + "' is no directory within a repository: say it without a slash before it and without ..");
        }
        return trimmed;
    }
}
