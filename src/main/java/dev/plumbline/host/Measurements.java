package dev.plumbline.host;

import dev.plumbline.history.Figure;
import dev.plumbline.history.Run;
import dev.plumbline.plan.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is counted and measured of unattended runs. {@code dev.plumbline.metrics} says what each name means. */
public final class Measurements {

    public static final String RUNS = "reconcile";
    public static final String DURATION_BUCKET = "reconcile_duration_seconds_bucket";
    public static final String DURATION_SUM = "reconcile_duration_seconds_sum";
    public static final String CHANGES = "changes";
    public static final String DRIFT = "drift";
    public static final String OWNED = "owned_objects";
    public static final String LAST_SUCCESS = "last_success_timestamp_seconds";
    public static final String SOURCE_FETCHED = "source_fetched_timestamp_seconds";

    /** Upper bounds of the durations that are told apart, in seconds. */
    public static final List<Double> BOUNDS = List.of(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0);
    /** The bucket of what takes longer. */
    public static final String LONGER = "+Inf";

    private final List<Figure> counted = new ArrayList<>();
    private final List<Figure> measured = new ArrayList<>();

    Measurements() {
    }

    List<Figure> counted() {
        return List.copyOf(counted);
    }

    List<Figure> measured() {
        return List.copyOf(measured);
    }

    /** What is ours once a plan is carried out. */
    void owned(Map<String, Long> owned) {
        owned.forEach((resource, count) -> measured.add(new Figure(OWNED, Map.of("kind", resource), count)));
    }

    /** When the source was last heard of. */
    void fetched(Instant at) {
        measured.add(new Figure(SOURCE_FETCHED, Map.of(), at.toEpochMilli() / 1000.0));
    }

    /** A plan that was carried out. */
    void carriedOut(Plan plan, boolean drift) {
        plan.namespaces().stream().flatMap(each -> each.changes().stream()).forEach(each -> {
            count(CHANGES, each.resource(), "create", each.toAdd());
            count(CHANGES, each.resource(), "change", each.toChange());
            count(CHANGES, each.resource(), "delete", each.toDestroy());
            int all = each.toAdd() + each.toChange() + each.toDestroy();
            if (drift && all > 0) {
                counted.add(new Figure(DRIFT, Map.of("kind", each.resource()), all));
            }
        });
    }

    private void count(String name, String kind, String action, int changes) {
        if (changes > 0) {
            counted.add(new Figure(name, Map.of("kind", kind, "action", action), changes));
        }
    }

    /** The end of a run. */
    void ended(Run run) {
        counted.add(new Figure(RUNS, Map.of("reason", run.reason().word()), 1));
        double seconds = run.took().toMillis() / 1000.0;
        Optional<Double> bound = BOUNDS.stream().filter(each -> seconds <= each).findFirst();
        counted.add(new Figure(DURATION_BUCKET, Map.of("le", bound.map(String::valueOf).orElse(LONGER)), 1));
        counted.add(new Figure(DURATION_SUM, Map.of(), seconds));
        if (run.reason().isReady()) {
            measured.add(new Figure(LAST_SUCCESS, Map.of(), run.at().toEpochMilli() / 1000.0));
        }
    }
}
