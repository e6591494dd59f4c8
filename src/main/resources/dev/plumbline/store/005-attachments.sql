-- Containers' interfaces, as their runtimes announced them by CNI: inputs beside the intents. The namespace is (boot id,
-- cookie), and the label finds it. Content: addresses, routes, what is wanted, labels, arguments (JSON, no secrets).
CREATE TABLE attachments (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    container TEXT    NOT NULL,
    device    TEXT    NOT NULL,
    network   TEXT    NOT NULL,
    type      TEXT    NOT NULL,
    netns     TEXT    NOT NULL,
    boot_id   TEXT    NOT NULL,
    cookie    INTEGER NOT NULL,
    added_at  TEXT    NOT NULL,
    content   TEXT    NOT NULL,
    UNIQUE (container, device, type)
) STRICT;

CREATE INDEX attachments_in ON attachments (boot_id, cookie);

-- In which namespace an applied document holds, so that a look at another one need not decode them all; empty: unknown.
ALTER TABLE documents ADD COLUMN netns TEXT NOT NULL DEFAULT '';
