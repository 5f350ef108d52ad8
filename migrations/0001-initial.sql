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
    tags       TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE channel (
    id      INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    unit    TEXT,
    -- 'input': known for the future too, such as a planned dose or a calendar.
    kind    TEXT    NOT NULL DEFAULT 'measured' CHECK (kind IN ('measured', 'input')),
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
-- the triggers below keep the table free of orphans, and `lode doctor` looks for them.
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

-- Only where the dataset stays: with it go the series, and with them all observations.
CREATE TRIGGER channel_deleted AFTER DELETE ON channel WHEN EXISTS (SELECT 1 FROM dataset WHERE id = old.dataset)
BEGIN
    DELETE FROM observation
    WHERE series IN (SELECT id FROM series WHERE dataset = old.dataset) AND channel = old.id;
END;

-- Facts that do not change with time.
CREATE TABLE static_covariate (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    name   TEXT    NOT NULL,
    value  REAL    NOT NULL,
    PRIMARY KEY (series, name)
) STRICT, WITHOUT ROWID;

-- Outcomes of a series that a model may be asked for.
CREATE TABLE label (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    name   TEXT    NOT NULL,
    value  REAL    NOT NULL,
    PRIMARY KEY (series, name)
) STRICT, WITHOUT ROWID;

-- Requests that were answered, so that a retried one is answered the same and written once. Kept for a day.
CREATE TABLE idempotency_key (
    key         TEXT    NOT NULL PRIMARY KEY,
    -- Tells the request apart from another one with the same key.
    fingerprint TEXT    NOT NULL,
    report      TEXT    NOT NULL CHECK (json_valid(report)),
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

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
    queue        TEXT    NOT NULL DEFAULT 'default',
    -- 0 runs first, 9 last.
    priority     INTEGER NOT NULL DEFAULT 5 CHECK (priority BETWEEN 0 AND 9),
    arguments    TEXT    NOT NULL CHECK (json_valid(arguments)),
    tags         TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    metadata     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    -- At most one unfinished job of a kind has it.
    unique_key   TEXT,
    -- Arguments of the job that follows this one under the same unique key.
    rerun_arguments TEXT CHECK (rerun_arguments IS NULL OR json_valid(rerun_arguments)),
    -- Seconds an attempt may take, and may go without a report of progress.
    timeout      REAL    CHECK (timeout > 0),
    stall_timeout REAL   CHECK (stall_timeout > 0),
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

CREATE INDEX job_claimable ON job (priority, available_at, id)
    WHERE state IN ('available', 'scheduled', 'retryable');
CREATE UNIQUE INDEX job_unique ON job (kind, unique_key)
    WHERE unique_key IS NOT NULL AND state NOT IN ('completed', 'cancelled', 'discarded');
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
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
