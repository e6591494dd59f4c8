package dev.plumbline.agent;

import dev.plumbline.kernel.watch.Changed;
import dev.plumbline.kernel.watch.Interests;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Does {@link Work}, one thing at a time on one thread: by the clock, when somebody changes the network, after
 * failures, and when asked. What is asked for several times before its turn comes is done once.
 *
 * <p>While an action waits to be tried again after a failure, the schedule leaves it alone; changes, deadlines and
 * people do not.
 */
public final class AgentLoop implements AutoCloseable {

    private static final String DEADLINE = "deadline";
    private static final String RETRY = "retry ";
    private static final String ATTACHMENTS = "attachments";
    /** Many containers come at once; looking at them all takes the longer, the more there are. */
    private static final Duration ATTACHMENTS_SETTLE = Duration.ofSeconds(1);
    private static final Duration ATTACHMENTS_LATEST = Duration.ofSeconds(5);
    private static final int ATTACHMENTS_SHARE = 10;
    /** How long a thread that finishes its work is waited for; below the 90 s after which systemd kills. */
    private static final Duration PATIENCE = Duration.ofSeconds(75);

    private final Work work;
    private final Listening listening;
    private final Schedule schedule = new Schedule();
    private final InstantSource clock;
    private final Thread worker;
    private final Map<Action, Pending> pending = new EnumMap<>(Action.class);
    private final Map<Action, LoopStatus.Last> last = new EnumMap<>(Action.class);
    private final WakeLimits limits;
    private final FightNews news;
    private Settings settings;
    private Optional<String> watchFailure = Optional.empty();
    private Optional<Instant> deadline = Optional.empty();
    private boolean stopping;
    private boolean attachmentsAwaited;
    private long firstAttachment;
    private long lastAttachment;
    private @Nullable Action running;
    private long began;

    /** Where the loop says which changes are to wake it. */
    @FunctionalInterface
    public interface Listening {
        /**
         * Listens to these from now on.
         *
         * @return whether something is heard now that was not before
         */
        boolean interests(List<Interests> interests) throws IOException;
    }

    private static final class Pending {
        private Cause cause;
        private final List<CompletableFuture<Outcome>> waiting = new ArrayList<>();

        Pending(Cause cause) {
            this.cause = cause;
        }
    }

    private record Item(Action action, Cause cause, List<CompletableFuture<Outcome>> waiting) {
    }

    /**
     * What came of a {@link #trigger}.
     *
     * @param poll whether there was new input, and what came of it
     * @param correct whether the network differed
     */
    public record Triggered(Outcome poll, Outcome correct) {
    }

    /** Does nothing before {@link #start}. */
    public AgentLoop(Work work, Listening listening) {
        this(work, listening, InstantSource.system());
    }

    AgentLoop(Work work, Listening listening, InstantSource clock) {
        this.clock = clock;
        this.work = work;
        this.listening = listening;
        settings = work.settings();
        limits = new WakeLimits(settings);
        news = new FightNews(work);
        worker = Thread.ofPlatform().name("loop").unstarted(this::run);
    }

    /** Corrects at once, and polls within the jitter of its interval, so that hosts that start together do not. */
    public void start() {
        worker.start();
        request(Action.CORRECT, Cause.Kind.START);
        schedules();
        var poll = settings.poll();
        if (poll.isPositive()) {
            var first = Duration.ofNanos((long) (poll.toNanos() * settings.jitter() * random()));
            schedule.after(Action.POLL.name(), first, () -> tick(Action.POLL, Cause.Kind.START));
        }
    }

    private static double random() {
        return ThreadLocalRandom.current().nextDouble();
    }

    private void schedules() {
        schedule(Action.POLL, settings.poll());
        schedule(Action.CORRECT, settings.correct());
    }

    private void schedule(Action action, Duration interval) {
        if (interval.isZero()) {
            schedule.cancel(action.name());
        } else {
            schedule.after(action.name(), settings.spread(interval, random()),
                    () -> tick(action, Cause.Kind.SCHEDULE));
        }
    }

    private synchronized void tick(Action action, Cause.Kind kind) {
        if (stopping) {
            return;
        }
        schedule(action, action == Action.POLL ? settings.poll() : settings.correct());
        requestUnlessRetried(action, kind);
        if (watchFailure.isPresent()) {
            // Nothing wakes it before, and a look may bring the watch back.
            requestUnlessRetried(Action.CORRECT, kind);
        }
    }

    private void requestUnlessRetried(Action action, Cause.Kind kind) {
        var before = last.get(action);
        if (before == null || before.retry().isEmpty()) {
            request(action, kind);
        }
    }

