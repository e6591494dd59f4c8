package dev.plumbline.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.plumbline.source.GitAccess;
import dev.plumbline.source.GitLocation;
import dev.plumbline.store.SourceId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which spellings name one source of truth. */
class PlaceTest {

    @TempDir
    Path directory;

    private String repository = "";

    @BeforeEach
    void repository() throws Exception {
        repository = Files.createDirectories(directory.toRealPath().resolve("my network.git/objects")).getParent()
                .toString();
    }

    private static SourceId id(String url, String ref, String path) {
        return new Place.Git(new GitLocation(url, ref.isEmpty() ? Optional.empty() : Optional.of(ref), path),
                GitAccess.anonymous(), Optional.empty()).id();
    }

    @Test
    void aRepositoryOnThisHostIsOneHoweverItIsNamed() throws Exception {
        var pushed = id(repository, "refs/heads/main", "intents/");
        var link = Files.createSymbolicLink(directory.resolve("link"), Path.of(repository));
        assertEquals(new SourceId(SourceId.GIT, "file://" + repository + ", ref main, path intents"), pushed);
        assertEquals(pushed, id("file://" + repository, "main", "intents"));
        assertEquals(pushed, id("file://" + repository.replace(" ", "%20"), "main", "intents"));
        assertEquals(pushed, id("FILE://" + repository + "/", "main", "./intents"));
        assertEquals(pushed, id(repository.replaceFirst("\\.git$", ""), "main", "intents"));
        assertEquals(pushed, id(link.toString(), "main", "intents"));
        assertEquals(pushed, new Place.Pushed(new Place.Git(new GitLocation(repository, Optional.of("main"), "intents"),
                GitAccess.anonymous(), Optional.empty()), "1".repeat(40), directory).id());
    }

    @Test
    void aWorkTreeIsItsRepository() throws Exception {
        var tree = Files.createDirectories(directory.resolve("tree/.git/objects")).getParent().getParent();
        assertEquals(id(tree.toString(), "main", ""), id(tree.resolve(".git").toString(), "main", ""));
    }

    @Test
    void otherPlacesAreOthers() {
        var pushed = id(repository, "main", "intents");
        assertNotEquals(pushed, id(repository, "main", ""));
        assertNotEquals(pushed, id(repository, "next", "intents"));
        assertNotEquals(pushed, id(repository, "refs/tags/main", "intents"));
        assertNotEquals(pushed, id(repository + "2", "main", "intents"));
        assertNotEquals(id("https://git.example.com/a.git", "main", ""), id("https://git.example.com/b.git", "main", ""));
        assertEquals("https://git.example.com/a%zz.git, ref main",
                id("https://git.example.com/a%zz.git".replace("%zz", "%20"), "main", "").location().replace("%20", "%zz"));
        assertEquals("file:///srv/%zz, ref main", id("file:///srv/%zz", "main", "").location());
    }
}
