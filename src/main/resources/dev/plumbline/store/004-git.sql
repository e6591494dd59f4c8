-- The commit of what is applied, and of what awaits confirmation: empty for what has none.
ALTER TABLE source ADD COLUMN commit_id TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN committed_at TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE pending ADD COLUMN commit_id TEXT NOT NULL DEFAULT '';
ALTER TABLE pending ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE pending ADD COLUMN committed_at TEXT NOT NULL DEFAULT '';
ALTER TABLE pending ADD COLUMN subject TEXT NOT NULL DEFAULT '';

-- Since when each applied document is as it is, and which commit made it so; pending: what awaits confirmation.
CREATE TABLE documents (
    document     TEXT NOT NULL,
    hash         TEXT NOT NULL,
    commit_id    TEXT NOT NULL,
    author       TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    subject      TEXT NOT NULL,
    since        TEXT NOT NULL,
    pending      INTEGER NOT NULL CHECK (pending IN (0, 1)),
    PRIMARY KEY (document, pending)
) STRICT;

-- How runs that nobody watched ended: the newest few. One that is like the one before takes its place.
CREATE TABLE runs (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    first_at     TEXT    NOT NULL,
    at           TEXT    NOT NULL,
    took_millis  INTEGER NOT NULL,
    trigger      TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    commit_id    TEXT    NOT NULL,
    content_hash TEXT    NOT NULL,
    added        INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    destroyed    INTEGER NOT NULL,
    drift        INTEGER NOT NULL CHECK (drift IN (0, 1)),
    details      TEXT    NOT NULL
) STRICT;

-- Unattended runs do nothing while there is a row and its time is not over.
CREATE TABLE suspension (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    reason TEXT NOT NULL,
    since  TEXT NOT NULL,
    until  TEXT NOT NULL,
    user   TEXT NOT NULL
) STRICT;

-- Numbers of metrics: counters of a timer's runs must not begin anew with each process. Labels are JSON.
CREATE TABLE figures (
    name   TEXT NOT NULL,
    labels TEXT NOT NULL,
    value  REAL NOT NULL,
    PRIMARY KEY (name, labels)
) STRICT, WITHOUT ROWID;

-- The repository on this host whose pushes are taken.
CREATE TABLE pushed_repository (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    directory       TEXT    NOT NULL,
    branch          TEXT    NOT NULL,
    path            TEXT    NOT NULL,
    owner           TEXT    NOT NULL,
    applies         INTEGER NOT NULL CHECK (applies IN (0, 1)),
    confirm_seconds INTEGER NOT NULL
) STRICT;
