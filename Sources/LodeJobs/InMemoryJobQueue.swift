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
    }

    private var entries: [Identifier<Job>: Entry] = [:]
    private var published: [(version: ModelVersion, weights: [UInt8])] = []

    /// An empty queue.
    public init() {}

    /// Adds a job.
    public func enqueue(_ request: JobRequest, at now: Timestamp) async throws(StoreError) -> Job {
        let availableAt = max(request.notBefore ?? now, now)
        let job = Job(
            id: Identifier(rawValue: Int64(entries.count + 1)), kind: request.kind, arguments: request.arguments,
            state: availableAt > now ? .scheduled : .available, attempt: 0, maxAttempts: request.maxAttempts,
            progress: nil, result: nil, failures: [], createdAt: now, availableAt: availableAt,
            attemptedAt: nil, finishedAt: nil)
        entries[job.id] = Entry(job: job)
        return job
    }

    /// Claims the job that may run and has been waiting longest, of one of `kinds`, or nil.
    public func claim(
        kinds: [String], worker: String, leaseSeconds: Double, at now: Timestamp
    ) async throws(StoreError) -> ClaimedJob? {
        rescueExpired(at: now)
        let next = entries.values
            .filter { [.available, .scheduled, .retryable].contains($0.job.state) }
            .filter { $0.job.availableAt <= now && kinds.contains($0.job.kind) }
            .min { ($0.job.availableAt, $0.job.id) < ($1.job.availableAt, $1.job.id) }
        guard var entry = next else { return nil }
        let expiresAt = now.advanced(bySeconds: leaseSeconds)
        entry.job.state = .running
        entry.job.attempt += 1
        entry.job.attemptedAt = now
        entry.claimCount += 1
        entry.leaseExpiresAt = expiresAt
        entry.worker = worker
        entries[entry.job.id] = entry
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
        var entry = try held(lease)
        entry.job.state = .completed
        entry.job.result = result
        entry.job.finishedAt = now
        entry.leaseExpiresAt = nil
        entry.snapshot = nil
        entries[lease.job] = entry
        return draft.map { publish($0, job: lease.job, at: now) }
    }

    /// Ends the attempt as failed: retryable at `retryAt`, or discarded where that is nil or attempts are used up.
    public func fail(
        _ lease: Lease, code: String, message: String, retryAt: Timestamp?, at now: Timestamp
    ) async throws(StoreError) {
        var entry = try held(lease)
        endAttempt(of: &entry, code: code, message: message, retryAt: retryAt, at: now)
        entries[lease.job] = entry
    }

    /// Gives the job back untouched, as on a graceful stop; the attempt does not count.
    public func release(_ lease: Lease, at now: Timestamp) async throws(StoreError) {
        var entry = try held(lease)
        entry.job.state = .available
        entry.job.attempt -= 1
        entry.leaseExpiresAt = nil
        entry.worker = nil
        entries[lease.job] = entry
    }

    /// Cancels a job that is not in a final state; returns it as it stands then, or nil where there is none.
    public func cancel(_ job: Identifier<Job>, at now: Timestamp) async throws(StoreError) -> Job? {
        guard var entry = entries[job] else { return nil }
        guard !entry.job.state.isFinal else { return entry.job }
        entry.job.state = .cancelled
        entry.job.finishedAt = now
        entry.leaseExpiresAt = nil
        entry.snapshot = nil
        entries[job] = entry
        return entry.job
    }

    /// The job, or nil.
    public func job(_ id: Identifier<Job>) async throws(StoreError) -> Job? {
        entries[id]?.job
    }

    /// The newest `limit` jobs, newest first, in any of `states` (all where empty).
    public func jobs(in states: Set<JobState>, limit: Int) async throws(StoreError) -> [Job] {
        let jobs = entries.values.map(\.job).filter { states.isEmpty || states.contains($0.state) }
        return Array(jobs.sorted { $0.id > $1.id }.prefix(limit))
    }

    /// The learning curve of a job after epoch `after`, in order.
    public func curve(of job: Identifier<Job>, after epoch: Int) async throws(StoreError) -> [CurvePoint] {
        let points = entries[job].map { Array($0.curve.values) } ?? []
        return points.filter { $0.epoch > epoch }.sorted { $0.epoch < $1.epoch }
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

    private func publish(_ draft: ModelVersionDraft, job: Identifier<Job>, at now: Timestamp) -> ModelVersion {
        let version = ModelVersion(
            id: Identifier(rawValue: Int64(published.count + 1)), dataset: draft.dataset,
            number: published.count { $0.version.dataset == draft.dataset } + 1, job: job,
            watermark: draft.watermark, metadata: draft.metadata, createdAt: now)
        published.append((version, draft.weights))
        return version
    }
}

extension InMemoryJobQueue: ModelRegistry {
    /// The newest version of a dataset, or nil where none was trained.
    public func latestVersion(of dataset: Identifier<Dataset>) async throws(StoreError) -> ModelVersion? {
        published.last { $0.version.dataset == dataset }?.version
    }

    /// One version by its number, or nil.
    public func version(
        _ number: Int, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion? {
        published.first { $0.version.dataset == dataset && $0.version.number == number }?.version
    }

    /// All versions of a dataset, newest first.
    public func versions(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelVersion] {
        published.map(\.version).filter { $0.dataset == dataset }.reversed()
    }

    /// The weights of a version, a safetensors file.
    public func weights(of version: Identifier<ModelVersion>) async throws(StoreError) -> [UInt8] {
        guard let entry = published.first(where: { $0.version.id == version }) else {
            throw .modelVersionNotFound(version)
        }
        return entry.weights
    }
}
