import GRDB
import LodeDomain

/// Finds and claims the next job.
enum JobClaim {
    static func hasExpiredLease(at now: Timestamp, _ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM job WHERE state = 'running' AND lease_expires_at <= ? LIMIT 1")
        return try Int.fetchOne(statement, arguments: [now.microseconds]) != nil
    }

    /// Ends the attempts whose worker has not been heard of for the length of its lease.
    static func rescueExpired(at now: Timestamp, _ db: Database) throws {
        let select = try db.cachedStatement(
            sql: "SELECT id, worker, lease_expires_at FROM job WHERE state = 'running' AND lease_expires_at <= ?")
        let expired = try Row.fetchAll(select, arguments: [now.microseconds])
        for row in expired {
            let worker: String = row["worker"] ?? "?"
            try JobLease.endAttempt(
                of: row["id"], code: "lease-expired",
                message: "Worker \(worker) stopped renewing its lease: it died, hung, or lost the database.",
                // It may run from the moment the lease ended, so it keeps its place before younger jobs.
                retryAt: Timestamp(microseconds: row["lease_expires_at"]), at: now, db)
        }
    }

    /// The most urgent job that may run (what is available may, also where the clock was set back since), among equals the one that has been waiting longest.
    static func next(
        of kinds: [String], in queues: [String], at now: Timestamp, _ db: Database
    ) throws -> Int64? {
        // The states are spelled as in the index job_claimable, which SQLite uses only then.
        let statement = try db.cachedStatement(
            sql: """
                SELECT id FROM job
                WHERE state IN ('available', 'scheduled', 'retryable') AND (available_at <= ? OR state = 'available')
                    AND kind IN (\(places(kinds))) \(queues.isEmpty ? "" : "AND queue IN (\(places(queues)))")
                ORDER BY priority, available_at, id LIMIT 1
                """)
        return try Int64.fetchOne(
            statement, arguments: [now.microseconds] + StatementArguments(kinds) + StatementArguments(queues))
    }

    private static func places(_ values: [String]) -> String {
        Array(repeating: "?", count: values.count).joined(separator: ", ")
    }

    /// Requires that ``next(of:in:at:_:)`` returned `id` in this transaction.
    static func claim(
        _ id: Int64, worker: String, leaseSeconds: Double, at now: Timestamp, _ db: Database
    ) throws -> ClaimedJob {
        let expiresAt = now.advanced(bySeconds: leaseSeconds)
        try db.executeCached(
            sql: """
                UPDATE job SET state = 'running', attempt = attempt + 1, claim_count = claim_count + 1, worker = ?,
                    lease_expires_at = ?, attempted_at = ?
                WHERE id = ?
                """,
            arguments: [worker, expiresAt.microseconds, now.microseconds, id])
        try JobEventRecord.noteState(of: id, at: now, db)
        let token = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT claim_count FROM job WHERE id = ?"), arguments: [id])
        let job = try JobRecord.existing(id, db)
        return ClaimedJob(
            job: job, lease: Lease(job: job.id, fencingToken: token ?? 0, expiresAt: expiresAt),
            snapshot: try Blob.fetch(db, sql: "SELECT data FROM job_snapshot WHERE job = ?", key: id))
    }
}
