package dev.plumbline.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Work that tells what it was asked for, and answers as the test says. */
final class RecordedWork implements Work {

    /** What was asked for. */
    record Call(Action action, Cause.Kind cause, long at) {
    }

    /** Answers a call. */
    interface Answer {
        Outcome to(Action action, Cause cause) throws Exception;
    }

    private final LinkedBlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private volatile Answer answer = (action, cause) -> Outcome.NOTHING;
    private final List<String> told = new CopyOnWriteArrayList<>();
    private volatile boolean deaf;
    private volatile Settings settings;

    RecordedWork(Settings settings) {
        this.settings = settings;
    }

    void answer(Answer other) {
        answer = other;
    }

    void settings(Settings other) {
        settings = other;
    }

    private Outcome called(Action action, Cause cause) {
        calls.add(new Call(action, cause.kind(), System.nanoTime()));
        try {
            return answer.to(action, cause);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The next call, in words; {@code nothing} if none comes in time. */
    String next(long milliseconds) throws InterruptedException {
        var call = calls.poll(milliseconds, TimeUnit.MILLISECONDS);
        return call == null ? "nothing" : call.action + " " + call.cause;
    }

    /** All that come until this time has passed. */
    List<Call> during(long milliseconds) throws InterruptedException {
        Thread.sleep(milliseconds);
        var some = new ArrayList<Call>();
        calls.drainTo(some);
        return some;
    }

    @Override
    public Outcome poll(Cause cause) {
        return called(Action.POLL, cause);
    }

    @Override
    public Outcome correct(Cause cause) {
        return called(Action.CORRECT, cause);
    }

    @Override
    public Outcome reload() {
        return called(Action.RELOAD, new Cause(Cause.Kind.RELOAD, java.util.Set.of()));
    }

    @Override
    public void fighting(List<Fight> fights) {
        if (deaf) {
            throw new IllegalStateException("no room");
        }
        told.addAll(fights.stream().map(fight -> fight.object().toString()).toList());
    }

    /** Which fights it was told of. */
    List<String> told() {
        return List.copyOf(told);
    }

    /** Whether to take what it is told of. */
    void canBeTold(boolean can) {
        deaf = !can;
    }

    @Override
    public Settings settings() {
        return settings;
    }
}
