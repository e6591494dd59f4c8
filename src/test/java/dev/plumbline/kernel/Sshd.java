package dev.plumbline.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that listens and keeps what it accepts, under the name of a daemon: {@code sshd}, or another. */
public final class Sshd implements AutoCloseable {

    private static final String PROGRAM = """
            use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);
            my ($family, $address, $port) = @ARGV;
            socket(my $listener, $family == 4 ? PF_INET : PF_INET6, SOCK_STREAM, 0) or die $!;
            my $host = inet_pton($family == 4 ? AF_INET : AF_INET6, $address);
            bind($listener, $family == 4 ? pack_sockaddr_in($port, $host) : pack_sockaddr_in6($port, $host)) or die $!;
            listen($listener, 9) or die $!;
            $| = 1;
            print "listening\\n";
            my @kept;
            while (1) { accept(my $session, $listener) or die $!; push @kept, $session; print "accepted\\n"; }
            """;

    private final Process process;
    private final BufferedReader output;

    /**
     * Starts it in a namespace and waits until it listens.
     *
     * @param directory for the program's name
     * @param name of the process
     * @param address {@code ::} takes IPv4 too
     */
    public Sshd(String namespace, Path directory, String name, String address, int port) throws IOException {
        var program = directory.resolve(name);
        if (!Files.exists(program)) {
            Files.copy(Path.of("/usr/bin/perl"), program, StandardCopyOption.COPY_ATTRIBUTES);
        }
        process = new ProcessBuilder(List.of("ip", "netns", "exec", namespace, program.toString(), "-e", PROGRAM,
                address.contains(":") ? "6" : "4", address, Integer.toString(port)))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = process.inputReader();
        await("listening");
    }

    /** Waits until it says this word. */
    public void await(String word) throws IOException {
        var line = output.readLine();
        if (!word.equals(line)) {
            throw new AssertionError("the daemon says " + line + ", not " + word);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
