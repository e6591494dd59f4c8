-- Who wrote this file: one row.
CREATE TABLE meta (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    program_version TEXT NOT NULL,
    created         TEXT NOT NULL
) STRICT;

-- A namespace is (boot id, cookie); the label finds it again after a reboot.
CREATE TABLE namespaces (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    label      TEXT    NOT NULL UNIQUE,
    boot_id    TEXT    NOT NULL,
    cookie     INTEGER NOT NULL,
    host       INTEGER NOT NULL CHECK (host IN (0, 1)),
    first_seen TEXT    NOT NULL,
    UNIQUE (boot_id, cookie)
) STRICT;

CREATE UNIQUE INDEX one_host ON namespaces (host) WHERE host = 1;

CREATE TABLE allotments (
    position    INTEGER PRIMARY KEY,
    namespace   INTEGER NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    document    TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    route_table INTEGER NOT NULL CHECK (route_table BETWEEN 1 AND 4294967295),
    UNIQUE (namespace, document, key)
) STRICT;

-- Foreign routes that a document moved away or adopted, as they were (JSON).
CREATE TABLE taken_routes (
    position     INTEGER PRIMARY KEY,
    namespace    INTEGER NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    document     TEXT    NOT NULL,
    route        TEXT    NOT NULL,
    device_index INTEGER NOT NULL,
    adopted      INTEGER NOT NULL CHECK (adopted IN (0, 1))
) STRICT;

CREATE INDEX taken_routes_of ON taken_routes (namespace);

-- Foreign rules that a document adopted, as they were (JSON).
CREATE TABLE taken_rules (
    position  INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    document  TEXT    NOT NULL,
    rule      TEXT    NOT NULL
) STRICT;

CREATE INDEX taken_rules_of ON taken_rules (namespace);

CREATE TABLE devices (
    namespace INTEGER NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    PRIMARY KEY (namespace, name)
) STRICT, WITHOUT ROWID;

-- The one source of truth of this state directory: at most one row.
CREATE TABLE source (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    kind         TEXT NOT NULL,
    location     TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    applied_at   TEXT NOT NULL,
    documents    BLOB NOT NULL
) STRICT;

-- Parsed intents, so that unchanged ones are not parsed again: the newest few.
CREATE TABLE parsed (
    position        INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash    TEXT NOT NULL,
    program_version TEXT NOT NULL,
    documents       BLOB NOT NULL,
    UNIQUE (content_hash, program_version)
) STRICT;
