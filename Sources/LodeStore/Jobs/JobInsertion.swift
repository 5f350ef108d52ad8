import GRDB
import LodeDomain

/// Adds jobs, with regard to those that do the same.
enum JobInsertion {
    static func enqueue(_ request: JobRequest, at now: Timestamp, _ db: Database) throws -> Job {
        guard let unique = request.unique,
            let existing = try unfinished(kind: request.kind, uniqueKey: unique.key, db)
        else { return try insert(request, at: now, db) }
        switch (unique.onConflict, existing.state) {
        case (.reject, _): throw StoreError.jobNotUnique(existing: existing.id)
        case (.returnExisting, _): break
        case (.rerunAfter, .running), (.replaceArguments, .running):
            try db.executeCached(
                sql: "UPDATE job SET rerun_arguments = ? WHERE id = ?",
                arguments: [request.arguments, existing.id.rawValue])
        case (.rerunAfter, _): break
        case (.replaceArguments, _):
            try db.executeCached(
                sql: "UPDATE job SET arguments = ? WHERE id = ?",
                arguments: [request.arguments, existing.id.rawValue])
        }
        return try JobRecord.existing(existing.id.rawValue, db)
    }

    /// The unfinished job that has the key, if any.
    static func unfinished(kind: String, uniqueKey: String?, _ db: Database) throws -> Job? {
        guard let uniqueKey else { return nil }
        // Spelled as in the index job_unique.
        let id = try Int64.fetchOne(
            db,
            sql: """
                SELECT id FROM job WHERE kind = ? AND unique_key = ?
                    AND state NOT IN ('completed', 'cancelled', 'discarded')
                """,
            arguments: [kind, uniqueKey])
        return try id.map { try JobRecord.existing($0, db) }
    }

    /// Adds the job that was asked to follow one that has just reached a final state.
    static func followUp(of job: Int64, at now: Timestamp, _ db: Database) throws {
        try db.executeCached(
            sql: """
                INSERT INTO job (kind, queue, priority, arguments, tags, metadata, unique_key, timeout, stall_timeout,
                    state, max_attempts, created_at, available_at)
                SELECT kind, queue, priority, rerun_arguments, tags, metadata, unique_key, timeout, stall_timeout,
                    'available', max_attempts, ?1, ?1
                FROM job WHERE id = ?2 AND rerun_arguments IS NOT NULL
                """,
            arguments: [now.microseconds, job])
        if db.changesCount == 1 { try JobEventRecord.noteState(of: db.lastInsertedRowID, at: now, db) }
    }

    private static func insert(_ request: JobRequest, at now: Timestamp, _ db: Database) throws -> Job {
        let availableAt = max(request.notBefore ?? now, now)
        try db.executeCached(
            sql: """
                INSERT INTO job (kind, queue, priority, arguments, tags, metadata, unique_key, timeout, stall_timeout,
                    state, max_attempts, created_at, available_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                request.kind, request.queue, request.priority, request.arguments,
                try JSONColumn.encode(request.tags), request.metadata, request.unique?.key,
                request.timeoutSeconds, request.stallSeconds,
                (availableAt > now ? JobState.scheduled : .available).rawValue, request.maxAttempts,
                now.microseconds, availableAt.microseconds,
            ])
        let id = db.lastInsertedRowID
        try JobEventRecord.noteState(of: id, at: now, db)
        return try JobRecord.existing(id, db)
    }
}
