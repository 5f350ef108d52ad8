import LodeDomain
import LodeStore
import Testing

/// A queue that breaks one rule, as a faulty store would: what a simulation must find out.
struct DefectiveQueue: JobQueue {
    enum Defect: String, CaseIterable, CustomTestStringConvertible {
        case zombieCompletes = "a worker that lost its lease completes the job"
        case zombieSavesSnapshot = "a worker that lost its lease overwrites the snapshot"
        case acknowledgedIsLost = "a job is acknowledged and not stored, one time in five"
        case leaseIsForgotten = "a renewal is acknowledged and not stored"
        case attemptIsNotCounted = "a failure does not use up an attempt"
        case uniqueKeyIsIgnored = "a unique key is ignored"
        case cancelledIsRevived = "a cancellation is forgotten where the job runs"

        var testDescription: String { rawValue }
    }

    var base: any JobQueue
    var defect: Defect
    /// What it does past the store.
    var window: Window

    /// Lets the window be used by a value that the protocol wants to be sendable: one step runs at a time.
    final class Window: @unchecked Sendable {
        let look: StoreWindow
        init(_ look: StoreWindow) { self.look = look }
    }

    /// The lease as if it were the newest.
    private func forged(_ lease: Lease) throws(StoreError) -> Lease {
        var lease = lease
        lease.fencingToken = try number("SELECT claim_count FROM job WHERE id = \(lease.job.rawValue)")
        return lease
    }

    private func number(_ sql: String) throws(StoreError) -> Int64 {
        do { return try window.look.number(sql) ?? 0 } catch { throw .corrupt(detail: "\(error)") }
    }

    private func execute(_ sql: String) throws(StoreError) {
        do { try window.look.execute(sql) } catch { throw .corrupt(detail: "\(error)") }
    }

    func enqueue(_ request: JobRequest, at now: Timestamp) async throws(StoreError) -> Job {
        var request = request
        if defect == .uniqueKeyIsIgnored { request.unique = nil }
        let job = try await base.enqueue(request, at: now)
        if defect == .acknowledgedIsLost, job.id.rawValue % 5 == 0 {
            try execute("DELETE FROM job WHERE id = \(job.id.rawValue)")
        }
        return job
    }

    func claim(
        kinds: [String], queues: [String], worker: String, leaseSeconds: Double, at now: Timestamp
    ) async throws(StoreError) -> ClaimedJob? {
        try await base.claim(kinds: kinds, queues: queues, worker: worker, leaseSeconds: leaseSeconds, at: now)
    }

    func renew(
        _ lease: Lease, leaseSeconds: Double, progress: JobProgress?, curve: [CurvePoint], at now: Timestamp
    ) async throws(StoreError) -> LeaseRenewal {
        guard defect == .leaseIsForgotten else {
            return try await base.renew(lease, leaseSeconds: leaseSeconds, progress: progress, curve: curve, at: now)
        }
        let before = try number("SELECT ifnull(lease_expires_at, 0) FROM job WHERE id = \(lease.job.rawValue)")
        let answer = try await base.renew(lease, leaseSeconds: leaseSeconds, progress: progress, curve: curve, at: now)
        if case .renewed = answer {
            try execute("UPDATE job SET lease_expires_at = \(before) WHERE id = \(lease.job.rawValue)")
        }
        return answer
    }

    func saveSnapshot(_ snapshot: [UInt8], under lease: Lease, at now: Timestamp) async throws(StoreError) {
        let lease = defect == .zombieSavesSnapshot ? try forged(lease) : lease
        try await base.saveSnapshot(snapshot, under: lease, at: now)
    }

    func complete(
        _ lease: Lease, result: String, publishing draft: ModelVersionDraft?, at now: Timestamp
    ) async throws(StoreError) -> ModelVersion? {
        let lease = defect == .zombieCompletes ? try forged(lease) : lease
        return try await base.complete(lease, result: result, publishing: draft, at: now)
    }

    func complete(
        _ lease: Lease, result: String, recording evaluation: ModelEvaluationDraft, at now: Timestamp
    ) async throws(StoreError) {
        try await base.complete(lease, result: result, recording: evaluation, at: now)
    }

    func complete(
        _ lease: Lease, result: String, enqueuing request: JobRequest, at now: Timestamp
    ) async throws(StoreError) -> Job {
        try await base.complete(lease, result: result, enqueuing: request, at: now)
    }

    func fail(
        _ lease: Lease, code: String, message: String, retryAt: Timestamp?, at now: Timestamp
    ) async throws(StoreError) {
        try await base.fail(lease, code: code, message: message, retryAt: retryAt, at: now)
        if defect == .attemptIsNotCounted {
            try execute("UPDATE job SET attempt = attempt - 1 WHERE id = \(lease.job.rawValue)")
        }
    }

    func release(_ lease: Lease, at now: Timestamp) async throws(StoreError) { try await base.release(lease, at: now) }

    func snooze(_ lease: Lease, until: Timestamp, at now: Timestamp) async throws(StoreError) {
        try await base.snooze(lease, until: until, at: now)
    }

    func retry(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await base.retry(job, at: now)
    }

    func cancel(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        if defect == .cancelledIsRevived, let running = try await base.job(job), running.state == .running {
            return running
        }
        return try await base.cancel(job, at: now)
    }

    func endEarlyIfUnfinished(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await base.endEarlyIfUnfinished(job, at: now)
    }

    func job(_ id: Identifier<Job>) async throws(StoreError) -> Job? { try await base.job(id) }

    func jobs(
        in states: Set<JobState>, kind: String?, before: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [Job] {
        try await base.jobs(in: states, kind: kind, before: before, limit: limit)
    }

    func counts() async throws(StoreError) -> [JobState: Int] { try await base.counts() }

    func prune(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        try await base.prune(finishedBefore: moment)
    }

    func pruneSnapshots(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        try await base.pruneSnapshots(finishedBefore: moment)
    }

    func curve(of job: Identifier<Job>, after epoch: Int) async throws(StoreError) -> [CurvePoint] {
        try await base.curve(of: job, after: epoch)
    }
}
