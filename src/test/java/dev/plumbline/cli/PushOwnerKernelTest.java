package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Root reads a repository that belongs to another user: what that user may not read does not come out of it. */
@Tag("kernel")
class PushOwnerKernelTest {

    private static final String RULE = """
            apiVersion: plumbline.dev/v1
            kind: RoutingRules
            metadata: {name: edge}
            spec: {rules: [{priority: 1000, from: 192.0.2.0/24, action: blackhole}]}
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;

    private TestHost host;
    private PushHost push;

    @BeforeEach
    void repositoryOfAnother() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        host = new TestHost(namespaces, directory);
        push = new PushHost(host, directory);
        var repository = push.repository();
        push.commit("intents/edge.yaml", RULE);
        run("git", "clone", "--quiet", "--bare", directory.resolve("work").toString(), repository.toString());
        run("chown", "-R", "games", repository.toString());
    }

    private void run(String... words) throws Exception {
        var result = push.execute(List.of(words));
        assertEquals(0, result.code(), result::toString);
    }

    private TestHost.Result plan() {
        return push.plumbline("plan");
    }

    @Test
    void itIsReadAsItsOwner() {
        var plan = plan();
        assertEquals(0, plan.code(), plan::toString);
        assertTrue(plan.out().endsWith("Plan: 1 to add, 0 to change, 0 to destroy.\n"), plan::toString);
    }

    @Test
    void objectsThatAreNotItsOwnersAreNotReached() throws Exception {
        // Its objects are taken away, and are to be had in a folder of root's only.
        var hidden = directory.resolve("hidden");
        Files.createDirectory(hidden,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var objects = push.repository().resolve("objects");
        Files.move(objects, hidden.resolve("objects"));
        Files.createDirectories(objects.resolve("info"));
        Files.writeString(objects.resolve("info/alternates"), hidden.resolve("objects") + "\n");
        run("chown", "-R", "games", objects.toString());
        var plan = plan();
        assertEquals(1, plan.code(), plan::toString);
        assertFalse(plan.out().contains("192.0.2.0"), plan::toString);
    }

    @Test
    void hooksAndProgramsOfItsConfigurationAreNotRunAsRoot() throws Exception {
        var proof = directory.resolve("proof");
        var program = Files.writeString(directory.resolve("program"),
                "#!/bin/sh\nid -u > " + proof + "\nexec \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (var name : List.of("uploadpack.packObjectsHook", "core.fsmonitor", "core.sshCommand")) {
            run("git", "config", "--file", push.repository().resolve("config").toString(), name, program.toString());
        }
        run("chown", "games", push.repository().resolve("config").toString());
        assertEquals(0, plan().code(), plan()::toString);
        assertTrue(Files.notExists(proof) || !Files.readString(proof).strip().equals("0"));
    }

    @Test
    void initDoesNothingAsRootInIt() throws Exception {
        // A link of the owner's to a file of root's, where init writes a hook.
        var file = Files.writeString(directory.resolve("file"), "kept");
        Files.deleteIfExists(push.repository().resolve("hooks/pre-receive.new"));
        Files.createSymbolicLink(push.repository().resolve("hooks/pre-receive.new"), file);
        var made = push.plumbline("init", push.repository().toString(), "--apply");
        assertEquals(1, made.code(), made::toString);
        assertEquals("kept", Files.readString(file));
        Files.delete(push.repository().resolve("hooks/pre-receive.new"));
        made = push.plumbline("init", push.repository().toString(), "--apply");
        assertEquals(0, made.code(), made::toString);
        assertTrue(made.out().contains("Only games and root can push."), made::toString);
        var hooks = new ArrayList<String>();
        for (var name : List.of("pre-receive", "post-receive")) {
            hooks.add(Files.getOwner(push.repository().resolve("hooks").resolve(name)).getName());
        }
        assertEquals(List.of("games", "games"), hooks);
    }
}
