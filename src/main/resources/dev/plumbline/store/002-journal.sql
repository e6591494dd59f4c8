-- An apply that has begun to write and has not ended: at most one a namespace. Names its namespace itself, so that it
-- outlives the row of a namespace that was made anew.
CREATE TABLE journal (
    boot_id   TEXT    NOT NULL,
    cookie    INTEGER NOT NULL,
    label     TEXT    NOT NULL,
    since     TEXT    NOT NULL,
    user      TEXT    NOT NULL,
    pid       INTEGER NOT NULL,
    command   TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    revision  TEXT    NOT NULL,
    added     INTEGER NOT NULL,
    changed   INTEGER NOT NULL,
    destroyed INTEGER NOT NULL,
    format    INTEGER NOT NULL,
    PRIMARY KEY (boot_id, cookie)
) STRICT;

-- How to undo it: one compressed blob a family of state, in the journal's format.
CREATE TABLE journal_parts (
    boot_id TEXT    NOT NULL,
    cookie  INTEGER NOT NULL,
    family  TEXT    NOT NULL,
    content BLOB    NOT NULL,
    PRIMARY KEY (boot_id, cookie, family),
    FOREIGN KEY (boot_id, cookie) REFERENCES journal ON DELETE CASCADE
) STRICT;

-- What was done when, by whom and from where: the newest thousand. Details are lines of text, compressed.
CREATE TABLE history (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    at           TEXT    NOT NULL,
    milliseconds INTEGER NOT NULL,
    namespace    TEXT    NOT NULL,
    user         TEXT    NOT NULL,
    pid          INTEGER NOT NULL,
    command      TEXT    NOT NULL,
    source       TEXT    NOT NULL,
    revision     TEXT    NOT NULL,
    result       TEXT    NOT NULL,
    drift        INTEGER NOT NULL CHECK (drift IN (0, 1)),
    added        INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    destroyed    INTEGER NOT NULL,
    details      BLOB    NOT NULL
) STRICT;
