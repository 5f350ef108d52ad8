-- The schema of a Lode database, version 1. docs/formats/database.md explains it.
--
-- Moments of the system (created_at, lease_expires_at, ...) are microseconds since 1970-01-01T00:00:00Z. Times of
-- observations are on the axis of their dataset: a plain number, or microseconds since 1970 for a date-time dataset.

CREATE TABLE dataset (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    time_kind  TEXT    NOT NULL CHECK (time_kind IN ('numeric', 'datetime')),
    time_unit  TEXT    CHECK (time_unit IS NULL OR time_kind = 'numeric'),
    -- How many transactions changed the observations: the watermark of a trained model.
    revision   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE channel (
    id      INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    unit    TEXT,
    UNIQUE (dataset, name)
) STRICT;

CREATE TABLE series (
    id      INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    -- Kept equal to what observation holds by every write; `lode doctor` compares them.
    observation_count INTEGER NOT NULL DEFAULT 0,
    first_time REAL,
    last_time  REAL,
    UNIQUE (dataset, name)
) STRICT;

-- Clustered on its key: a series is read with one range scan, and a batch sorted by key is written in order.
-- The keys carry no REFERENCES, since a look-up of two parents for each row is a third of the cost of an insert;
-- the triggers below keep the table free of orphans.
CREATE TABLE observation (
    series  INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    time    REAL    NOT NULL,
    value   REAL    NOT NULL,
    PRIMARY KEY (series, channel, time)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER series_deleted AFTER DELETE ON series
BEGIN
    DELETE FROM observation WHERE series = old.id;
END;

-- Facts that do not change with time.
CREATE TABLE static_covariate (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    name   TEXT    NOT NULL,
    value  REAL    NOT NULL,
    PRIMARY KEY (series, name)
) STRICT, WITHOUT ROWID;

-- The same observations with names in place of keys, for people.
CREATE VIEW named_observation AS
SELECT dataset.name AS dataset, series.name AS series, channel.name AS channel, observation.time, observation.value
FROM dataset
JOIN series ON series.dataset = dataset.id
JOIN observation ON observation.series = series.id
JOIN channel ON channel.id = observation.channel;

CREATE TABLE model_version (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset    INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL CHECK (number >= 1),
    -- The job that made it. UNIQUE: a job publishes at most once, whatever happens.
    job        INTEGER NOT NULL UNIQUE,
    revision   INTEGER NOT NULL,
    metadata   TEXT    NOT NULL CHECK (json_valid(metadata)),
    created_at INTEGER NOT NULL,
    -- A safetensors file. Last, so that the other columns are read without it.
    weights    BLOB    NOT NULL,
    UNIQUE (dataset, number)
) STRICT;

-- docs/job-states.md draws the states.
CREATE TABLE job (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT    NOT NULL,
    arguments    TEXT    NOT NULL CHECK (json_valid(arguments)),
    state        TEXT    NOT NULL CHECK (state IN (
        'available', 'scheduled', 'running', 'retryable', 'completed', 'cancelled', 'discarded')),
    attempt      INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
    -- How often it was claimed, never decreasing: the fencing token of the current lease.
    claim_count  INTEGER NOT NULL DEFAULT 0,
    worker       TEXT,
    lease_expires_at INTEGER,
    progress     TEXT    CHECK (progress IS NULL OR json_valid(progress)),
    result       TEXT    CHECK (result IS NULL OR json_valid(result)),
    failures     TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(failures)),
    created_at   INTEGER NOT NULL,
    available_at INTEGER NOT NULL,
    attempted_at INTEGER,
    finished_at  INTEGER,
    CHECK ((state = 'running') = (lease_expires_at IS NOT NULL)),
    CHECK ((state IN ('completed', 'cancelled', 'discarded')) = (finished_at IS NOT NULL))
) STRICT;

CREATE INDEX job_claimable ON job (available_at, id) WHERE state IN ('available', 'scheduled', 'retryable');
CREATE INDEX job_leased ON job (lease_expires_at) WHERE state = 'running';

-- What the next attempt goes on from.
CREATE TABLE job_snapshot (
    job      INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    saved_at INTEGER NOT NULL,
    data     BLOB    NOT NULL
) STRICT;

CREATE TABLE job_curve (
    job     INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    epoch   INTEGER NOT NULL,
    metrics TEXT    NOT NULL CHECK (json_valid(metrics)),
    PRIMARY KEY (job, epoch)
) STRICT, WITHOUT ROWID;
