package dev.plumbline.cli;

import dev.plumbline.state.Progress;
import java.io.PrintWriter;

/** Draws on standard error what takes longer than a second: how many of how many, and the time left. Silent in a pipe. */
final class ProgressLine implements Progress {

    private static final long SECOND = 1_000_000_000L;
    private static final long REDRAW = SECOND / 5;

    private final String work;
    private final PrintWriter err;
    private long start;
    private long drawn;
    private long last = Long.MAX_VALUE;

    ProgressLine(String work, PrintWriter err) {
        this.work = work;
        this.err = err;
    }

    @Override
    public void at(long done, long of) {
        if (!Terminal.error()) {
            return;
        }
        long now = System.nanoTime();
        if (done < last) {
            start = now;
            drawn = 0;
        }
        last = done;
        boolean finished = done >= of;
        if (finished ? drawn > 0 : now - start > SECOND && now - Math.max(drawn, start) > REDRAW) {
            long left = done == 0 ? 0 : (now - start) * (of - done) / done / SECOND;
            err.print("\r" + work + ": " + done + " of " + of + (finished ? ", done        \n" : ", " + left + " s left "));
            err.flush();
            drawn = finished ? 0 : now;
        }
    }
}
