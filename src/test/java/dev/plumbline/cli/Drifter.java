package dev.plumbline.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A process of {@code ip} for each family that disturbs a host: takes objects of plumbline away, and adds routes and
 * rules of its own, which nobody else may touch.
 */
final class Drifter {

    private static final int MOST_OWN = 200;

    private final List<Process> processes = new ArrayList<>();
    private final List<PrintWriter> writers = new ArrayList<>();
    /** What it made, for each of the processes. */
    private final List<List<String>> own = List.of(new ArrayList<>(), new ArrayList<>());
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread thread;
    private int deletions;

    private Drifter(TestHost host, Path printed, long seed) {
        for (var family : List.of("-4", "-6")) {
            try {
                var process = new ProcessBuilder("ip", family, "-n", host.name(), "-force", "-batch", "-")
                        .redirectErrorStream(true)
                        .redirectOutput(printed.resolveSibling(printed.getFileName() + family).toFile()).start();
                processes.add(process);
                writers.add(new PrintWriter(process.outputWriter(), true));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        var random = new Random(seed);
        thread = Thread.ofPlatform().name("drifter").start(() -> drift(random));
    }

    /** Begins; what {@code ip} prints goes into a file a family. */
    static Drifter start(TestHost host, Path printed, long seed) {
        return new Drifter(host, printed, seed);
    }

    private void drift(Random random) {
        while (!stop.get()) {
            int family = random.nextInt(2);
            int number = own.get(family).size();
            boolean adds = random.nextInt(4) == 0 && number < MOST_OWN;
            var line = adds ? addition(family, number, random) : deletion(family, random);
            if (adds) {
                own.get(family).add(line);
            } else {
                deletions++;
            }
            writers.get(family).println(line);
            try {
                Thread.sleep(20L + random.nextInt(100));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static String addition(int family, int number, Random random) {
        boolean four = family == 0;
        var network = four ? "198.18." + number + ".0/24" : "2001:db8:5:" + Integer.toHexString(number) + "::/64";
        var gateway = four ? "10.0.0.77" : "2001:db8::77";
        return switch (random.nextInt(3)) {
            case 0 -> "rule add pref " + (random.nextBoolean() ? 1000 : 900 + number) + " from " + network
                    + " lookup 500";
            // By number: after a number, a batch of ip takes a name that it knew before for that number.
            case 1 -> "route add " + network + " via " + gateway + " dev eth0 proto 4";
            default -> "route add " + network + " via " + gateway + " dev eth0 table "
                    + (random.nextBoolean() ? 500 : 160);
        };
    }

    private static String deletion(int family, Random random) {
        var table = List.of("100", "110", "150", "151", "160").get(random.nextInt(5));
        return switch (random.nextInt(4)) {
            case 0 -> "route flush table " + table + " proto 157";
            case 1 -> "rule del pref " + List.of("1000", "1001", "20000").get(random.nextInt(3)) + " protocol 157";
            case 2 -> "route del " + (family == 0 ? "203.0." + (113 + random.nextInt(3)) + ".0/24"
                    : "2001:db8:90::/48") + " table 110 proto 157";
            default -> "route del " + RandomIntents.bulk(family == 0, random.nextInt(RandomIntents.BULK))
                    + " table 160 proto 157";
        };
    }

    /** Ends when {@code ip} has carried everything out. */
    void stop() throws InterruptedException {
        stop.set(true);
        thread.join();
        writers.forEach(PrintWriter::close);
        for (var process : processes) {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new AssertionError("ip has not ended");
            }
        }
    }

    /** Makes the same objects of its own on another host. */
    void repeatOwn(TestHost other) {
        other.ip().batch(String.join("\n", own.get(0)) + "\n");
        other.ip().batch6(String.join("\n", own.get(1)) + "\n");
    }

    @Override
    public String toString() {
        return deletions + " attempts to take objects away, " + own.get(0).size() + " and " + own.get(1).size()
                + " objects of its own";
    }
}
