package dev.plumbline.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.JDBC;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A connection to the database file, with errors in words. */
final class Database implements AutoCloseable {

    /** Waits this long for another writer. */
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int OPEN_READ_WRITE = 0x2;
    private static final int OPEN_URI = 0x40;

    private static final long PAUSE_NANOS = 10_000_000;
    private static final int STATEMENTS_KEPT = 100;

    /** Writers of this process wait in the order in which they came; those of others are waited for by SQLite. */
    private static final Map<Path, ReentrantLock> WRITERS = new ConcurrentHashMap<>();

    private final Path file;
    private final Duration patience;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new ConcurrentHashMap<>();

    private Database(Path file, Duration patience, Connection connection) {
        this.file = file;
        this.patience = patience;
        this.connection = connection;
    }

    /** How a database is opened. */
    enum Access {
        /** Reads and writes. */
        WRITE,
        /** Only reads, but takes part in locking and recovers after a killed writer: needs the right to write. */
        READ,
        /** Only reads, without any lock: for those who may not write. Nobody must write meanwhile. */
        READ_IMMUTABLE
    }

    /** Opens an existing file. */
    static Database open(Path file, Access access) {
        return open(file, access, PATIENCE);
    }

    /** The same, with another patience. */
    static Database open(Path file, Access access, Duration patience) {
        var properties = new Properties();
        properties.setProperty("open_mode", Integer.toString(OPEN_READ_WRITE | OPEN_URI));
        properties.setProperty("busy_timeout", Long.toString(patience.toMillis()));
        var address = "file:" + escaped(file) + (access == Access.READ_IMMUTABLE ? "?immutable=1" : "");
        Connection connection;
        try {
            // Past DriverManager, which looks for drivers all over the class path.
            connection = JDBC.createConnection(JDBC.PREFIX + address, properties);
        } catch (SQLException e) {
            throw failure(file, e);
        }
        var database = new Database(file, patience, connection);
        try {
            database.execute("PRAGMA foreign_keys=ON");
            database.execute("PRAGMA synchronous=FULL");
            if (access != Access.WRITE) {
                database.execute("PRAGMA query_only=ON");
            }
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Has commits wait for the disk no more: they are on it in their order, with the next one of somebody who waits
     * ({@code sqlite.org/pragma.html#pragma_synchronous}, in WAL mode).
     */
    void relax() {
        execute("PRAGMA synchronous=NORMAL");
    }

    /** In a URI ({@code sqlite.org/uri.html}); the driver, too, looks for a question mark. */
    private static String escaped(Path file) {
        return file.toString().replace("%", "%25").replace("?", "%3f").replace("#", "%23");
    }

    Path file() {
        return file;
    }

    /** Reads one row. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Sets the parameters of one row. */
    interface RowWriter<T> {
        void write(PreparedStatement statement, T value) throws SQLException;
    }

    void execute(String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    /** Runs several statements. */
    void script(String sql) {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    /** What is done with a prepared statement. */
    private interface Use<T> {
        T of(PreparedStatement statement) throws SQLException;
    }

    /** A statement is kept for the next time: to prepare one takes longer than what most of them do. */
    private <T> T using(String sql, Use<T> use) {
        var kept = statements.remove(sql);
        try {
            var statement = kept == null ? connection.prepareStatement(sql) : kept;
            boolean done = false;
            try {
                var result = use.of(statement);
                done = true;
                return result;
            } finally {
                if (!done || statements.size() >= STATEMENTS_KEPT || statements.putIfAbsent(sql, statement) != null) {
                    statement.close();
                } else {
                    statement.clearParameters();
                }
            }
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    <T> List<T> list(String sql, RowReader<T> reader, Object... parameters) {
        return using(sql, statement -> {
            set(statement, parameters);
            var found = new ArrayList<T>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
            }
            return found;
        });
    }

    <T> Optional<T> first(String sql, RowReader<T> reader, Object... parameters) {
        var found = list(sql, reader, parameters);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
    }

    long number(String sql) {
        return first(sql, row -> row.getLong(1)).orElse(0L);
    }

    int update(String sql, Object... parameters) {
        return using(sql, statement -> {
            set(statement, parameters);
            return statement.executeUpdate();
        });
    }

    <T> void insertAll(String sql, Iterable<T> values, RowWriter<T> writer) {
        using(sql, statement -> {
            for (var value : values) {
                writer.write(statement, value);
                statement.executeUpdate();
            }
            return true;
        });
    }

    private static void set(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    /** Runs what SQLite refuses at once, whatever the timeout, while others open the file too. */
    void insist(String sql) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                execute(sql);
                return;
            } catch (StoreBusyException e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Work in a transaction. */
    interface Work<T> {
        T run();
    }

    /**
     * Runs work in a transaction that is a writer's from its first statement: one that reads and then writes would fail
     * with SQLITE_BUSY, whatever the timeout, when another writer came between.
     */
    <T> T write(Work<T> work) {
        // SQLite lets those who wait sleep, longer and longer, and whoever wakes first goes first.
        var turn = WRITERS.computeIfAbsent(file, _ -> new ReentrantLock(true));
        try {
            if (!turn.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy(file, new SQLException("another thread of this process is writing"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy(file, new SQLException("interrupted"));
        }
        try {
            execute("BEGIN IMMEDIATE");
            return finish(work);
        } finally {
            turn.unlock();
        }
    }

    /** Runs reads that see one state of the database. */
    <T> T read(Work<T> work) {
        execute("BEGIN");
        return finish(work);
    }

    private <T> T finish(Work<T> work) {
        boolean done = false;
        try {
            var result = work.run();
            execute("COMMIT");
            done = true;
            return result;
        } finally {
            if (!done) {
                rollBack();
            }
        }
    }

    private void rollBack() {
        try (var statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite has ended the transaction itself, or the file is gone: the first error is the one to report.
        }
    }

    /** An error of SQLite's in words that say what to do. */
    static StoreException failure(Path file, SQLException e) {
        var code = e instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
        if (code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE) {
            return full(file, e);
        }
        // The low byte is the primary code (sqlite.org/rescode.html).
        return switch (code.code & 0xff) {
            case 11, 26 -> new StoreException(corrupt(file), e);
            case 5, 6 -> busy(file, e);
            case 8 -> new StoreException("no right to write to " + file + ": run as root, or choose another state"
                    + " directory with --state-dir DIR", e);
            case 13 -> full(file, e);
            case 14 -> new StoreException("cannot open " + file + ": " + e.getMessage(), e);
            default -> new StoreException("cannot use " + file + ": " + e.getMessage(), e);
        };
    }

    private static StoreBusyException busy(Path file, SQLException e) {
        return new StoreBusyException("another process keeps writing to " + file + ": see who with 'fuser " + file
                + "', and try again", e);
    }

    private static StoreException full(Path file, SQLException e) {
        return new StoreException("no space is left to write " + file + ": nothing was recorded. Free some and try"
                + " again", e);
    }

    private static String corrupt(Path file) {
        return file + " is damaged, or is no database of plumbline's. Move it away ('mv " + file + " " + file
                + ".damaged', also with -wal and -shm at the end) and run again. What is ours is still known, by marks"
                + " in the kernel; lost are the routes and rules that were moved away or adopted (they cannot be put"
                + " back), allotted table numbers whose routes are gone, and which source this host follows";
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }
}
