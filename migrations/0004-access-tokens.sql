-- Version 4: tokens by which clients show what they may do.

CREATE TABLE access_token (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    -- SHA-256 of the token; the token itself is kept nowhere.
    digest       BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
    -- Some of read, write, train and admin, separated by commas.
    scopes       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    -- NULL where it does not end by itself.
    expires_at   INTEGER,
    revoked_at   INTEGER,
    -- To the hour.
    last_used_at INTEGER
) STRICT;

-- A name is free again once its token is revoked.
CREATE UNIQUE INDEX access_token_name ON access_token (name) WHERE revoked_at IS NULL;
