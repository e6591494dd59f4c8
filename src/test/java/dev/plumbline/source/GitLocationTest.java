package dev.plumbline.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitLocationTest {

    private static GitLocation at(String url) {
        return new GitLocation(url, Optional.empty(), "");
    }

    private static String refusal(String url) {
        return assertThrows(SourceException.class, () -> at(url)).getMessage();
    }

    @ParameterizedTest
    @CsvSource({
        "https://git.example.org/network.git, https://git.example.org/network.git",
        "HTTPS://git.example.org:8443/network, HTTPS://git.example.org:8443/network",
        "http://127.0.0.1:3000/x, http://127.0.0.1:3000/x",
        "http://[::1]/x, http://[::1]/x",
        "http://localhost/x, http://localhost/x",
        "ssh://git@git.example.org:2222/srv/x.git, ssh://git.example.org:2222/srv/x.git",
        "ssh://[2001:db8::1]/x, ssh://[2001:db8::1]/x",
        "git@git.example.org:team/network.git, git.example.org:team/network.git",
        "git.example.org:x@y.git, git.example.org:x@y.git",
        "git@[2001:db8::1]:x.git, [2001:db8::1]:x.git",
        "file:///srv/git/x.git, file:///srv/git/x.git",
        "/srv/git/x.git, /srv/git/x.git"})
    void theUserIsNotShown(String url, String shown) {
        assertEquals(shown, at(url).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x.git", "./x.git", "../x", "git://h/x", "ftp://h/x", "ext::sh -c id", "http://h/x",
        "http://10.0.0.1/x", "http://127.0.0.1.example.org/x", "http://localhost.example.org/x", "file://h/x",
        "https:///x", "https://h/x?token=abc", "https://h/x#main", "https://h /x", "ssh:///x", "a\nb:c",
        "-oProxy:x y\n"})
    void whatIsNoRepositoryIsRefused(String url) {
        refusal(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://git:S3CRET@h/x", "https://S3CRET@h/x", "ssh://git:S3CRET@h/x",
        "https://h/x?private_token=S3CRET", "https://git:S3CRET@h /x", "ftp://git:S3CRET@h/x", "https://git:S3CRET@/x"})
    void aPasswordIsRefusedAndNotShown(String url) {
        assertFalse(refusal(url).contains("S3CRET"), refusal(url));
    }

    @Test
    void aPasswordIsRefusedWithTheWayToSayIt() {
        assertEquals("the URL https://h/x has a user or password in it, which logs and the process list would show:"
                + " take it out, and say by reference where the token lies (token: {file: FILE})",
                refusal("https://u:p@h/x"));
        assertTrue(refusal("ssh://u:p@h/x").endsWith("use a key (sshKey: {file: FILE})"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "v1.0", "feature/a-b", "refs/heads/main", "HEAD", "a@b"})
    void refs(String ref) {
        assertEquals("/x, ref " + ref, new GitLocation("/x", Optional.of(ref), "").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-x", "a..b", "a b", "a~1", "a^", "a:b", "a*", "a?", "a[", "a\\b", "/a", "a/", "a//b",
        ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@", "a@{1}", "a\u0007"})
    void badRefs(String ref) {
        assertThrows(SourceException.class, () -> new GitLocation("/x", Optional.of(ref), ""));
    }

    @ParameterizedTest
    @CsvSource({"'',''", ".,''", "./,''", "/,''", "intents,intents", "./intents/,intents", "a/b,a/b", "a.b,a.b",
        "..a,..a"})
    void paths(String given, String path) {
        assertEquals(path, new GitLocation("/x", Optional.empty(), given).path());
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "/a", "a/../b", "a//b", "a/./b", "../a", "a/..", "a\nb"})
    void badPaths(String path) {
        assertThrows(SourceException.class, () -> new GitLocation("/x", Optional.empty(), path));
    }
}
