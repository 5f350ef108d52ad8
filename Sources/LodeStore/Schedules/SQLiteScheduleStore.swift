import GRDB
public import LodeDomain

/// Schedules as rows of a Lode database; `InMemoryScheduleStore` in LodeJobs is the reference for the behaviour.
public struct SQLiteScheduleStore: ScheduleStore {
    let database: LodeDatabase

    /// The schedules of `database`.
    public init(_ database: LodeDatabase) {
        self.database = database
    }

    /// Makes a schedule.
    public func create(_ draft: ScheduleDraft, at now: Timestamp) async throws(StoreError) -> Schedule {
        try await database.write { db in
            guard try ScheduleRecord.find(draft.name, db) == nil else { throw StoreError.scheduleExists(draft.name) }
            let counts = try ScheduleRecord.counts(for: draft.trigger, db)
            let schedule = Schedule(
                id: Identifier(rawValue: 0), name: draft.name, trigger: draft.trigger, job: draft.job,
                missedRuns: draft.missedRuns, isPaused: draft.isPaused, revision: 1, nextFireAt: draft.nextFireAt,
                countedFrom: counts.counted, seriesCountedFrom: counts.series, problem: nil, createdAt: now,
                lastFiredAt: nil)
            var values = try ScheduleRecord.values(of: schedule)
            values["created_at"] = now.microseconds
            values["reckoned_at"] = now.microseconds
            let names = values.keys.sorted()
            try db.execute(
                sql: """
                    INSERT INTO schedule (\(names.joined(separator: ", ")))
                    VALUES (\(names.map { ":\($0)" }.joined(separator: ", ")))
                    """,
                arguments: StatementArguments(values))
            return try ScheduleRecord.existing(draft.name, db)
        }
    }

    /// All schedules, by name.
    public func schedules() async throws(StoreError) -> [Schedule] {
        try await database.read { db in try ScheduleRecord.all(db) }
    }

    /// The schedule of that name, or nil.
    public func schedule(named name: String) async throws(StoreError) -> Schedule? {
        try await database.read { db in try ScheduleRecord.find(name, db) }
    }

    /// Puts `schedule` in the place of the stored one where that still has its revision.
    public func replaceIfUnchanged(_ schedule: Schedule, at now: Timestamp) async throws(StoreError) -> Schedule? {
        try await database.write { db in
            guard let old = try ScheduleRecord.find(schedule.name, db), old.id == schedule.id,
                old.revision == schedule.revision
            else { return nil }
            var new = schedule
            new.revision += 1
            new.problem = nil
            let countsAnew = old.isPaused && !new.isPaused || !old.trigger.countsLike(new.trigger)
            (new.countedFrom, new.seriesCountedFrom) =
                countsAnew
                ? try ScheduleRecord.counts(for: new.trigger, db) : (old.countedFrom, old.seriesCountedFrom)
            var values = try ScheduleRecord.values(of: new)
            values["reckoned_at"] = now.microseconds
            let changes = values.keys.sorted().map { "\($0) = :\($0)" }.joined(separator: ", ")
            values["id"] = old.id.rawValue
            try db.execute(
                sql: "UPDATE schedule SET \(changes) WHERE id = :id", arguments: StatementArguments(values))
            return try ScheduleRecord.existing(new.name, db)
        }
    }

    /// Deletes a schedule; its jobs stay.
    public func deleteSchedule(named name: String) async throws(StoreError) -> Bool {
        try await database.write { db in
            try db.execute(sql: "DELETE FROM schedule WHERE name = ?", arguments: [name])
            return db.changesCount == 1
        }
    }

    /// The schedules that may have to fire; a read, which holds up nobody.
    public func due(at now: Timestamp) async throws(StoreError) -> [DueSchedule] {
        try await database.read { db in try ScheduleRecord.due(at: now, db) }
    }

    /// Enqueues a job for each fire time where the schedule is unchanged and not paused.
    public func fireIfUnchanged(
        _ schedule: Schedule, _ outcome: ScheduleOutcome, at now: Timestamp
    ) async throws(StoreError) -> [Job]? {
        try await database.write { db in
            try db.executeCached(
                sql: """
                    UPDATE schedule SET revision = revision + 1, next_fire_at = ?, reckoned_at = ?, counted_from = ?,
                        series_counted_from = ?, problem = ?
                    WHERE id = ? AND revision = ? AND paused = 0
                    """,
                arguments: [
                    outcome.nextFireAt?.microseconds, now.microseconds, outcome.countedFrom,
                    outcome.seriesCountedFrom, outcome.problem, schedule.id.rawValue, schedule.revision,
                ])
            guard db.changesCount == 1 else { return nil }
            var jobs: [Job] = []
            for time in outcome.fireTimes {
                let known = try db.firstRow(
                    sql: "SELECT 1 FROM schedule_firing WHERE schedule = ? AND reason = ? AND fire_time = ?",
                    arguments: [schedule.id.rawValue, outcome.reason.rawValue, time.microseconds])
                guard known == nil else { continue }
                let job = outcome.job ?? schedule.job
                jobs.append(try Self.fire(job, of: schedule, outcome.reason, time, at: now, db))
            }
            return jobs
        }
    }

    /// Enqueues the schedule's job at once, paused or not.
    public func runNow(_ name: String, at now: Timestamp) async throws(StoreError) -> Job? {
        try await database.write { db in
            guard let schedule = try ScheduleRecord.find(name, db) else { return nil }
            if case .unreadable(let detail) = schedule.trigger { throw StoreError.corrupt(detail: detail) }
            let last = try Int64.fetchOne(
                db, sql: "SELECT max(fire_time) FROM schedule_firing WHERE schedule = ? AND reason = 'manual'",
                arguments: [schedule.id.rawValue])
            // Two requests in one microsecond are two firings.
            let time = Timestamp(microseconds: max(now.microseconds, (last ?? .min) + 1))
            return try Self.fire(schedule.job, of: schedule, .manual, time, at: now, db)
        }
    }

    /// The newest `limit` firings, newest first.
    public func firings(of schedule: Identifier<Schedule>, limit: Int) async throws(StoreError) -> [ScheduleFiring] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT reason, fire_time, fired_at, job FROM schedule_firing WHERE schedule = ?
                    ORDER BY id DESC LIMIT ?
                    """,
                arguments: [schedule.rawValue, limit]
            ).map { row in
                guard let reason = ScheduleFiring.Reason(rawValue: row["reason"]) else {
                    throw StoreError.corrupt(detail: "a firing has an unknown reason")
                }
                return ScheduleFiring(
                    reason: reason, fireTime: Timestamp(microseconds: row["fire_time"]),
                    firedAt: Timestamp(microseconds: row["fired_at"]), job: Identifier(rawValue: row["job"]))
            }
        }
    }

    /// Notes the firing, which the table's unique key admits once, and enqueues its job.
    private static func fire(
        _ job: ScheduledJob, of schedule: Schedule, _ reason: ScheduleFiring.Reason, _ time: Timestamp,
        at now: Timestamp, _ db: Database
    ) throws -> Job {
        let job = try JobInsertion.enqueue(job.request(of: schedule, firedFor: time), at: now, db)
        try db.executeCached(
            sql: "INSERT INTO schedule_firing (schedule, reason, fire_time, fired_at, job) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                schedule.id.rawValue, reason.rawValue, time.microseconds, now.microseconds, job.id.rawValue,
            ])
        try db.executeCached(
            sql: "UPDATE schedule SET last_fired_at = ? WHERE id = ?",
            arguments: [now.microseconds, schedule.id.rawValue])
        return job
    }
}
