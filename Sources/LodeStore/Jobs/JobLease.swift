import GRDB
import LodeDomain

/// Decides whether a worker may still write, and ends attempts.
enum JobLease {
    /// Whether the job is running under the lease's claim.
    ///
    /// The clock plays no part: a lease that has run out, but that nobody claimed since, still holds. So a machine that
    /// slept, or whose clock was set, loses no work that nobody else has begun.
    static func isHeld(_ lease: Lease, _ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM job WHERE id = ? AND state = 'running' AND claim_count = ?")
        return try Int.fetchOne(statement, arguments: [lease.job.rawValue, lease.fencingToken]) != nil
    }

    /// Throws ``StoreError/leaseLost(job:)`` unless the lease is held.
    static func require(_ lease: Lease, _ db: Database) throws {
        guard try isHeld(lease, db) else { throw StoreError.leaseLost(job: lease.job) }
    }

    /// Whether the job was cancelled during the lease's claim.
    static func wasCancelled(_ lease: Lease, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db, sql: "SELECT 1 FROM job WHERE id = ? AND state = 'cancelled' AND claim_count = ?",
            arguments: [lease.job.rawValue, lease.fencingToken]) != nil
    }

    /// Ends the job that the lease is for as done, and adds the one that was asked to follow it.
    static func complete(_ lease: Lease, result: String, at now: Timestamp, _ db: Database) throws {
        try require(lease, db)
        try db.executeCached(
            sql: """
                UPDATE job SET state = iif(ends_early, 'cancelled', 'completed'), result = ?,
                    lease_expires_at = NULL, finished_at = ?
                WHERE id = ?
                """,
            arguments: [result, now.microseconds, lease.job.rawValue])
        try JobEventRecord.noteState(of: lease.job.rawValue, at: now, db)
        try deleteSnapshot(of: lease.job, db)
        try JobInsertion.followUp(of: lease.job.rawValue, at: now, db)
    }

    /// Notes a failure: retryable at `retryAt`, or discarded where that is nil or attempts are used up.
    ///
    /// Requires a running job.
    static func endAttempt(
        of job: Int64, code: String, message: String, retryAt: Timestamp?, at now: Timestamp, _ db: Database
    ) throws {
        let current = try JobRecord.existing(job, db)
        let failure = JobFailure(attempt: current.attempt, at: now, code: code, message: message)
        let retryAt = current.attempt < current.maxAttempts ? retryAt : nil
        try db.executeCached(
            sql: """
                UPDATE job SET state = ?, failures = json_insert(failures, '$[#]', json(?)), worker = NULL,
                    lease_expires_at = NULL, available_at = ifnull(?, available_at), finished_at = ?
                WHERE id = ?
                """,
            arguments: [
                (retryAt == nil ? JobState.discarded : .retryable).rawValue, try JobFailureColumn.encode(failure),
                retryAt?.microseconds, retryAt == nil ? now.microseconds : nil, job,
            ])
        try JobEventRecord.noteState(of: job, at: now, db)
        if retryAt == nil { try JobInsertion.followUp(of: job, at: now, db) }
    }

    /// Ends an attempt that does not count; `until` nil leaves the moment from which the job may run.
    static func giveBack(
        _ lease: Lease, as state: JobState, until: Timestamp?, at now: Timestamp, _ db: Database
    ) throws {
        try require(lease, db)
        try db.executeCached(
            sql: """
                UPDATE job SET state = ?, attempt = attempt - 1, worker = NULL, lease_expires_at = NULL,
                    available_at = ifnull(?, available_at)
                WHERE id = ?
                """,
            arguments: [state.rawValue, until?.microseconds, lease.job.rawValue])
        try JobEventRecord.noteState(of: lease.job.rawValue, at: now, db)
    }

    static func deleteSnapshot(of job: Identifier<Job>, _ db: Database) throws {
        try db.executeCached(sql: "DELETE FROM job_snapshot WHERE job = ?", arguments: [job.rawValue])
    }
}
