package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A host whose user {@code git} is logged into over ssh: in a mount namespace with users and a {@code /run} of its own,
 * so that nothing of this machine changes. sshd is OpenSSH's; systemd-socket-activate stands for systemd.
 */
final class GitServer implements AutoCloseable {

    private static final String GIT = "git:*:64123:64123::/nonexistent:/bin/sh\n";
    private static final String GROUPS = "git:x:64123:\nplumbline:x:64124:git,games\n";

    private final Path directory;
    private final String namespace;
    private final PushHost push;
    private final ReadableProgram program;
    private final Process holder;
    private final List<Process> started = new ArrayList<>();

    GitServer(ThrowAwayNamespaces namespaces, PushHost push, Path directory) throws Exception {
        this.directory = directory;
        this.push = push;
        namespace = push.host().name();
        program = namespaces.closing(new ReadableProgram());
        Files.writeString(directory.resolve("passwd"), Files.readString(Path.of("/etc/passwd")) + GIT);
        Files.writeString(directory.resolve("group"), Files.readString(Path.of("/etc/group")) + GROUPS);
        holder = new ProcessBuilder("ip", "netns", "exec", namespace, "unshare", "--mount", "sh", "-ec", """
                mount --bind "$1/passwd" /etc/passwd
                mount --bind "$1/group" /etc/group
                mount -t tmpfs -o mode=755 none /run
                mkdir -m 755 /run/sshd /run/plumbline
                echo ready
                exec sleep 600
                """, "sh", directory.toString()).redirectErrorStream(true).start();
        namespaces.closing(this);
        assertEquals("ready", holder.inputReader().readLine());
        sshd();
    }

    private void sshd() throws Exception {
        for (var key : List.of("host", "client")) {
            push.execute(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    directory.resolve(key).toString()));
        }
        Files.writeString(directory.resolve("sshd_config"), """
                ListenAddress 127.0.0.1:2222
                HostKey %1$s/host
                AuthorizedKeysFile %1$s/client.pub
                StrictModes no
                UsePAM no
                PidFile none
                """.formatted(directory));
        var sshd = start("/usr/sbin/sshd", "-D", "-e", "-f", directory.resolve("sshd_config").toString());
        String line;
        do {
            line = sshd.inputReader().readLine();
        } while (line != null && !line.startsWith("Server listening"));
        assertEquals("Server listening on 127.0.0.1 port 2222.", line);
    }

    /** A command on the host. */
    List<String> inside(List<String> words) {
        var command = new ArrayList<>(List.of("nsenter", "--target", Long.toString(holder.pid()), "--mount", "--net"));
        command.addAll(words);
        return command;
    }

    private Process start(String... words) throws IOException {
        return start(List.of(words));
    }

    private Process start(List<String> words) throws IOException {
        var process = new ProcessBuilder(inside(words)).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    /** The program as root, on the host. */
    TestHost.Result plumbline(String... words) throws Exception {
        var command = new ArrayList<>(program.command(Plumbline.class));
        command.addAll(List.of(words));
        command.addAll(List.of("--config", push.configuration().toString()));
        return push.execute(inside(command));
    }

    /** As plumbline-push.socket: a process a connection, that has it as standard input. */
    void serve() throws Exception {
        // With what plumbline-push@.service leaves it of root's rights.
        var words = new ArrayList<>(List.of("setpriv", "--no-new-privs", "--inh-caps", "-all", "--bounding-set",
                "-all,+net_admin,+sys_admin,+sys_ptrace,+setuid,+setgid,+dac_read_search", "systemd-socket-activate",
                "--accept", "--inetd", "--listen", "/run/plumbline/push.socket"));
        words.addAll(program.command(Plumbline.class));
        words.addAll(List.of("push-service", "--config", push.configuration().toString()));
        var process = start(words);
        var line = process.inputReader().readLine();
        assertEquals("Listening on /run/plumbline/push.socket as 3.", line);
        assertEquals(0, push.execute(inside(List.of("sh", "-ec",
                "chgrp plumbline /run/plumbline/push.socket; chmod 660 /run/plumbline/push.socket"))).code());
        // Else it would stop when its pipe is full.
        Thread.ofVirtual().start(() -> process.inputReader().lines().forEach(each -> { }));
    }

    /** A class with a {@code main} that says {@code ready} when it is. */
    void serve(Class<?> main, String... words) throws Exception {
        var command = new ArrayList<>(program.command(main));
        command.addAll(List.of(words));
        assertEquals("ready", start(command).inputReader().readLine());
    }

    /** {@code git push} over ssh as the user git; not ended yet. */
    Process pushing(String... options) throws Exception {
        var words = new ArrayList<>(List.of("env", "GIT_SSH_COMMAND=ssh -F /dev/null -i " + directory.resolve("client")
                + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"));
        var push = new ArrayList<>(List.of("push"));
        push.addAll(List.of(options));
        push.addAll(List.of("ssh://git@127.0.0.1:2222" + this.push.repository(), "HEAD:main"));
        words.addAll(this.push.gitWords(push.toArray(String[]::new)));
        return this.push.start(words);
    }

    TestHost.Result push(String... options) throws Exception {
        return PushHost.finish(pushing(options));
    }

    @Override
    public void close() {
        started.add(holder);
        for (var process : started.reversed()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
    }
}
