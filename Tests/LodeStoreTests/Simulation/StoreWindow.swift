import GRDB
import LodeDomain

/// Looks into a store's file past Lode.
final class StoreWindow {
    /// A change of a job's state as the journal tells it.
    struct Change: Hashable {
        var job: Int64
        var state: JobState
        var attempt: Int
    }

    private let connection: DatabaseQueue
    private var dataVersion = -1
    private var lastChange: Int64 = 0

    init(path: String) throws {
        var configuration = Configuration()
        // A write is acknowledged before the checkpoint that may follow it has ended.
        configuration.busyMode = .timeout(60)
        connection = try DatabaseQueue(path: path, configuration: configuration)
        // Who checkpoints beside Lode's writers may lose a commit (docs/formats/database.md).
        try connection.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
    }

    /// Empties all tables, so that keys begin at 1 again.
    func clear() throws {
        try connection.write { db in
            for table in [
                "schedule", "job", "model_alias", "model_version", "dataset", "job_clock", "sqlite_sequence",
            ] {
                try db.cachedStatement(sql: "DELETE FROM \(table)").execute()
            }
        }
        lastChange = 0
        dataVersion = -1
    }

    /// What the store holds and the journal's changes since the last look; nil where nothing was committed since.
    func look() throws -> (StoreContents, [Change])? {
        try connection.writeWithoutTransaction { db in
            // Any commit by another connection changes it.
            let version = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
            guard version != dataVersion else { return nil }
            dataVersion = version
            // No `read`: it sets PRAGMA query_only, after which SQLite prepares every statement anew, a fifth of all the time.
            var found: (StoreContents, [Change])?
            try db.inTransaction(.deferred) {
                found = (try Self.contents(db), try changes(db))
                return .commit
            }
            return found
        }
    }

    /// What SQLite finds wrong with the file.
    func faults() throws -> [String] {
        try connection.read { db in
            let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            return integrity + (try Row.fetchAll(db, sql: "PRAGMA foreign_key_check")).map { "foreign key: \($0)" }
        }
    }

    /// Runs a statement past Lode, to do what a faulty store would.
    func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
        try connection.write { db in try db.execute(sql: sql, arguments: arguments) }
    }

    /// A number past Lode.
    func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
        try connection.read { db in try Int64.fetchOne(db, sql: sql, arguments: arguments) }
    }

    private func changes(_ db: Database) throws -> [Change] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT id, job, state, attempt, progress IS NULL FROM job_event WHERE id > ? ORDER BY id"),
            arguments: [lastChange])
        lastChange = rows.last?[0] ?? lastChange
        return try rows.filter { $0[4] }.map { Change(job: $0[1], state: try Self.state($0[2]), attempt: $0[3]) }
    }

    private static func state(_ name: String) throws -> JobState {
        guard let state = JobState(rawValue: name) else { throw StoreError.corrupt(detail: "state \(name)") }
        return state
    }

    private static func contents(_ db: Database) throws -> StoreContents {
        func rows(_ sql: String) throws -> [Row] { try Row.fetchAll(db.cachedStatement(sql: sql)) }
        var contents = StoreContents()
        let jobs = try rows(
            """
            SELECT id, kind, unique_key, arguments, priority, max_attempts, state, attempt, claim_count, lease_expires_at,
                available_at, finished_at, ends_early, rerun_arguments, json_array_length(failures), result,
                json_extract(progress, '$.fraction'), (SELECT data FROM job_snapshot WHERE job = job.id)
            FROM job
            """)
        for row in jobs {
            contents.jobs[row[0]] = StoreContents.Job(
                id: row[0], kind: row[1], key: row[2], arguments: row[3], priority: row[4], maxAttempts: row[5],
                state: try state(row[6]), attempt: row[7], claims: row[8], leaseUntil: row[9], availableAt: row[10],
                finishedAt: row[11], endsEarly: row[12], followUp: row[13], failures: row[14], result: row[15],
                fraction: row[16], snapshot: try row.withUnsafeData(atIndex: 17) { $0.map(Array.init) })
        }
        let schedules = try rows(
            """
            SELECT id, name, seconds, anchor, dataset, count, missed_runs, paused, revision, next_fire_at, reckoned_at,
                counted_from, problem IS NOT NULL FROM schedule
            """)
        for row in schedules {
            contents.schedules[row[0]] = StoreContents.Schedule(
                id: row[0], name: row[1], seconds: row[2], anchor: row[3], dataset: row[4], count: row[5],
                missedRuns: row[6], isPaused: row[7], revision: row[8], nextFireAt: row[9], reckonedAt: row[10],
                countedFrom: row[11], hasProblem: row[12])
        }
        for row in try rows("SELECT schedule, reason, fire_time, job FROM schedule_firing") {
            contents.firings.insert(.init(schedule: row[0], reason: row[1], fireTime: row[2], job: row[3]))
        }
        for row in try rows("SELECT id, name, last_model_number, observations_added FROM dataset") {
            contents.datasets[row[0]] = .init(id: row[0], name: row[1], lastNumber: row[2], added: row[3])
        }
        for row in try rows("SELECT id, dataset, number, job FROM model_version") {
            contents.versions[row[0]] = .init(id: row[0], dataset: row[1], number: row[2], job: row[3])
        }
        for row in try rows("SELECT dataset, name, version FROM model_alias") {
            contents.aliases.insert(.init(dataset: row[0], name: row[1], version: row[2]))
        }
        contents.aliasChanges = try rows(
            "SELECT dataset, alias, kind, from_number, to_number FROM model_alias_change ORDER BY id"
        ).map { .init(dataset: $0[0], alias: $0[1], kind: $0[2], from: $0[3], to: $0[4]) }
        for row in try rows("SELECT version, job FROM model_evaluation") {
            contents.evaluations.insert(.init(version: row[0], job: row[1]))
        }
        return contents
    }
}
