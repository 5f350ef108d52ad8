import LodeDomain
import LodeJobs
import Synchronization

/// A handler whose work is a closure of the test.
struct ClosureHandler: JobHandler {
    typealias Run = @Sendable (ClaimedJob, any JobContext) async throws(JobError) -> JobOutput

    let kind: String
    let body: Run

    func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        try await body(claimed, context)
    }
}

/// Holds handlers up until the test lets them through.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// Waits until the gate is open.
    func wait() async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.arrivals += 1
                let arrivals = state.arrivals
                var ready = state.watchers.filter { $0.count <= arrivals }.map(\.continuation)
                state.watchers.removeAll { $0.count <= arrivals }
                if state.isOpen { ready.append(continuation) } else { state.waiting.append(continuation) }
                return ready
            }
            for continuation in ready { continuation.resume() }
        }
    }

    /// Returns once `count` handlers have come to the gate.
    func reached(by count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.arrivals < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Lets everybody through, now and later.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Lets a test speak through the context of a running handler.
final class SharedContext: Sendable {
    private let context = Mutex<(any JobContext)?>(nil)

    func set(_ context: any JobContext) { self.context.withLock { $0 = context } }

    func report(_ progress: JobProgress, curve: [CurvePoint] = []) {
        context.withLock { $0?.report(progress, curve: curve) }
    }

    var stopRequest: StopRequest? { context.withLock { $0?.stopRequest } }
}

/// A queue that refuses the first calls of `complete` and of `renew`, because it is busy unless told otherwise, and snapshots that are
/// empty or of one byte, because the disk is full or damaged.
actor BusyQueue: JobQueue {
    private let base: InMemoryJobQueue
    private let error: StoreError
    private var refusals: Int
    private var refusedRenewals: Int

    init(base: InMemoryJobQueue, refusals: Int, refusedRenewals: Int = 0, error: StoreError = .busy) {
        self.base = base
        self.error = error
        self.refusals = refusals
        self.refusedRenewals = refusedRenewals
    }

    func complete(
        _ lease: Lease, result: String, publishing draft: ModelVersionDraft?, at now: Timestamp
    ) async throws(StoreError) -> ModelVersion? {
        guard refusals == 0 else {
            refusals -= 1
            throw error
        }
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

    func enqueue(_ request: JobRequest, at now: Timestamp) async throws(StoreError) -> Job {
        try await base.enqueue(request, at: now)
    }

    func claim(
        kinds: [String], queues: [String], worker: String, leaseSeconds: Double, at now: Timestamp
    ) async throws(StoreError) -> ClaimedJob? {
        try await base.claim(kinds: kinds, queues: queues, worker: worker, leaseSeconds: leaseSeconds, at: now)
    }

    func renew(
        _ lease: Lease, leaseSeconds: Double, progress: JobProgress?, curve: [CurvePoint], at now: Timestamp
    ) async throws(StoreError) -> LeaseRenewal {
        guard refusedRenewals == 0 else {
            refusedRenewals -= 1
            throw error
        }
        return try await base.renew(lease, leaseSeconds: leaseSeconds, progress: progress, curve: curve, at: now)
    }

    func saveSnapshot(_ snapshot: [UInt8], under lease: Lease, at now: Timestamp) async throws(StoreError) {
        if snapshot.isEmpty { throw .diskFull }
        if snapshot.count == 1 { throw .corrupt(detail: "a page") }
        try await base.saveSnapshot(snapshot, under: lease, at: now)
    }

    func fail(
        _ lease: Lease, code: String, message: String, retryAt: Timestamp?, at now: Timestamp
    ) async throws(StoreError) {
        try await base.fail(lease, code: code, message: message, retryAt: retryAt, at: now)
    }

    func release(_ lease: Lease, at now: Timestamp) async throws(StoreError) {
        try await base.release(lease, at: now)
    }

    func snooze(_ lease: Lease, until: Timestamp, at now: Timestamp) async throws(StoreError) {
        try await base.snooze(lease, until: until, at: now)
    }

    func retry(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await base.retry(job, at: now)
    }

    func counts() async throws(StoreError) -> [JobState: Int] {
        try await base.counts()
    }

    func prune(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        try await base.prune(finishedBefore: moment)
    }

    func pruneSnapshots(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        try await base.pruneSnapshots(finishedBefore: moment)
    }

    func endEarlyIfUnfinished(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await base.endEarlyIfUnfinished(job, at: now)
    }

    func cancel(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        try await base.cancel(job, at: now)
    }

    func job(_ id: Identifier<Job>) async throws(StoreError) -> Job? {
        try await base.job(id)
    }

    func jobs(
        in states: Set<JobState>, kind: String?, before: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [Job] {
        try await base.jobs(in: states, kind: kind, before: before, limit: limit)
    }

    func curve(of job: Identifier<Job>, after epoch: Int) async throws(StoreError) -> [CurvePoint] {
        try await base.curve(of: job, after: epoch)
    }
}

extension JobEvent {
    /// The job of a `started` event.
    var startedJob: Job? {
        guard case .started(let job) = self else { return nil }
        return job
    }
}

/// A number that a test sets.
final class Gauge: Sendable {
    private let stored = Mutex<UInt64>(0)

    var value: UInt64 {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
