package dev.plumbline.apply;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Where the time went: for benchmarks and for whoever wonders. Not thread-safe. */
public final class Timings {

    private final Map<String, Long> nanos = new LinkedHashMap<>();

    /** Runs a step and adds its time under this name. */
    public <T> T time(String step, Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            nanos.merge(step, System.nanoTime() - start, Long::sum);
        }
    }

    /** {@code timings: read=12.3 compile=0.4 … ms}, in the order of first use. */
    @Override
    public String toString() {
        return nanos.entrySet().stream()
                .map(each -> each.getKey() + "=" + Math.round(each.getValue() / 1e5) / 10.0)
                .collect(Collectors.joining(" ", "timings: ", " ms"));
    }
}
