-- An apply that awaits confirmation keeps its journal, and so the way back, until it is confirmed or its time is over.
ALTER TABLE journal ADD COLUMN confirm_by TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN awaiting INTEGER NOT NULL DEFAULT 0 CHECK (awaiting IN (0, 1));

-- What becomes the current source once it is confirmed.
CREATE TABLE pending (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    kind         TEXT NOT NULL,
    location     TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    documents    BLOB NOT NULL
) STRICT;

-- What was reverted stays reverted: contents that are not applied again unless somebody says so.
CREATE TABLE rejected (
    content_hash TEXT PRIMARY KEY,
    at           TEXT NOT NULL
) STRICT;
