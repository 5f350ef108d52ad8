import GRDB
import LodeDomain

/// Rows of `job_event`.
enum JobEventRecord {
    /// Notes the state that a job has come to.
    static func noteState(of job: Int64, at now: Timestamp, _ db: Database) throws {
        try db.executeCached(
            sql: "INSERT INTO job_event (job, at, state, attempt) SELECT id, ?, state, attempt FROM job WHERE id = ?",
            arguments: [now.microseconds, job])
    }

    /// Notes a report of progress in the place of the one before.
    static func noteProgress(_ progress: String, of job: Int64, at now: Timestamp, _ db: Database) throws {
        try db.executeCached(
            sql: "DELETE FROM job_event WHERE job = ? AND progress IS NOT NULL", arguments: [job])
        try db.executeCached(
            sql: """
                INSERT INTO job_event (job, at, state, attempt, progress)
                SELECT id, ?, state, attempt, ? FROM job WHERE id = ?
                """,
            arguments: [now.microseconds, progress, job])
    }

    static func fetch(
        after number: Int64, of job: Identifier<Job>?, limit: Int, _ db: Database
    ) throws -> [JobChange] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, job, at, state, attempt, progress FROM job_event
                WHERE id > ? \(job == nil ? "" : "AND job = ?") ORDER BY id LIMIT ?
                """)
        let arguments: StatementArguments =
            if let job { [number, job.rawValue, limit] } else { [number, limit] }
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            guard let state = JobState(rawValue: row["state"]) else {
                throw StoreError.corrupt(detail: "an event of job \(row["job"] as Int64) has an unknown state")
            }
            return JobChange(
                number: row["id"], job: Identifier(rawValue: row["job"]), at: Timestamp(microseconds: row["at"]),
                state: state, attempt: row["attempt"],
                progress: try (row["progress"] as String?).map { try JSONColumn.decode(JobProgress.self, $0) })
        }
    }

    static func last(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(id) FROM job_event")) ?? 0
    }
}
