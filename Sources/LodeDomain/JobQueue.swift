/// The right to work on a job until the lease ends.
///
/// `fencingToken` is the job's claim count when it was claimed. Every write of a worker names its token and takes
/// effect only while the job is running under that token, so a worker that lost its lease can change nothing.
public struct Lease: Hashable, Sendable, Codable {
    /// The job.
    public var job: Identifier<Job>
    /// The claim this lease stands for.
    public var fencingToken: Int64
    /// When it ends unless renewed.
    public var expiresAt: Timestamp

    /// A lease.
    public init(job: Identifier<Job>, fencingToken: Int64, expiresAt: Timestamp) {
        self.job = job
        self.fencingToken = fencingToken
        self.expiresAt = expiresAt
    }
}

/// A job and the right to work on it.
public struct ClaimedJob: Hashable, Sendable, Codable {
    /// The job as it was claimed.
    public var job: Job
    /// The right to work on it.
    public var lease: Lease
    /// What an earlier attempt saved to go on from.
    public var snapshot: [UInt8]?

    /// A claimed job.
    public init(job: Job, lease: Lease, snapshot: [UInt8]?) {
        self.job = job
        self.lease = lease
        self.snapshot = snapshot
    }
}

/// What a worker is told when it renews its lease.
public enum LeaseRenewal: Hashable, Sendable {
    /// Go on until that moment.
    case renewed(until: Timestamp)
    /// Somebody cancelled the job: stop; nothing more will be accepted.
    case cancelled
    /// The lease ran out and the job was claimed again or given up: stop.
    case lost
}

/// Keeps jobs and hands each to one worker at a time.
///
/// The time is a parameter of every call that depends on it. A call whose lease no longer holds throws
/// ``StoreError/leaseLost(job:)`` and changes nothing.
public protocol JobQueue: Sendable {
    /// Adds a job, or returns the one that ``JobRequest/unique`` keeps it from adding.
    func enqueue(_ request: JobRequest, at now: Timestamp) async throws(StoreError) -> Job

    /// Claims a job that may run, of one of `kinds` and `queues` (any queue where empty), or nil.
    ///
    /// The most urgent by ``Job/priority`` goes first, among equals the one that has been waiting longest since
    /// ``Job/availableAt``. A running job whose lease has ended counts as failed with `lease-expired` and may be claimed
    /// again, from that end on.
    func claim(
        kinds: [String], queues: [String], worker: String, leaseSeconds: Double, at now: Timestamp
    ) async throws(StoreError) -> ClaimedJob?

    /// Renews a lease and stores what changed since the last renewal.
    func renew(
        _ lease: Lease, leaseSeconds: Double, progress: JobProgress?, curve: [CurvePoint], at now: Timestamp
    ) async throws(StoreError) -> LeaseRenewal

    /// Keeps what a later attempt of the job needs to go on; replaces the one before.
    func saveSnapshot(_ snapshot: [UInt8], under lease: Lease, at now: Timestamp) async throws(StoreError)

    /// Completes the job and publishes what it made, in one transaction.
    ///
    /// The draft's verdict is stored with the version. Where it says so, its alias moves in the same transaction, unless it
    /// points elsewhere by now than at the version that was compared with; then versions are deleted as the draft asks.
    func complete(
        _ lease: Lease, result: String, publishing draft: ModelVersionDraft?, at now: Timestamp
    ) async throws(StoreError) -> ModelVersion?

    /// Completes the job and stores how a version did, in one transaction.
    ///
    /// Throws ``StoreError/modelVersionNotFound(_:)``, and changes nothing, where the version was deleted.
    func complete(
        _ lease: Lease, result: String, recording evaluation: ModelEvaluationDraft, at now: Timestamp
    ) async throws(StoreError)

    /// Completes the job and enqueues another, in one transaction; returns the other, or the one that its unique key led to.
    func complete(
        _ lease: Lease, result: String, enqueuing request: JobRequest, at now: Timestamp
    ) async throws(StoreError) -> Job

    /// Ends the attempt as failed: retryable at `retryAt`, or discarded where that is nil or attempts are used up.
    func fail(
        _ lease: Lease, code: String, message: String, retryAt: Timestamp?, at now: Timestamp
    ) async throws(StoreError)

    /// Gives the job back untouched, as on a graceful stop; the attempt does not count.
    func release(_ lease: Lease, at now: Timestamp) async throws(StoreError)

    /// Gives the job back until `until`; the attempt does not count.
    func snooze(_ lease: Lease, until: Timestamp, at now: Timestamp) async throws(StoreError)

    /// Makes a job available at once that waits or is in a final state, with an attempt more if none is left.
    ///
    /// A running job stays as it is. Returns the job as it stands then, or nil where there is none. Throws
    /// ``StoreError/jobNotUnique(existing:)`` where another unfinished job has its unique key, and
    /// ``StoreError/jobHasPublished(_:)`` where a model version or an evaluation that it made still exists.
    func retry(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job?

    /// Cancels a job that is not in a final state; returns it as it stands then, or nil where there is none.
    func cancel(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job?

    /// Asks the worker of a running job to end with what it has, and cancels a job that waits.
    ///
    /// What completes then is `cancelled`, with its result and what it published. A job in a final state stays as it is.
    /// Returns the job as it stands then, or nil where there is none.
    func endEarlyIfUnfinished(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job?

    /// The job, or nil.
    func job(_ id: Identifier<Job>) async throws(StoreError) -> Job?

    /// The newest `limit` jobs, newest first, in any of `states` (all where empty), of `kind`, with keys below `before`; what
    /// is nil restricts nothing.
    func jobs(
        in states: Set<JobState>, kind: String?, before: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [Job]

    /// How many jobs are in each state; a state without jobs may be missing.
    func counts() async throws(StoreError) -> [JobState: Int]

    /// Deletes jobs that reached a final state before `moment`, with their curves; how many.
    ///
    /// The model versions they published stay.
    func prune(finishedBefore moment: Timestamp) async throws(StoreError) -> Int

    /// Deletes snapshots of jobs that reached a final state before `moment`; how many.
    ///
    /// A job that is retried afterwards begins anew.
    func pruneSnapshots(finishedBefore moment: Timestamp) async throws(StoreError) -> Int

    /// The learning curve of a job after epoch `after`, in order.
    func curve(of job: Identifier<Job>, after epoch: Int) async throws(StoreError) -> [CurvePoint]
}

extension JobQueue {
    /// Claims a job of any queue; see ``claim(kinds:queues:worker:leaseSeconds:at:)``.
    public func claim(
        kinds: [String], worker: String, leaseSeconds: Double, at now: Timestamp
    ) async throws(StoreError) -> ClaimedJob? {
        try await claim(kinds: kinds, queues: [], worker: worker, leaseSeconds: leaseSeconds, at: now)
    }
}

extension JobQueue {
    /// The newest `limit` jobs, newest first, in any of `states` (all where empty).
    public func jobs(in states: Set<JobState>, limit: Int) async throws(StoreError) -> [Job] {
        try await jobs(in: states, kind: nil, before: nil, limit: limit)
    }
}
