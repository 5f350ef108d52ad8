-- The model registry: where a version comes from, the aliases that point at versions with their history, what rules said
-- of versions, and how versions did on later data. docs/models.md explains it.

-- The number of the newest version there ever was, so that a deleted one's number is not given again.
ALTER TABLE dataset ADD COLUMN last_model_number INTEGER NOT NULL DEFAULT 0;
UPDATE dataset SET last_model_number = ifnull((SELECT max(number) FROM model_version WHERE dataset = dataset.id), 0);

-- Made anew, since a version that was imported has no job, and weights must stay the last column.
CREATE TABLE new_model_version (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset    INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL CHECK (number >= 1),
    -- The job that made it, NULL where it was imported. UNIQUE: a job publishes at most once, whatever happens.
    job        INTEGER UNIQUE,
    origin     TEXT    NOT NULL DEFAULT 'trained' CHECK (origin IN ('trained', 'calibrated', 'imported')),
    -- The number of the version it takes over from; that one may be deleted.
    parent     INTEGER,
    revision   INTEGER NOT NULL,
    -- What the data held that it was trained on.
    series_count      INTEGER,
    observation_count INTEGER,
    first_time REAL,
    last_time  REAL,
    -- The build of Lode that made it.
    code_version TEXT,
    metadata   TEXT    NOT NULL CHECK (json_valid(metadata)),
    created_at INTEGER NOT NULL,
    -- A safetensors file. Last, so that the other columns are read without it.
    weights    BLOB    NOT NULL,
    CHECK (job IS NOT NULL OR origin = 'imported'),
    UNIQUE (dataset, number)
) STRICT;
INSERT INTO new_model_version (id, dataset, number, job, revision, metadata, created_at, weights)
    SELECT id, dataset, number, job, revision, metadata, created_at, weights FROM model_version;
DROP TABLE model_version;
ALTER TABLE new_model_version RENAME TO model_version;

CREATE TABLE model_alias (
    dataset INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    -- Looked at when the transaction ends: a dataset takes its versions and its aliases with it, in any order.
    version INTEGER NOT NULL REFERENCES model_version (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (dataset, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX model_alias_version ON model_alias (version);

-- Only ever added to.
CREATE TABLE model_alias_change (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset     INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    alias       TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('promoted', 'rolledBack', 'removed')),
    -- Numbers of versions, which may be deleted.
    from_number INTEGER,
    to_number   INTEGER CHECK ((to_number IS NULL) = (kind = 'removed')),
    changed_at  INTEGER NOT NULL,
    changed_by  TEXT    NOT NULL,
    reason      TEXT    NOT NULL
) STRICT;
CREATE INDEX model_alias_change_of ON model_alias_change (dataset, alias, id);

-- What a promotion rule said of a version.
CREATE TABLE model_verdict (
    id        INTEGER PRIMARY KEY,
    version   INTEGER NOT NULL REFERENCES model_version (id) ON DELETE CASCADE,
    verdict   TEXT    NOT NULL CHECK (json_valid(verdict)),
    judged_at INTEGER NOT NULL
) STRICT;
CREATE INDEX model_verdict_of ON model_verdict (version);

-- How a version did on the data of a later day.
CREATE TABLE model_evaluation (
    id           INTEGER PRIMARY KEY,
    version      INTEGER NOT NULL REFERENCES model_version (id) ON DELETE CASCADE,
    -- UNIQUE for the same reason as in model_version.
    job          INTEGER NOT NULL UNIQUE,
    revision     INTEGER NOT NULL,
    report       TEXT    NOT NULL CHECK (json_valid(report)),
    evaluated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX model_evaluation_of ON model_evaluation (version);