    /** Asks for something to be done soon. */
    private void request(Action action, Cause.Kind kind) {
        request(action, new Cause(kind, Set.of()));
    }

    private synchronized Pending request(Action action, Cause cause) {
        var item = pending.computeIfAbsent(action, any -> new Pending(cause));
        item.cause = item.cause.and(cause);
        notifyAll();
        return item;
    }

    private CompletableFuture<Outcome> triggered(Action action) {
        var answer = new CompletableFuture<Outcome>();
        request(action, new Cause(Cause.Kind.TRIGGER, Set.of())).waiting.add(answer);
        return answer;
    }

    /**
     * Polls and corrects now.
     *
     * @throws IllegalStateException if the loop stops
     */
    public synchronized CompletableFuture<Triggered> trigger() {
        if (stopping) {
            throw new IllegalStateException("the agent is about to stop");
        }
        return triggered(Action.POLL).thenCombine(triggered(Action.CORRECT), Triggered::new);
    }

    /** Reads the configuration again. */
    public void reload() {
        request(Action.RELOAD, Cause.Kind.RELOAD);
    }

    /** Somebody changed something; corrected at once unless {@link WakeLimits} has it wait. */
    public synchronized void changed(Set<Changed> changes) {
        limits.changed(changes);
        notifyAll();
    }

    /**
     * Containers came or went. What they are to have, they have; but documents elsewhere may speak of them, and the watch
     * is to hear what becomes of theirs. Done once for many, while no more of them come, and for a tenth of the time at
     * most.
     */
    public synchronized void attachmentsChanged() {
        lastAttachment = System.nanoTime();
        if (stopping || attachmentsAwaited) {
            return;
        }
        attachmentsAwaited = true;
        firstAttachment = lastAttachment;
        var before = last.get(Action.CORRECT);
        var pause = before == null ? Duration.ZERO : before.took().multipliedBy(ATTACHMENTS_SHARE);
        schedule.after(ATTACHMENTS, pause.compareTo(ATTACHMENTS_SETTLE) > 0 ? pause : ATTACHMENTS_SETTLE,
                this::attachmentsSettled);
    }

    private synchronized void attachmentsSettled() {
        if (stopping) {
            return;
        }
        long now = System.nanoTime();
        if (now - lastAttachment < ATTACHMENTS_SETTLE.toNanos()
                && now - firstAttachment < ATTACHMENTS_LATEST.toNanos()) {
            schedule.after(ATTACHMENTS, ATTACHMENTS_SETTLE, this::attachmentsSettled);
        } else {
            attachmentsAwaited = false;
            request(Action.CORRECT, Cause.Kind.ATTACHMENTS);
        }
    }

    /** Changes of others are not heard of any longer, or are again. */
    public synchronized void watchFailure(Optional<String> failure) {
        watchFailure = failure;
    }

    /** How it fares. */
    public synchronized LoopStatus status() {
        return new LoopStatus(Optional.ofNullable(running), Map.copyOf(last), limits.fights(System.nanoTime()),
                schedule.next(Set.of(Action.POLL.name(), Action.CORRECT.name(), RETRY + Action.POLL,
                        RETRY + Action.CORRECT, DEADLINE)), watchFailure);
    }

    /** Whether the loop waits, or works for no longer than {@link Settings#hung} at one thing. */
    public synchronized boolean isAlive() {
        return worker.isAlive() && (running == null || System.nanoTime() - began < settings.hung().toNanos());
    }

    /** Whether its thread ended by an error that leaves nothing to go on with, such as no memory. */
    public synchronized boolean isBroken() {
        return !stopping && worker.getState() == Thread.State.TERMINATED;
    }

