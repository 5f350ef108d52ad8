-- Version 2: schedules, events of jobs, and the clock by which leases are kept.

-- What a dataset has gained since it was made: deletions do not lower it. Data triggers of schedules count by it.
ALTER TABLE dataset ADD COLUMN observations_added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dataset ADD COLUMN series_added INTEGER NOT NULL DEFAULT 0;
UPDATE dataset SET
    observations_added = (SELECT ifnull(sum(observation_count), 0) FROM series WHERE dataset = dataset.id),
    series_added = (SELECT count(*) FROM series WHERE dataset = dataset.id);

CREATE TRIGGER series_added AFTER INSERT ON series
BEGIN
    UPDATE dataset SET series_added = series_added + 1, observations_added = observations_added + new.observation_count
    WHERE id = new.dataset;
END;

CREATE TRIGGER series_grew AFTER UPDATE OF observation_count ON series
WHEN new.observation_count > old.observation_count
BEGIN
    UPDATE dataset SET observations_added = observations_added + new.observation_count - old.observation_count
    WHERE id = new.dataset;
END;

-- docs/schedules.md explains the triggers.
CREATE TABLE schedule (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL CHECK (kind IN ('cron', 'interval', 'observations', 'series', 'drift')),
    -- Of 'cron'.
    expression TEXT,
    time_zone  TEXT,
    -- Of 'interval': seconds, and the moment from which they count.
    seconds    REAL,
    anchor     INTEGER,
    -- Of the data triggers: the dataset's name, how much it must gain, and of 'drift' the model that is asked and the drop in
    -- nats for each observation.
    dataset    TEXT,
    count      INTEGER CHECK (count >= 1),
    model      TEXT,
    likelihood_drop REAL CHECK (likelihood_drop > 0),
    -- The job it enqueues: an object with kind, arguments, queue, priority, …
    job        TEXT    NOT NULL CHECK (json_valid(job)),
    -- 'skip', 'once', or the most missed runs to make up for.
    missed_runs TEXT   NOT NULL,
    paused     INTEGER NOT NULL CHECK (paused IN (0, 1)),
    -- Counts changes and firings: a write is conditional on it.
    revision   INTEGER NOT NULL DEFAULT 1,
    next_fire_at INTEGER,
    -- When next_fire_at was reckoned: in the future only where the clock was set back since, and then it is reckoned anew.
    reckoned_at INTEGER NOT NULL,
    -- dataset.observations_added or series_added from which a data trigger counts.
    counted_from INTEGER NOT NULL DEFAULT 0,
    -- dataset.series_added at that moment.
    series_counted_from INTEGER NOT NULL DEFAULT 0,
    -- Why it cannot fire.
    problem    TEXT,
    created_at INTEGER NOT NULL,
    last_fired_at INTEGER
) STRICT;

CREATE INDEX schedule_due ON schedule (next_fire_at) WHERE next_fire_at IS NOT NULL AND paused = 0;

-- Each firing. UNIQUE: however many processes look, a schedule fires once for a fire time.
CREATE TABLE schedule_firing (
    id        INTEGER PRIMARY KEY,
    schedule  INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    reason    TEXT    NOT NULL CHECK (reason IN ('time', 'data', 'manual')),
    fire_time INTEGER NOT NULL,
    fired_at  INTEGER NOT NULL,
    -- The job may have been pruned since.
    job       INTEGER NOT NULL,
    UNIQUE (schedule, reason, fire_time)
) STRICT;

-- Whether somebody asked a running job to end with what it has; what completes then is cancelled.
ALTER TABLE job ADD COLUMN ends_early INTEGER NOT NULL DEFAULT 0 CHECK (ends_early IN (0, 1));

-- What became of jobs, for those who follow them: each change of state, and of a running attempt the last progress.
CREATE TABLE job_event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    job      INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    attempt  INTEGER NOT NULL,
    -- NULL for a change of state.
    progress TEXT
) STRICT;

CREATE INDEX job_event_job ON job_event (job, id);

-- Tells a step of the machine's clock from time passing: leases and retries move with a step.
CREATE TABLE job_clock (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    -- The kernel's identifier of the boot.
    boot   TEXT    NOT NULL,
    -- Wall clock less time since boot, in microseconds.
    wall_at_boot INTEGER NOT NULL
) STRICT;
