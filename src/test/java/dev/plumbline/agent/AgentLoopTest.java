package dev.plumbline.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.kernel.watch.Changed;
import dev.plumbline.kernel.watch.Interests;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the loop does what. Times are real, and short. */
@Timeout(30)
class AgentLoopTest {

    private static final Duration NEVER = Duration.ZERO;
    private static final Changed RULE = new Changed("host", Changed.Kind.RULE, "1000 IPv4");
    private static final Set<Changed> CHANGES = Set.of(RULE);

    private final RecordedWork work = new RecordedWork(settings(NEVER, NEVER));
    private final List<List<Interests>> listened = new ArrayList<>();
    private final AtomicLong clockOffset = new AtomicLong();
    private final AgentLoop loop = new AgentLoop(work, this::listen,
            () -> Instant.now().plusMillis(clockOffset.get()));

    private static Settings settings(Duration poll, Duration correct) {
        return new Settings(poll, correct, 0.1, Duration.ofMillis(500), Duration.ofMillis(2000), 3,
                Duration.ofSeconds(60), Duration.ofMillis(300));
    }

    private boolean listen(List<Interests> interests) throws IOException {
        if (interests.isEmpty()) {
            throw new IOException("the kernel refuses");
        }
        boolean more = listened.isEmpty() || !listened.getLast().equals(interests);
        listened.add(interests);
        return more;
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    private void started() throws InterruptedException {
        loop.start();
        assertEquals("CORRECT START", work.next(2000));
        while (loop.status().last().isEmpty()) {
            Thread.sleep(1);
        }
    }

    @Test
    void correctsAtOnceAndPollsSoonAndThenByTheClock() throws Exception {
        work.settings(settings(Duration.ofMillis(500), Duration.ofMillis(1000)));
        try (var timed = new AgentLoop(work, this::listen)) {
            long begin = System.nanoTime();
            timed.start();
            var calls = work.during(5200);
            assertEquals(Action.CORRECT, calls.getFirst().action());
            var polls = calls.stream().filter(call -> call.action() == Action.POLL).toList();
            var corrections = calls.stream().filter(call -> call.action() == Action.CORRECT).toList();
            assertTrue(polls.getFirst().at() - begin < 250_000_000L, "spread over a tenth of its interval");
            assertEquals(Cause.Kind.START, polls.getFirst().cause());
            assertTrue(polls.size() >= 6 && polls.size() <= 12, () -> polls.size() + " polls");
            assertTrue(corrections.size() >= 3 && corrections.size() <= 6, () -> corrections.size() + " corrections");
            for (int i = 1; i < polls.size(); i++) {
                long pause = (polls.get(i).at() - polls.get(i - 1).at()) / 1_000_000;
                assertTrue(pause > 400 && pause < 2000, () -> pause + " ms");
            }
        }
    }

    @Test
    void whatIsAskedForWhileSomethingRunsIsDoneOnce() throws Exception {
        started();
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        work.answer((action, cause) -> {
            entered.countDown();
            leave.await();
            return Outcome.NOTHING;
        });
        var first = loop.trigger();
        entered.await();
        var second = loop.trigger();
        var third = loop.trigger();
        loop.changed(CHANGES);
        assertEquals(Optional.of(Action.CORRECT), loop.status().running());
        leave.countDown();
        for (var each : List.of(first, second, third)) {
            each.get(5, TimeUnit.SECONDS);
        }
        assertEquals(List.of("CORRECT TRIGGER", "CORRECT TRIGGER", "POLL TRIGGER", "nothing"),
                List.of(work.next(2000), work.next(2000), work.next(2000), work.next(300)));
    }

    @Test
    void aFailureIsTriedAgainAfterPausesThatDouble() throws Exception {
        work.settings(settings(Duration.ofMillis(60), NEVER));
        work.answer((action, cause) -> action == Action.POLL ? Outcome.failed("no way to the host", true)
                : Outcome.NOTHING);
        try (var timed = new AgentLoop(work, this::listen)) {
            timed.start();
            var polls = new ArrayList<RecordedWork.Call>();
            while (polls.size() < 6) {
                work.during(50).stream().filter(call -> call.action() == Action.POLL).forEach(polls::add);
            }
            var least = List.of(450, 900, 1800, 1800, 1800);
            for (int i = 0; i < least.size(); i++) {
                long pause = (polls.get(i + 1).at() - polls.get(i).at()) / 1_000_000;
                assertTrue(pause >= least.get(i) && pause < least.get(i) + 1500, () -> pause + " ms");
                assertEquals(Cause.Kind.RETRY, polls.get(i + 1).cause());
            }
            var last = timed.status().last().get(Action.POLL);
            assertEquals(6, last.failures());
            assertTrue(last.retry().isPresent());
            work.answer((action, cause) -> Outcome.NOTHING);
            Thread.sleep(3000);
            work.during(0);
            assertTrue(work.during(1500).size() > 5, "by the clock again");
            assertEquals(0, timed.status().last().get(Action.POLL).failures());
        }
    }

    @Test
    void aWrongInputIsNotTriedAgainSoonAndStopsNothing() throws Exception {
        started();
        work.answer((action, cause) -> action == Action.POLL ? Outcome.failed("a.yaml:3:1: unknown field", false)
                : Outcome.NOTHING);
        var triggered = loop.trigger().get(5, TimeUnit.SECONDS);
        assertEquals("a.yaml:3:1: unknown field", triggered.poll().failure().get().text());
        assertEquals(Optional.empty(), triggered.correct().failure());
        assertTrue(work.during(600).size() == 2);
        loop.changed(CHANGES);
        assertEquals("CORRECT CHANGE", work.next(1000));
    }

    @Test
    void whatTheWorkThrowsIsAFailure() throws Exception {
        started();
        work.answer((action, cause) -> {
            throw new IllegalStateException("broken");
        });
        assertEquals("broken", loop.trigger().get(5, TimeUnit.SECONDS).correct().failure().get().text());
        assertTrue(loop.isAlive());
        assertEquals(List.of("CORRECT TRIGGER", "POLL TRIGGER"), List.of(work.next(10), work.next(10)));
        assertTrue(work.next(1000).endsWith("RETRY"));
    }

    @Test
    void changesOfOthersAreCorrectedWithinASecondAndFightsAreTold() throws Exception {
        started();
        work.canBeTold(false);
        work.answer((action, cause) -> new Outcome(List.of("rule 1000"), Optional.empty(), Optional.empty(),
                Optional.empty()));
        for (int i = 0; i < 4; i++) {
            loop.changed(CHANGES);
            assertEquals("CORRECT CHANGE", work.next(1000));
        }
        long deadline = System.nanoTime() + 2_000_000_000L;
        while (loop.status().fights().isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertEquals(List.of(RULE), loop.status().fights().stream().map(Fight::object).toList());
        assertEquals(List.of(), work.told());
        work.canBeTold(true);
        loop.changed(CHANGES);
        assertEquals("nothing", work.next(100), "it is held back for 500 ms");
        assertEquals("CORRECT CHANGE", work.next(2000));
        loop.trigger().get(5, TimeUnit.SECONDS);
        assertEquals(List.of(RULE.toString()), work.told(), "once, and although it could not be told at first");
    }

    @Test
    void aDeadlineIsKeptWhenTheClockIsSet() throws Exception {
        var deadline = Instant.now().plus(Duration.ofHours(1));
        work.answer((action, cause) -> new Outcome(List.of(), Optional.empty(), Optional.empty(),
                cause.kind() == Cause.Kind.START ? Optional.of(deadline) : Optional.empty()));
        started();
        assertEquals("nothing", work.next(300));
        clockOffset.set(Duration.ofHours(1).toMillis());
        loop.clockWasSet();
        assertEquals("CORRECT DEADLINE", work.next(1000));
    }

    @Test
    void whereTheWatchListensToMoreItIsReadOnceMore() throws Exception {
        var interests = List.of(new Interests("host", Map.of(), Set.of(110L), Map.of()));
        work.answer((action, cause) -> new Outcome(List.of(), Optional.empty(), Optional.of(interests),
                Optional.empty()));
        started();
        assertEquals(List.of("CORRECT CHANGE", "nothing"), List.of(work.next(1000), work.next(300)));
        assertEquals(List.of(interests, interests), listened);
        work.answer((action, cause) -> new Outcome(List.of(), Optional.empty(), Optional.of(List.of()),
                Optional.empty()));
        loop.trigger().get(5, TimeUnit.SECONDS);
        assertEquals(Optional.of("the kernel refuses"), loop.status().watchFailure());
    }

    @Test
    void manyContainersAreLookedAtOnceTheyHaveCome() throws Exception {
        started();
        for (int i = 0; i < 24; i++) {
            loop.attachmentsChanged();
            assertEquals("nothing", work.next(100));
        }
        assertEquals(List.of("CORRECT ATTACHMENTS", "nothing"), List.of(work.next(3500), work.next(1500)));
        // While they keep coming, it does not wait for ever.
        var first = Optional.<String>empty();
        for (int i = 0; i < 90 && first.isEmpty(); i++) {
            loop.attachmentsChanged();
            first = Optional.of(work.next(100)).filter(each -> !each.equals("nothing"));
        }
        assertEquals(Optional.of("CORRECT ATTACHMENTS"), first);
    }

    @Test
    void reloadBringsNewTimes() throws Exception {
        started();
        assertEquals("nothing", work.next(300));
        work.settings(settings(NEVER, Duration.ofMillis(200)));
        loop.reload();
        assertEquals(List.of("RELOAD RELOAD", "CORRECT RELOAD", "CORRECT SCHEDULE"),
                List.of(work.next(1000), work.next(1000), work.next(1000)));
        work.settings(settings(NEVER, NEVER));
        loop.reload();
        work.during(500);
        assertEquals("nothing", work.next(400));
    }

    @Test
    void itIsNotAliveWhileOneThingTakesTooLong() throws Exception {
        started();
        assertTrue(loop.isAlive());
        var leave = new CountDownLatch(1);
        work.answer((action, cause) -> {
            leave.await();
            return Outcome.NOTHING;
        });
        var triggered = loop.trigger();
        work.next(1000);
        assertTrue(loop.isAlive());
        Thread.sleep(400);
        assertFalse(loop.isAlive());
        leave.countDown();
        triggered.get(5, TimeUnit.SECONDS);
        assertTrue(loop.isAlive());
    }

    @Test
    void whatRunsIsFinishedBeforeItStops() throws Exception {
        started();
        var finished = new AtomicLong();
        work.answer((action, cause) -> {
            Thread.sleep(400);
            finished.incrementAndGet();
            return Outcome.NOTHING;
        });
        var triggered = loop.trigger();
        assertEquals("CORRECT TRIGGER", work.next(1000));
        loop.close();
        assertEquals(1, finished.get());
        assertEquals("the agent stopped before it came to this",
                triggered.get(1, TimeUnit.SECONDS).poll().failure().get().text());
        assertThrows(IllegalStateException.class, loop::trigger);
        assertEquals("nothing", work.next(300));
    }

    @Test
    void aLoopThatBreaksDownSaysSo() throws Exception {
        started();
        assertFalse(loop.isBroken());
        work.answer((action, cause) -> {
            throw new OutOfMemoryError("of the test");
        });
        loop.trigger();
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (!loop.isBroken() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertTrue(loop.isBroken());
        assertFalse(loop.isAlive());
    }
}
