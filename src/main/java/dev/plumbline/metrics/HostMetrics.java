package dev.plumbline.metrics;

import dev.plumbline.history.Commit;
import dev.plumbline.history.Figure;
import dev.plumbline.host.Measurements;
import dev.plumbline.host.Status;
import dev.plumbline.store.AppliedSource;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a store says, as metrics; read anew for every scrape. Their names and what they mean stand in README.md, under
 * "Metrics", and change only with a new major version.
 */
public final class HostMetrics implements MultiCollector {

    private static final String PREFIX = "plumbline_";

    private final Path stateDirectory;
    private final String programVersion;

    public HostMetrics(Path stateDirectory, String programVersion) {
        this.stateDirectory = stateDirectory;
        this.programVersion = programVersion;
    }

    @Override
    public MetricSnapshots collect() {
        try (var store = Store.openReadOnly(stateDirectory, programVersion)) {
            var figures = store.figures();
            var all = MetricSnapshots.builder();
            all.metricSnapshot(counter("reconcile", "Runs of timer, agent and pushes, by how they ended.",
                    of(figures, Measurements.RUNS)));
            all.metricSnapshot(counter("changes", "Changes of the network by these runs, by kind and action.",
                    of(figures, Measurements.CHANGES)));
            all.metricSnapshot(counter("drift", "Changes of these that put drift right, by kind.",
                    of(figures, Measurements.DRIFT)));
            all.metricSnapshot(durations(figures));
            all.metricSnapshot(gauge("owned_objects", "Objects in the kernel that are plumbline's, by kind.",
                    of(figures, Measurements.OWNED)));
            all.metricSnapshot(gauge(Measurements.LAST_SUCCESS, "When the network last matched the newest intents.",
                    of(figures, Measurements.LAST_SUCCESS)));
            age(figures).ifPresent(all::metricSnapshot);
            conditions(store).forEach(all::metricSnapshot);
            return all.build();
        }
    }

    private static List<Figure> of(List<Figure> figures, String name) {
        return figures.stream().filter(each -> each.name().equals(name)).toList();
    }

    private static Labels labels(Figure figure) {
        var names = new TreeMap<>(figure.labels());
        return Labels.of(names.keySet().toArray(String[]::new), names.values().toArray(String[]::new));
    }

    private static CounterSnapshot counter(String name, String help, List<Figure> figures) {
        var counter = CounterSnapshot.builder().name(PREFIX + name).help(help);
        figures.forEach(each -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels(each)).value(each.value()).build()));
        return counter.build();
    }

    private static GaugeSnapshot gauge(String name, String help, List<Figure> figures) {
        var gauge = GaugeSnapshot.builder().name(PREFIX + name).help(help);
        figures.forEach(each -> gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels(each)).value(each.value()).build()));
        return gauge.build();
    }

    private static HistogramSnapshot durations(List<Figure> figures) {
        Map<String, Double> counts = new HashMap<>();
        of(figures, Measurements.DURATION_BUCKET).forEach(each ->
                counts.put(each.labels().getOrDefault("le", ""), each.value()));
        var buckets = ClassicHistogramBuckets.builder();
        Measurements.BOUNDS.forEach(bound ->
                buckets.bucket(bound, counts.getOrDefault(String.valueOf(bound), 0.0).longValue()));
        buckets.bucket(Double.POSITIVE_INFINITY, counts.getOrDefault(Measurements.LONGER, 0.0).longValue());
        double sum = of(figures, Measurements.DURATION_SUM).stream().mapToDouble(Figure::value).sum();
        return HistogramSnapshot.builder().name(PREFIX + "reconcile_duration_seconds")
                .help("How long these runs took.").dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build()).sum(sum).build()).build();
    }

    private static Optional<GaugeSnapshot> age(List<Figure> figures) {
        return of(figures, Measurements.SOURCE_FETCHED).stream().findFirst().map(each -> gauge("source_age_seconds",
                "How long ago the source of the intents was last heard of.", List.of(new Figure("", Map.of(),
                        Math.max(0, Instant.now().toEpochMilli() / 1000.0 - each.value())))));
    }

    private static List<io.prometheus.metrics.model.snapshots.MetricSnapshot> conditions(StoreView store) {
        var status = Status.of(store, Instant.now(), Optional.empty());
        var all = new ArrayList<io.prometheus.metrics.model.snapshots.MetricSnapshot>();
        all.add(truth("ready", "1 if the network matches the newest intents.", status.reason().isReady()));
        all.add(truth("stalled", "1 if somebody has to do something.", status.reason().isStalled()));
        all.add(truth("suspended", "1 if unattended runs are suspended.", status.suspension().isPresent()));
        status.applied().flatMap(AppliedSource::commit).map(Commit::id).ifPresent(id ->
                all.add(InfoSnapshot.builder().name(PREFIX + "applied_commit").help("The commit that is applied.")
                        .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder().labels(Labels.of("commit", id)).build())
                        .build()));
        return all;
    }

    private static GaugeSnapshot truth(String name, String help, boolean holds) {
        return gauge(name, help, List.of(new Figure("", Map.of(), holds ? 1 : 0)));
    }
}
