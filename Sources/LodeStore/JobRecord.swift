import Foundation
import GRDB
import LodeDomain

/// Rows of `job`, and the JSON in them.
enum JobRecord {
    private static let columns = """
        id, kind, arguments, state, attempt, max_attempts, progress, result, failures, created_at, available_at,
        attempted_at, finished_at
        """

    static func find(_ id: Int64, _ db: Database) throws -> Job? {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM job WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map(decode)
    }

    static func newest(_ limit: Int, in states: Set<JobState>, _ db: Database) throws -> [Job] {
        let names = (states.isEmpty ? Set(JobState.allCases) : states).map(\.rawValue).sorted()
        let places = Array(repeating: "?", count: names.count).joined(separator: ", ")
        return try Row.fetchAll(
            db, sql: "SELECT \(columns) FROM job WHERE state IN (\(places)) ORDER BY id DESC LIMIT ?",
            arguments: StatementArguments(names) + [limit]
        ).map(decode)
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
            finishedAt: (row["finished_at"] as Int64?).map(Timestamp.init(microseconds:)))
    }
}
