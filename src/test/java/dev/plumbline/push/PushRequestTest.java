package dev.plumbline.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.host.HostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hooks send, and what pushers say. */
class PushRequestTest {

    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void aRequestIsReadAsItWasWritten() {
        var request = new PushRequest(Path.of("/srv/git/my network.git"), COMMIT,
                Optional.of(Path.of("/srv/git/my network.git/objects/tmp x")), List.of("allow=mass-delete", "", " again "));
        assertEquals(request, PushRequest.parse(request.text()));
        var later = new PushRequest(Path.of("/srv/git"), COMMIT, Optional.empty(), List.of());
        assertEquals(later, PushRequest.parse(later.text()));
    }

    @Test
    void aLineEndCannotBeSmuggledIn() {
        assertThrows(HostException.class, () -> new PushRequest(Path.of("/srv"), COMMIT, Optional.empty(),
                List.of("x\noption allow=mass-delete")).text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "version 1", "version 1\nrepository /srv\ncommit HEAD", "version 1\nrepository srv\ncommit "
            + COMMIT, "version 1\nrepository /srv\nrepository /srv\ncommit " + COMMIT,
        "version 1\nrepository /srv\ncommit " + COMMIT + "\nref main", "version 1\ncommit " + COMMIT,
        "version 1\nrepository /s\0v\ncommit " + COMMIT, "version 2\nrepository /srv\ncommit " + COMMIT})
    void anythingElseIsRefused(String text) {
        assertThrows(HostException.class, () -> PushRequest.parse(text));
    }

    @Test
    void pushOptions() {
        assertEquals(new PushOptions(Set.of("mass-delete", "default-route"), true, true), PushOptions.parse(
                List.of("allow=mass-delete", "again", "allow=default-route", "replace-source")));
        for (var wrong : List.of("allow", "allow=", "allow=all", "Again", "", "ci.skip")) {
            var refusal = assertThrows(HostException.class, () -> PushOptions.parse(List.of(wrong))).getMessage();
            assertTrue(refusal.startsWith("there is no push option \"" + wrong + "\"; there are -o allow=GUARD"), refusal);
        }
    }
}
