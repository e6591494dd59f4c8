-- Variables of plumbline.yaml when intents were applied last: for runs that do not read that file.
CREATE TABLE variables (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
