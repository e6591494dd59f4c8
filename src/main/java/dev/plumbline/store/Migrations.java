package dev.plumbline.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Brings a database to the newest schema. The version is SQLite's {@code user_version}: how many scripts were run.
 *
 * @param scripts resources of this package, in order; once released, a script is never changed
 */
record Migrations(List<String> scripts) {

    static final Migrations ALL = new Migrations(List.of("001-initial.sql", "002-journal.sql", "003-confirm.sql",
            "004-git.sql", "005-attachments.sql", "006-sysctls.sql", "007-variables.sql",
            "008-vrf-addresses.sql"));

    /** {@code application_id}: "plum". Tells our database from anybody else's. */
    private static final int APPLICATION_ID = 0x706c756d;

    int newest() {
        return scripts.size();
    }

    /** Whether the database is of this schema. Refuses what is newer, or not ours. */
    boolean isCurrent(Database database) {
        long version = database.number("PRAGMA user_version");
        if (database.number("PRAGMA application_id") != APPLICATION_ID
                && (version != 0 || database.number("SELECT count(*) FROM sqlite_schema") != 0)) {
            throw new StoreException(database.file()
                    + " is a database of another program: move it away, or choose another"
                    + " state directory with --state-dir DIR");
        }
        if (version > newest()) {
            throw new StoreException(database.file() + " was written by a newer plumbline (schema " + version
                    + writer(database) + "; this one knows up to " + newest() + "): run that version, or choose another"
                    + " state directory with --state-dir DIR");
        }
        return version == newest();
    }

    private static String writer(Database database) {
        try {
            return database.first("SELECT program_version FROM meta", row -> ", version " + row.getString(1))
                    .orElse("");
        } catch (StoreException e) {
            return "";
        }
    }

    /** Runs what has not been run yet, in one transaction. */
    void run(Database database, String programVersion) {
        if (!isCurrent(database)) {
            database.insist("PRAGMA journal_mode=WAL");
            database.write(() -> {
                // Again: another process may have come first.
                if (!isCurrent(database)) {
                    migrate(database, programVersion);
                }
                return true;
            });
        }
        // Asked first: even an update that changes nothing waits for other writers.
        if (!database.first("SELECT program_version FROM meta", row -> row.getString(1))
                .equals(Optional.of(programVersion))) {
            database.update("UPDATE meta SET program_version = ?", programVersion);
        }
    }

    private void migrate(Database database, String programVersion) {
        int version = (int) database.number("PRAGMA user_version");
        for (var script : scripts.subList(version, newest())) {
            database.script(text(script));
        }
        if (version == 0) {
            database.update("INSERT INTO meta (one, program_version, created) VALUES (1, ?, ?)", programVersion,
                    Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        }
        database.execute("PRAGMA application_id=" + APPLICATION_ID);
        database.execute("PRAGMA user_version=" + newest());
    }

    private static String text(String script) {
        try (var stream = Migrations.class.getResourceAsStream(script)) {
            if (stream == null) {
                throw new IllegalStateException("the program lacks " + script);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