    private void run() {
        try {
            for (var item = next(); item.isPresent(); item = next()) {
                perform(item.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for what is to be done; empty when the loop stops. */
    private synchronized Optional<Item> next() throws InterruptedException {
        while (!stopping) {
            long now = System.nanoTime();
            var wake = limits.due(now);
            long left = wake.isEmpty() ? Long.MAX_VALUE : wake.getAsLong() - now;
            if (left <= 0) {
                request(Action.CORRECT, new Cause(Cause.Kind.CHANGE, limits.take(now)));
            }
            for (var action : List.of(Action.RELOAD, Action.CORRECT, Action.POLL)) {
                var item = pending.get(action);
                if (item != null) {
                    pending.remove(action);
                    running = action;
                    began = System.nanoTime();
                    return Optional.of(new Item(action, item.cause, List.copyOf(item.waiting)));
                }
            }
            if (wake.isEmpty()) {
                wait();
            } else {
                wait(left / 1_000_000 + 1);
            }
        }
        return Optional.empty();
    }

    private void perform(Item item) {
        Outcome outcome;
        try {
            outcome = switch (item.action) {
                case POLL -> work.poll(item.cause);
                case CORRECT -> work.correct(item.cause);
                case RELOAD -> reloadNow();
            };
        } catch (RuntimeException e) {
            outcome = Outcome.failed(e.getMessage() == null ? e.toString() : e.getMessage(), true);
        }
        outcome.interests().ifPresent(each -> listen(each, item.cause));
        done(item, outcome);
        news.tell(status().fights());
        for (var waiting : item.waiting) {
            waiting.complete(outcome);
        }
    }

    private Outcome reloadNow() {
        var outcome = work.reload();
        var next = work.settings();
        synchronized (this) {
            settings = next;
            limits.settings(next);
        }
        schedules();
        request(Action.CORRECT, Cause.Kind.RELOAD);
        return outcome;
    }

    private void listen(List<Interests> interests, Cause cause) {
        try {
            // What came before the watch listened was not heard: read once more.
            if (listening.interests(interests)) {
                if (cause.kind() == Cause.Kind.ATTACHMENTS) {
                    attachmentsChanged();
                } else {
                    request(Action.CORRECT, Cause.Kind.CHANGE);
                }
            }
            watchFailure(Optional.empty());
        } catch (IOException e) {
            watchFailure(Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private synchronized void done(Item item, Outcome outcome) {
        long now = System.nanoTime();
        var took = Duration.ofNanos(now - began);
        running = null;
        if (item.action == Action.CORRECT && !item.cause.changes().isEmpty()) {
            limits.done(item.cause.changes(), outcome.changed(), began, now);
        }
        var retry = retry(item, outcome);
        int failures = outcome.failure().isEmpty() ? 0 : failuresBefore(item.action) + (isOwnTry(item) ? 1 : 0);
        last.put(item.action, new LoopStatus.Last(clock.instant(), took, item.cause.kind(), outcome,
                Math.max(failures, outcome.failure().isEmpty() ? 0 : 1), retry));
        if (outcome.deadline().isPresent() || item.action == Action.CORRECT) {
            deadline = outcome.deadline();
            keepDeadline();
        }
    }

    private void keepDeadline() {
        deadline.ifPresentOrElse(at -> schedule.after(DEADLINE, until(at),
                () -> request(Action.CORRECT, Cause.Kind.DEADLINE)), () -> schedule.cancel(DEADLINE));
    }

    private Duration until(Instant at) {
        var left = Duration.between(clock.instant(), at);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /**
     * The system's clock was set. Deadlines are times of that clock, and Quartz goes by it, so that after a step back
     * nothing would happen for as long: all is planned anew.
     */
    public synchronized void clockWasSet() {
        if (stopping) {
            return;
        }
        schedules();
        keepDeadline();
        last.forEach((action, before) -> {
            if (before.retry().isPresent()) {
                planRetry(action, settings.retry(before.failures()));
            }
        });
    }

    private int failuresBefore(Action action) {
        var before = last.get(action);
        return before == null ? 0 : before.failures();
    }

    /** Whether a failure makes the pauses longer: what others cause does not. */
    private static boolean isOwnTry(Item item) {
        return item.cause.kind() != Cause.Kind.CHANGE && item.cause.kind() != Cause.Kind.ATTACHMENTS;
    }

    /** When to try again; an earlier plan to do so stays where others caused this failure. */
    private Optional<Instant> retry(Item item, Outcome outcome) {
        if (outcome.failure().filter(Outcome.Failure::mayPass).isEmpty()) {
            schedule.cancel(RETRY + item.action);
            return Optional.empty();
        }
        var before = last.get(item.action);
        if (!isOwnTry(item) && before != null && before.retry().filter(clock.instant()::isBefore).isPresent()) {
            return before.retry();
        }
        var pause = settings.spread(settings.retry(failuresBefore(item.action) + 1), random());
        planRetry(item.action, pause);
        return Optional.of(clock.instant().plus(pause));
    }

    private void planRetry(Action action, Duration pause) {
        schedule.after(RETRY + action, pause, () -> request(action, Cause.Kind.RETRY));
    }

    /** Finishes what is being done, and stops. Who waits for an answer is told so. */
    @Override
    public void close() {
        synchronized (this) {
            stopping = true;
            notifyAll();
        }
        try {
            if (worker.getState() != Thread.State.NEW) {
                worker.join(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        schedule.close();
        synchronized (this) {
            pending.values().forEach(item -> item.waiting.forEach(waiting ->
                    waiting.complete(Outcome.failed("the agent stopped before it came to this", true))));
            pending.clear();
        }
    }
}
