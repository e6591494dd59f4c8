package dev.plumbline.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The other side of {@code NOTIFY_SOCKET}, made by the perl that is part of every Debian: prints each datagram on a
 * line, with its own reading of CLOCK_MONOTONIC in front.
 */
final class Receiver implements AutoCloseable {

    private static final String PROGRAM = """
            use Socket; $| = 1;
            my $clock_gettime = `uname -m` eq "x86_64\n" ? 228 : 113;
            my $name = $ARGV[0]; $name =~ s/^@/\\0/;
            socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die $!;
            bind($s, pack_sockaddr_un($name)) or die $!;
            print "bound\\n";
            while (defined recv($s, my $text, 65536, 0)) {
                $text =~ s/\\n/|/g;
                my $time = pack("qq", 0, 0);
                syscall($clock_gettime, 1, $time);
                my ($seconds, $nanoseconds) = unpack("qq", $time);
                printf "%d %s\\n", $seconds * 1e6 + $nanoseconds / 1e3, $text;
            }
            """;

    private final Process process;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    Receiver(String socket) throws Exception {
        process = new ProcessBuilder("perl", "-e", PROGRAM, socket).redirectErrorStream(true).start();
        var reader = process.inputReader();
        var first = reader.readLine();
        if (!"bound".equals(first)) {
            throw new AssertionError(first);
        }
        Thread.ofPlatform().daemon().start(() -> read(reader));
    }

    private void read(BufferedReader reader) {
        try {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // The process was ended.
        }
    }

    /** Takes datagrams up to one that begins so; those in between are dropped. */
    String await(String beginning) throws InterruptedException {
        long deadline = System.nanoTime() + 15_000_000_000L;
        while (System.nanoTime() < deadline) {
            var line = lines.poll(100, TimeUnit.MILLISECONDS);
            if (line != null && line.split(" ", 2)[1].startsWith(beginning)) {
                return line;
            }
        }
        throw new AssertionError("no " + beginning);
    }

    /** All that come until this time has passed, without their times. */
    List<String> during(long milliseconds) throws InterruptedException {
        var old = new ArrayList<String>();
        lines.drainTo(old);
        Thread.sleep(milliseconds);
        var some = new ArrayList<String>();
        lines.drainTo(some);
        return some.stream().map(line -> line.split(" ", 2)[1]).toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
