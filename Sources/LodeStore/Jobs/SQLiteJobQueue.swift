import GRDB
public import LodeDomain

/// Jobs as rows of a Lode database.
///
/// Each call is one transaction. What a worker may change is decided in it, by the condition that
/// ``JobLease/isHeld(_:_:)`` states; `InMemoryJobQueue` in LodeJobs is the reference for the behaviour.
public struct SQLiteJobQueue: JobQueue {
    let database: LodeDatabase
    private let demand = JobDemand()
    private let clock: BootClock

    /// The jobs of `database`; with `clock` leases stay right where the machine's clock is set.
    public init(_ database: LodeDatabase, clock: BootClock = BootClock { nil }) {
        self.database = database
        self.clock = clock
    }

    /// Adds a job, or returns the one that ``JobRequest/unique`` keeps it from adding.
    public func enqueue(_ request: JobRequest, at now: Timestamp) async throws(StoreError) -> Job {
        try await database.write { db in try JobInsertion.enqueue(request, at: now, db) }
    }

    /// Claims the most urgent job that may run, or nil.
    ///
    /// After a claim that found none, looks first without the writer lock, so that an idle worker holds up nobody.
    public func claim(
        kinds: [String], queues: [String], worker: String, leaseSeconds: Double, at now: Timestamp
    ) async throws(StoreError) -> ClaimedJob? {
        let reading = clock.read()
        let now = reading.map { Timestamp(microseconds: $0.wall) } ?? now
        if !demand.isHigh {
            let isWorthTrying = try await database.read { db in
                if let reading, try JobClock.isOff(reading, db) { return true }
                return try JobClaim.hasExpiredLease(at: now, db)
                    || JobClaim.next(of: kinds, in: queues, at: now, db) != nil
            }
            guard isWorthTrying else { return nil }
        }
        let claimed: ClaimedJob? = try await database.write { db in
            if let reading { try JobClock.adjust(to: reading, db) }
            try JobClaim.rescueExpired(at: now, db)
            guard let id = try JobClaim.next(of: kinds, in: queues, at: now, db) else { return nil }
            return try JobClaim.claim(id, worker: worker, leaseSeconds: leaseSeconds, at: now, db)
        }
        demand.note(claimed != nil)
        return claimed
    }

    /// Renews a lease and stores what changed since the last renewal.
    public func renew(
        _ lease: Lease, leaseSeconds: Double, progress: JobProgress?, curve: [CurvePoint], at now: Timestamp
    ) async throws(StoreError) -> LeaseRenewal {
        let reading = clock.read()
        let now = reading.map { Timestamp(microseconds: $0.wall) } ?? now
        return try await database.write { db in
            if let reading { try JobClock.adjust(to: reading, db) }
            guard try JobLease.isHeld(lease, db) else {
                return try JobLease.wasCancelled(lease, db) ? .cancelled : .lost
            }
            let until = now.advanced(bySeconds: leaseSeconds)
            let progress = try progress.map(JSONColumn.encode)
            if let progress { try JobEventRecord.noteProgress(progress, of: lease.job.rawValue, at: now, db) }
            try db.executeCached(
                sql: "UPDATE job SET lease_expires_at = ?, progress = ifnull(?, progress) WHERE id = ?",
                arguments: [until.microseconds, progress, lease.job.rawValue])
            for point in curve {
                try db.executeCached(
                    sql: "INSERT OR REPLACE INTO job_curve (job, epoch, metrics) VALUES (?, ?, ?)",
                    arguments: [lease.job.rawValue, point.epoch, try JSONColumn.encode(point.metrics)])
            }
            return .renewed(until: until)
        }
    }

    /// Keeps what a later attempt of the job needs to go on; replaces the one before.
    public func saveSnapshot(
        _ snapshot: [UInt8], under lease: Lease, at now: Timestamp
    ) async throws(StoreError) {
        try await database.write { db in
            try JobLease.require(lease, db)
            try db.executeCached(
                sql: "INSERT OR REPLACE INTO job_snapshot (job, saved_at, data) VALUES (?, ?, ?)",
                arguments: [lease.job.rawValue, now.microseconds, Blob.data(snapshot)])
        }
    }

    /// Completes the job and publishes what it made, in one transaction.
    ///
    /// Throws ``StoreError/datasetNotFound(_:)``, and changes nothing, where the draft's dataset was deleted.
    public func complete(
        _ lease: Lease, result: String, publishing draft: ModelVersionDraft?, at now: Timestamp
    ) async throws(StoreError) -> ModelVersion? {
        try await database.write { db in
            try JobLease.complete(lease, result: result, at: now, db)
            guard let draft else { return nil }
            return try ModelVersionRecord.insert(draft, job: lease.job, at: now, db)
        }
    }

    /// Completes the job and stores how a version did, in one transaction.
    public func complete(
        _ lease: Lease, result: String, recording evaluation: ModelEvaluationDraft, at now: Timestamp
    ) async throws(StoreError) {
        try await database.write { db in
            try JobLease.complete(lease, result: result, at: now, db)
            try ModelEvaluationRecord.insert(evaluation, job: lease.job, at: now, db)
        }
    }

    /// Completes the job and enqueues another, in one transaction.
    public func complete(
        _ lease: Lease, result: String, enqueuing request: JobRequest, at now: Timestamp
    ) async throws(StoreError) -> Job {
        try await database.write { db in
            try JobLease.complete(lease, result: result, at: now, db)
            return try JobInsertion.enqueue(request, at: now, db)
        }
    }

