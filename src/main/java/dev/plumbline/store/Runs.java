package dev.plumbline.store;

import dev.plumbline.history.Reason;
import dev.plumbline.history.Run;
import dev.plumbline.history.Suspension;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rows of runs that nobody watched. */
record Runs(Database database) {

    /** How many are kept. */
    private static final int KEPT = 100;

    List<Run> newest(int most) {
        return database.list("SELECT number, first_at, at, took_millis, trigger, reason, message, commit_id,"
                + " content_hash, added, changed, destroyed, drift, details FROM runs ORDER BY number DESC LIMIT ?",
                Runs::run, most);
    }

    private static Run run(ResultSet row) throws SQLException {
        var commit = row.getString(8);
        var details = row.getString(14);
        return new Run(row.getLong(1), Instant.parse(row.getString(2)), Instant.parse(row.getString(3)),
                Duration.ofMillis(row.getLong(4)), row.getString(5), Reason.of(row.getString(6)), row.getString(7),
                commit.isEmpty() ? Optional.empty() : Optional.of(commit), row.getString(9), row.getInt(10),
                row.getInt(11), row.getInt(12), row.getInt(13) == 1,
                details.isEmpty() ? List.of() : List.of(details.split("\n", -1)));
    }

    void record(Run run) {
        var last = newest(1).stream().findFirst().filter(before -> isAlike(before, run));
        last.ifPresent(each -> database.update("DELETE FROM runs WHERE number = ?", each.number()));
        database.update("INSERT INTO runs (first_at, at, took_millis, trigger, reason, message, commit_id, content_hash,"
                + " added, changed, destroyed, drift, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                last.map(Run::firstAt).orElse(run.firstAt()).toString(), run.at().toString(), run.took().toMillis(),
                run.trigger(), run.reason().word(), run.message(), run.commit().orElse(""), run.contentHash(),
                run.added(), run.changed(), run.destroyed(), run.drift() ? 1 : 0, String.join("\n", run.details()));
        database.update("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?", KEPT);
    }

    private static boolean isAlike(Run one, Run other) {
        return one.reason() == other.reason() && one.message().equals(other.message())
                && one.commit().equals(other.commit()) && one.contentHash().equals(other.contentHash())
                && !one.hasChanges() && !other.hasChanges();
    }

    Optional<Suspension> suspension() {
        return database.first("SELECT reason, since, until, user FROM suspension", row -> {
            var until = row.getString(3);
            return new Suspension(row.getString(1), Instant.parse(row.getString(2)),
                    until.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(until)), row.getString(4));
        });
    }

    void suspend(Suspension suspension) {
        database.update("INSERT OR REPLACE INTO suspension (one, reason, since, until, user) VALUES (1, ?, ?, ?, ?)",
                suspension.reason(), suspension.since().toString(),
                suspension.until().map(Instant::toString).orElse(""), suspension.user());
    }

    void resume() {
        database.update("DELETE FROM suspension");
    }
}
