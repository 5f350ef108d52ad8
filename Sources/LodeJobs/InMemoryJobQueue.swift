public import LodeDomain

/// Jobs and the model versions they publish, in memory: the reference for what a queue does, and a double for tests.
///
/// Every store passes the same contract suite as this one. It does not know which datasets exist.
public actor InMemoryJobQueue: JobQueue {
    private struct Entry {
        var job: Job
        var claimCount: Int64 = 0
        var leaseExpiresAt: Timestamp?
        var worker: String?
        var snapshot: [UInt8]?
        var curve: [Int: CurvePoint] = [:]
        var rerunArguments: String? {
            didSet { job.hasFollowUp = rerunArguments != nil }
        }
    }

    private var entries: [Identifier<Job>: Entry] = [:]
    private var lastID: Int64 = 0
    private var noted: [JobChange] = []
    private var lastNumber: Int64 = 0
    var models = InMemoryModels()

    /// An empty queue.
    public init() {}

    /// Adds a job, or returns the one that ``JobRequest/unique`` keeps it from adding.
    public func enqueue(_ request: JobRequest, at now: Timestamp) async throws(StoreError) -> Job {
        guard let unique = request.unique, var existing = unfinished(kind: request.kind, key: unique.key) else {
            return insert(request, at: now)
        }
        switch (unique.onConflict, existing.job.state) {
        case (.reject, _): throw .jobNotUnique(existing: existing.job.id)
        case (.returnExisting, _): break
        case (.rerunAfter, .running), (.replaceArguments, .running): existing.rerunArguments = request.arguments
        case (.rerunAfter, _): break
        case (.replaceArguments, _): existing.job.arguments = request.arguments
        }
        entries[existing.job.id] = existing
        return existing.job
    }

    /// Claims the most urgent job that may run, or nil.
    public func claim(
        kinds: [String], queues: [String], worker: String, leaseSeconds: Double, at now: Timestamp
    ) async throws(StoreError) -> ClaimedJob? {
        rescueExpired(at: now)
        let next = entries.values
            .filter { [.available, .scheduled, .retryable].contains($0.job.state) }
            // What is available stays so where the clock is set back.
            .filter { $0.job.state == .available || $0.job.availableAt <= now }
            .filter { kinds.contains($0.job.kind) }
            .filter { queues.isEmpty || queues.contains($0.job.queue) }
            .min {
                ($0.job.priority, $0.job.availableAt, $0.job.id) < ($1.job.priority, $1.job.availableAt, $1.job.id)
            }
        guard var entry = next else { return nil }
        let expiresAt = now.advanced(bySeconds: leaseSeconds)
        entry.job.state = .running
        entry.job.attempt += 1
        entry.job.attemptedAt = now
        entry.claimCount += 1
        entry.leaseExpiresAt = expiresAt
        entry.worker = worker
        entries[entry.job.id] = entry
        note(entry.job, at: now)
        return ClaimedJob(
            job: entry.job,
            lease: Lease(job: entry.job.id, fencingToken: entry.claimCount, expiresAt: expiresAt),
            snapshot: entry.snapshot)
    }

    /// Renews a lease and stores what changed since the last renewal.
    public func renew(
        _ lease: Lease, leaseSeconds: Double, progress: JobProgress?, curve: [CurvePoint], at now: Timestamp
    ) async throws(StoreError) -> LeaseRenewal {
        guard var entry = entries[lease.job], entry.claimCount == lease.fencingToken else { return .lost }
        guard entry.job.state == .running else { return entry.job.state == .cancelled ? .cancelled : .lost }
        let until = now.advanced(bySeconds: leaseSeconds)
        entry.leaseExpiresAt = until
        entry.job.progress = progress ?? entry.job.progress
        for point in curve { entry.curve[point.epoch] = point }
        entries[lease.job] = entry
        if let progress { note(entry.job, progress: progress, at: now) }
        return .renewed(until: until)
    }

    /// Keeps what a later attempt of the job needs to go on; replaces the one before.
    public func saveSnapshot(
        _ snapshot: [UInt8], under lease: Lease, at now: Timestamp
    ) async throws(StoreError) {
        var entry = try held(lease)
        entry.snapshot = snapshot
        entries[lease.job] = entry
    }

    /// Completes the job and publishes what it made, in one step.
    public func complete(
        _ lease: Lease, result: String, publishing draft: ModelVersionDraft?, at now: Timestamp
    ) async throws(StoreError) -> ModelVersion? {
        try complete(lease, result: result, at: now)
        return draft.map { models.publish($0, job: lease.job, at: now) }
    }

    /// Completes the job and stores how a version did, in one step.
    public func complete(
        _ lease: Lease, result: String, recording evaluation: ModelEvaluationDraft, at now: Timestamp
    ) async throws(StoreError) {
        _ = try held(lease)
        try models.record(evaluation, job: lease.job, at: now)
        try complete(lease, result: result, at: now)
    }

    /// Completes the job and enqueues another, in one step.
    public func complete(
        _ lease: Lease, result: String, enqueuing request: JobRequest, at now: Timestamp
    ) async throws(StoreError) -> Job {
        _ = try held(lease)
        let next = try await enqueue(request, at: now)
        try complete(lease, result: result, at: now)
        return next
    }

    private func complete(_ lease: Lease, result: String, at now: Timestamp) throws(StoreError) {
        var entry = try held(lease)
        entry.job.state = entry.job.endsEarly ? .cancelled : .completed
        entry.job.result = result
        entry.job.finishedAt = now
        entry.leaseExpiresAt = nil
        entry.snapshot = nil
        entries[lease.job] = entry
        note(entry.job, at: now)
        insertFollowUp(of: entry, at: now)
    }

    /// Ends the attempt as failed: retryable at `retryAt`, or discarded where that is nil or attempts are used up.
    public func fail(
        _ lease: Lease, code: String, message: String, retryAt: Timestamp?, at now: Timestamp
    ) async throws(StoreError) {
        var entry = try held(lease)
        endAttempt(of: &entry, code: code, message: message, retryAt: retryAt, at: now)
        entries[lease.job] = entry
        note(entry.job, at: now)
        if entry.job.state.isFinal { insertFollowUp(of: entry, at: now) }
    }

    /// Gives the job back untouched, as on a graceful stop; the attempt does not count.
    public func release(_ lease: Lease, at now: Timestamp) async throws(StoreError) {
        try giveBack(lease, as: .available, until: nil, at: now)
    }

    /// Gives the job back until `until`; the attempt does not count.
    public func snooze(_ lease: Lease, until: Timestamp, at now: Timestamp) async throws(StoreError) {
        try giveBack(lease, as: .scheduled, until: until, at: now)
    }

    /// Makes a job available at once that waits or is in a final state, with an attempt more if none is left.
    public func retry(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        guard var entry = entries[job], entry.job.state != .running else { return entries[job]?.job }
        guard !models.hold(workOf: job) else { throw .jobHasPublished(job) }
        if let key = entry.job.uniqueKey, let rival = unfinished(kind: entry.job.kind, key: key),
            rival.job.id != job
        {
            throw .jobNotUnique(existing: rival.job.id)
        }
        // The job that was asked to follow an ended one has been added then.
        if entry.job.state.isFinal { entry.rerunArguments = nil }
        entry.job.state = .available
        entry.job.availableAt = now
        entry.job.finishedAt = nil
        entry.job.result = nil
        entry.job.maxAttempts = max(entry.job.maxAttempts, entry.job.attempt + 1)
        entry.job.endsEarly = false
        entries[job] = entry
        note(entry.job, at: now)
        return entry.job
    }

    /// Cancels a job that is not in a final state; returns it as it stands then, or nil where there is none.
    public func cancel(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        guard var entry = entries[job] else { return nil }
        guard !entry.job.state.isFinal else { return entry.job }
        entry.job.state = .cancelled
        entry.job.finishedAt = now
        entry.leaseExpiresAt = nil
        entry.snapshot = nil
        entry.rerunArguments = nil
        entries[job] = entry
        note(entry.job, at: now)
        return entry.job
    }

    /// Asks the worker of a running job to end with what it has, and cancels a job that waits.
    public func endEarlyIfUnfinished(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        guard let entry = entries[job], entry.job.state == .running else { return try await cancel(job, at: now) }
        entries[job]?.job.endsEarly = true
        entries[job]?.rerunArguments = nil
        return entries[job]?.job
    }

    /// The job, or nil.
    public func job(_ id: Identifier<Job>) async throws(StoreError) -> Job? {
        entries[id]?.job
    }

    /// The newest `limit` jobs, newest first, in any of `states` (all where empty).
    public func jobs(
        in states: Set<JobState>, kind: String?, before: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [Job] {
        let jobs = entries.values.map(\.job).filter { job in
            (states.isEmpty || states.contains(job.state)) && (kind ?? job.kind) == job.kind
                && before.map { job.id < $0 } ?? true
        }
        return Array(jobs.sorted { $0.id > $1.id }.prefix(limit))
    }

    /// How many jobs are in each state.
    public func counts() async throws(StoreError) -> [JobState: Int] {
        entries.values.reduce(into: [:]) { $0[$1.job.state, default: 0] += 1 }
    }

    /// Deletes jobs that reached a final state before `moment`, with their curves; how many.
    public func prune(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        let old = entries.filter { _, entry in entry.job.finishedAt.map { $0 < moment } ?? false }
        for id in old.keys { entries[id] = nil }
        noted.removeAll { old.keys.contains($0.job) }
        return old.count
    }

    /// Deletes snapshots of jobs that reached a final state before `moment`; how many.
    public func pruneSnapshots(finishedBefore moment: Timestamp) async throws(StoreError) -> Int {
        let old = entries.filter { $1.snapshot != nil && $1.job.finishedAt.map { $0 < moment } ?? false }
        for id in old.keys { entries[id]?.snapshot = nil }
        return old.count
    }

    /// The learning curve of a job after epoch `after`, in order.
    public func curve(of job: Identifier<Job>, after epoch: Int) async throws(StoreError) -> [CurvePoint] {
        let points = entries[job].map { Array($0.curve.values) } ?? []
        return points.filter { $0.epoch > epoch }.sorted { $0.epoch < $1.epoch }
    }

    private func unfinished(kind: String, key: String) -> Entry? {
        entries.values.first { $0.job.kind == kind && $0.job.uniqueKey == key && !$0.job.state.isFinal }
    }

    private func insert(_ request: JobRequest, at now: Timestamp) -> Job {
        let availableAt = max(request.notBefore ?? now, now)
        lastID += 1
        let job = Job(
            id: Identifier(rawValue: lastID), kind: request.kind, arguments: request.arguments,
            state: availableAt > now ? .scheduled : .available, attempt: 0, maxAttempts: request.maxAttempts,
            progress: nil, result: nil, failures: [], createdAt: now, availableAt: availableAt,
            attemptedAt: nil, finishedAt: nil, queue: request.queue, priority: request.priority,
            tags: request.tags, metadata: request.metadata, uniqueKey: request.unique?.key,
            timeoutSeconds: request.timeoutSeconds, stallSeconds: request.stallSeconds)
        entries[job.id] = Entry(job: job)
        note(job, at: now)
        return job
    }

    private func note(_ job: Job, progress: JobProgress? = nil, at now: Timestamp) {
        if progress != nil { noted.removeAll { $0.job == job.id && $0.progress != nil } }
        lastNumber += 1
        noted.append(
            JobChange(
                number: lastNumber, job: job.id, at: now, state: job.state, attempt: job.attempt, progress: progress))
    }

    private func insertFollowUp(of entry: Entry, at now: Timestamp) {
        guard let arguments = entry.rerunArguments else { return }
        let job = entry.job
        _ = insert(
            JobRequest(
                kind: job.kind, arguments: arguments, maxAttempts: job.maxAttempts, queue: job.queue,
                priority: job.priority, tags: job.tags, metadata: job.metadata,
                unique: job.uniqueKey.map { JobUniqueness(key: $0, onConflict: .rerunAfter) },
                timeoutSeconds: job.timeoutSeconds, stallSeconds: job.stallSeconds),
            at: now)
    }

    private func giveBack(
        _ lease: Lease, as state: JobState, until: Timestamp?, at now: Timestamp
    ) throws(StoreError) {
        var entry = try held(lease)
        entry.job.state = state
        entry.job.attempt -= 1
        entry.job.availableAt = until ?? entry.job.availableAt
        entry.leaseExpiresAt = nil
        entry.worker = nil
        entries[lease.job] = entry
        note(entry.job, at: now)
    }

    private func held(_ lease: Lease) throws(StoreError) -> Entry {
        guard let entry = entries[lease.job], entry.job.state == .running,
            entry.claimCount == lease.fencingToken
        else { throw .leaseLost(job: lease.job) }
        return entry
    }

    private func rescueExpired(at now: Timestamp) {
        for (id, entry) in entries {
            guard let expiresAt = entry.leaseExpiresAt, expiresAt <= now else { continue }
            var entry = entry
            endAttempt(
                of: &entry, code: "lease-expired",
                message: "Worker \(entry.worker ?? "?") stopped renewing its lease: it died, hung, or lost the queue.",
                retryAt: expiresAt, at: now)
            entries[id] = entry
            note(entry.job, at: now)
            if entry.job.state.isFinal { insertFollowUp(of: entry, at: now) }
        }
    }

    private func endAttempt(
        of entry: inout Entry, code: String, message: String, retryAt: Timestamp?, at now: Timestamp
    ) {
        entry.job.failures.append(
            JobFailure(attempt: entry.job.attempt, at: now, code: code, message: message))
        entry.leaseExpiresAt = nil
        entry.worker = nil
        if let retryAt, entry.job.attempt < entry.job.maxAttempts {
            entry.job.state = .retryable
            entry.job.availableAt = retryAt
        } else {
            entry.job.state = .discarded
            entry.job.finishedAt = now
        }
    }
}

extension InMemoryJobQueue: JobJournal {
    /// At most `limit` changes after number `after`, of one job or of all, in order.
    public func changes(
        after: Int64, of job: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [JobChange] {
        Array(noted.lazy.filter { $0.number > after && (job == nil || $0.job == job) }.prefix(limit))
    }

    /// The number of the last change of all; 0 where there was none.
    public func lastChange() async throws(StoreError) -> Int64 { noted.last?.number ?? 0 }
}
