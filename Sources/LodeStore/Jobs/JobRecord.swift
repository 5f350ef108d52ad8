import Foundation
import GRDB
import LodeDomain

/// Rows of `job`, and the JSON in them.
enum JobRecord {
    private static let columns = """
        id, kind, arguments, state, attempt, max_attempts, progress, result, failures, created_at, available_at,
        attempted_at, finished_at, queue, priority, tags, metadata, unique_key, rerun_arguments, timeout,
        stall_timeout, ends_early
        """

    static func find(_ id: Int64, _ db: Database) throws -> Job? {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM job WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map(decode)
    }

    /// A job that this transaction knows to exist.
    static func existing(_ id: Int64, _ db: Database) throws -> Job {
        guard let job = try find(id, db) else {
            throw StoreError.corrupt(detail: "job \(id) vanished inside a transaction")
        }
        return job
    }

    static func newest(
        _ limit: Int, in states: Set<JobState>, kind: String?, before: Identifier<Job>?, _ db: Database
    ) throws -> [Job] {
        let names = (states.isEmpty ? Set(JobState.allCases) : states).map(\.rawValue).sorted()
        let places = Array(repeating: "?", count: names.count).joined(separator: ", ")
        return try Row.fetchAll(
            db,
            sql: """
                SELECT \(columns) FROM job
                WHERE state IN (\(places)) AND kind = ifnull(?, kind) AND id < ? ORDER BY id DESC LIMIT ?
                """,
            arguments: StatementArguments(names) + [kind, before?.rawValue ?? .max, limit]
        ).map(decode)
    }

    static func counts(_ db: Database) throws -> [JobState: Int] {
        let rows = try Row.fetchAll(db, sql: "SELECT state, count(*) AS jobs FROM job GROUP BY state")
        let pairs = rows.compactMap { row in JobState(rawValue: row["state"]).map { ($0, row["jobs"] as Int) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private static func decode(_ row: Row) throws -> Job {
        let stateName: String = row["state"]
        guard let state = JobState(rawValue: stateName) else {
            throw StoreError.corrupt(detail: "job \(row["id"] as Int64) has an unknown state")
        }
        return Job(
            id: Identifier(rawValue: row["id"]), kind: row["kind"], arguments: row["arguments"], state: state,
            attempt: row["attempt"], maxAttempts: row["max_attempts"],
            progress: try (row["progress"] as String?).map { try JSONColumn.decode(JobProgress.self, $0) },
            result: row["result"], failures: try JobFailureColumn.decode(row["failures"]),
            createdAt: Timestamp(microseconds: row["created_at"]),
            availableAt: Timestamp(microseconds: row["available_at"]),
            attemptedAt: (row["attempted_at"] as Int64?).map(Timestamp.init(microseconds:)),
            finishedAt: (row["finished_at"] as Int64?).map(Timestamp.init(microseconds:)),
            queue: row["queue"], priority: row["priority"],
            tags: try JSONColumn.decode([String].self, row["tags"]), metadata: row["metadata"],
            uniqueKey: row["unique_key"], hasFollowUp: (row["rerun_arguments"] as String?) != nil,
            timeoutSeconds: row["timeout"], stallSeconds: row["stall_timeout"],
            endsEarly: row["ends_early"])
    }
}