    /// Ends the attempt as failed: retryable at `retryAt`, or discarded where that is nil or attempts are used up.
    public func fail(
        _ lease: Lease, code: String, message: String, retryAt: Timestamp?, at now: Timestamp
    ) async throws(StoreError) {
        let reading = clock.read()
        try await database.write { db in
            // `retryAt` is of the clock as it is now: a step that is noticed later must not move it.
            if let reading { try JobClock.adjust(to: reading, db) }
            try JobLease.require(lease, db)
            try JobLease.endAttempt(
                of: lease.job.rawValue, code: code, message: message, retryAt: retryAt, at: now, db)
        }
    }

    /// Gives the job back untouched, as on a graceful stop; the attempt does not count.
    public func release(_ lease: Lease, at now: Timestamp) async throws(StoreError) {
        try await database.write { db in try JobLease.giveBack(lease, as: .available, until: nil, at: now, db) }
    }

    /// Gives the job back until `until`; the attempt does not count.
    public func snooze(_ lease: Lease, until: Timestamp, at now: Timestamp) async throws(StoreError) {
        try await database.write { db in try JobLease.giveBack(lease, as: .scheduled, until: until, at: now, db) }
    }

    /// Makes a job available at once that waits or is in a final state, with an attempt more if none is left.
    public func retry(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await database.write { db in
            guard let current = try JobRecord.find(job.rawValue, db), current.state != .running else {
                return try JobRecord.find(job.rawValue, db)
            }
            let rival = try JobInsertion.unfinished(kind: current.kind, uniqueKey: current.uniqueKey, db)
            if let rival, rival.id != job { throw StoreError.jobNotUnique(existing: rival.id) }
            guard try !ModelVersionRecord.exists(workOf: job, db) else { throw StoreError.jobHasPublished(job) }
            // The job that was asked to follow an ended one has been added then.
            try db.executeCached(
                sql: """
                    UPDATE job SET state = 'available', available_at = ?, finished_at = NULL, result = NULL,
                        max_attempts = max(max_attempts, attempt + 1), ends_early = 0,
                        rerun_arguments = iif(finished_at IS NULL, rerun_arguments, NULL)
                    WHERE id = ?
                    """,
                arguments: [now.microseconds, job.rawValue])
            try JobEventRecord.noteState(of: job.rawValue, at: now, db)
            return try JobRecord.find(job.rawValue, db)
        }
    }

    /// Cancels a job that is not in a final state; returns it as it stands then, or nil where there is none.
    public func cancel(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await database.write { db in try Self.cancelIfUnfinished(job, at: now, db) }
    }

    /// Asks the worker of a running job to end with what it has, and cancels a job that waits.
    public func endEarlyIfUnfinished(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await database.write { db in
            try db.executeCached(
                sql: "UPDATE job SET ends_early = 1, rerun_arguments = NULL WHERE id = ? AND state = 'running'",
                arguments: [job.rawValue])
            if db.changesCount == 1 { return try JobRecord.find(job.rawValue, db) }
            return try Self.cancelIfUnfinished(job, at: now, db)
        }
    }

    private static func cancelIfUnfinished(_ job: Identifier<Job>, at now: Timestamp, _ db: Database) throws -> Job? {
        try db.executeCached(
            sql: """
                UPDATE job SET state = 'cancelled', lease_expires_at = NULL, finished_at = ?,
                    rerun_arguments = NULL
                WHERE id = ? AND state NOT IN ('completed', 'cancelled', 'discarded')
                """,
            arguments: [now.microseconds, job.rawValue])
        if db.changesCount == 1 {
            try JobEventRecord.noteState(of: job.rawValue, at: now, db)
            try JobLease.deleteSnapshot(of: job, db)
        }
        return try JobRecord.find(job.rawValue, db)
    }

    /// The job, or nil.
    public func job(_ id: Identifier<Job>) async throws(StoreError) -> Job? {
        try await database.read { db in try JobRecord.find(id.rawValue, db) }
    }

    /// The newest `limit` jobs, newest first, in any of `states` (all where empty).
    public func jobs(
        in states: Set<JobState>, kind: String?, before: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [Job] {
        try await database.read { db in try JobRecord.newest(limit, in: states, kind: kind, before: before, db) }
    }

    /// How many jobs are in each state.
    public func counts() async throws(StoreError) -> [JobState: Int] {
        try await database.read { db in try JobRecord.counts(db) }
    }

    /// Deletes jobs that reached a final state before `moment`, with their curves; how many.
    public func prune(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        try await database.write { db in
            try db.executeCached(sql: "DELETE FROM job WHERE finished_at < ?", arguments: [moment.microseconds])
            return db.changesCount
        }
    }

    /// Deletes snapshots of jobs that reached a final state before `moment`; how many.
    public func pruneSnapshots(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        try await database.write { db in
            try db.executeCached(
                sql: "DELETE FROM job_snapshot WHERE job IN (SELECT id FROM job WHERE finished_at < ?)",
                arguments: [moment.microseconds])
            return db.changesCount
        }
    }

    /// The learning curve of a job after epoch `after`, in order.
    public func curve(of job: Identifier<Job>, after epoch: Int) async throws(StoreError) -> [CurvePoint] {
        try await database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT epoch, metrics FROM job_curve WHERE job = ? AND epoch > ? ORDER BY epoch",
                arguments: [job.rawValue, epoch]
            ).map {
                CurvePoint(epoch: $0["epoch"], metrics: try JSONColumn.decode([String: Double].self, $0["metrics"]))
            }
        }
    }
}

extension SQLiteJobQueue: JobJournal {
    /// At most `limit` changes after number `after`, of one job or of all, in order.
    public func changes(
        after: Int64, of job: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [JobChange] {
        try await database.read { db in try JobEventRecord.fetch(after: after, of: job, limit: limit, db) }
    }

    /// The number of the last change of all; 0 where there was none.
    public func lastChange() async throws(StoreError) -> Int64 {
        try await database.read { db in try JobEventRecord.last(db) }
    }
}
