package dev.plumbline.intent;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A file of 100,000 routes, one a line, from bytes to documents. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = {"-XX:+UseSerialGC", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteLineParsing {

    private static final int ROUTES = 100_000;

    private IntentFile file = new IntentFile("a.yaml", new byte[0]);

    @Setup
    public void write() {
        var text = new StringBuilder("apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: bench}\n"
                + "spec:\n  id: 1000\n  routes:\n");
        for (int i = 0; i < ROUTES; i++) {
            text.append("    - {to: 10.").append(i >> 16).append('.').append(i >> 8 & 255).append('.').append(i & 255)
                    .append("/32, via: 192.0.2.2, dev: v0}\n");
        }
        file = new IntentFile("a.yaml", text.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Benchmark
    public ParsedIntents parse() {
        var parsed = IntentParser.withoutSchema().parse(List.of(file));
        if (parsed.documents().size() != 1) {
            throw new AssertionError(parsed.problems());
        }
        return parsed;
    }
}
