-- Sysctls that documents have set, and what they were before. Documents: a JSON list of kind/name.
CREATE TABLE taken_sysctls (
    namespace    INTEGER NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    path         TEXT    NOT NULL,
    documents    TEXT    NOT NULL,
    former       TEXT    NOT NULL,
    written      TEXT    NOT NULL,
    device_index INTEGER NOT NULL,
    PRIMARY KEY (namespace, path)
) STRICT;
