import LodeDomain
import LodeStore

/// What a store must hold after the calls that it has acknowledged, by the rules that docs/ state.
///
/// Each verb changes ``contents`` as an acknowledged call does, or returns the refusal that it must meet. It shares no code with
/// the stores. Jobs: docs/job-states.md; ``Ledger+Schedules.swift``: docs/schedules.md; ``Ledger+Models.swift``: docs/models.md.
struct Ledger {
    /// When a lease ends if it is not renewed, in time that no clock setting moves.
    private struct Term {
        var boot: String
        var sinceBoot: Int64

        func hasEnded(at reading: BootClock.Reading) -> Bool {
            boot != reading.boot || sinceBoot <= reading.sinceBoot
        }
    }

    static let leaseSeconds = 20.0

    var contents = StoreContents()
    /// Changes of state since the last look, in order.
    var changes: [StoreWindow.Change] = []
    /// Rules that a verb found broken.
    var broken: [String] = []
    var nextJob: Int64 = 1
    var nextSchedule: Int64 = 1
    var lastDataset: Int64 = 0
    var nextVersion: Int64 = 1
    private var clock: (boot: String, wallAtBoot: Int64)?
    private var terms: [Int64: Term] = [:]

    // MARK: - Enqueuing

    mutating func enqueue(_ request: JobRequest, at now: Timestamp) -> Result<Int64, StoreError> {
        let rival = request.unique.flatMap { unfinished(request.kind, key: $0.key) }
        if let unique = request.unique, let rival {
            switch (unique.onConflict, rival.state) {
            case (.reject, _): return .failure(.jobNotUnique(existing: Identifier(rawValue: rival.id)))
            case (.returnExisting, _): break
            case (.rerunAfter, .running), (.replaceArguments, .running):
                contents.jobs[rival.id]?.followUp = request.arguments
            case (.rerunAfter, _): break
            case (.replaceArguments, _): contents.jobs[rival.id]?.arguments = request.arguments
            }
            return .success(rival.id)
        }
        let availableAt = max(request.notBefore ?? now, now)
        return .success(
            add(
                StoreContents.Job(
                    id: nextJob, kind: request.kind, key: request.unique?.key, arguments: request.arguments,
                    priority: request.priority, maxAttempts: request.maxAttempts,
                    state: availableAt > now ? .scheduled : .available, availableAt: availableAt.microseconds)))
    }

    private func unfinished(_ kind: String, key: String?) -> StoreContents.Job? {
        guard let key else { return nil }
        return contents.jobs.values.first { $0.kind == kind && $0.key == key && !$0.state.isFinal }
    }

    private mutating func add(_ job: StoreContents.Job) -> Int64 {
        contents.jobs[job.id] = job
        note(job.id)
        nextJob += 1
        return job.id
    }

    private mutating func note(_ id: Int64) {
        guard let job = contents.jobs[id] else { return }
        changes.append(.init(job: id, state: job.state, attempt: job.attempt))
    }

    // MARK: - Claiming

    /// The job that a claim must get; ends the attempts whose leases have run out.
    mutating func claim(kinds: [String], at reading: BootClock.Reading) -> StoreContents.Job? {
        notice(reading)
        rescue(at: reading)
        let claimable = contents.jobs.values.filter { job in
            guard kinds.contains(job.kind) else { return false }
            switch job.state {
            case .available: return true
            case .scheduled, .retryable: return job.availableAt <= reading.wall
            case .running, .completed, .cancelled, .discarded: return false
            }
        }
        let next = claimable.min { ($0.priority, $0.availableAt, $0.id) < ($1.priority, $1.availableAt, $1.id) }
        guard let id = next?.id else { return nil }
        contents.jobs[id]?.state = .running
        contents.jobs[id]?.attempt += 1
        contents.jobs[id]?.claims += 1
        lease(id, at: reading)
        note(id)
        return contents.jobs[id]
    }

    private mutating func lease(_ id: Int64, at reading: BootClock.Reading) {
        let length = Int64(Self.leaseSeconds * 1e6)
        contents.jobs[id]?.leaseUntil = reading.wall + length
        terms[id] = Term(boot: reading.boot, sinceBoot: reading.sinceBoot + length)
    }

    /// Moves leases and retries with a step of the clock (rule 6 of the lease).
    private mutating func notice(_ reading: BootClock.Reading) {
        let wallAtBoot = reading.wall - reading.sinceBoot
        defer { clock = (reading.boot, wallAtBoot) }
        guard let clock else { return }
        for (id, job) in contents.jobs {
            if clock.boot != reading.boot {
                if let lease = job.leaseUntil { contents.jobs[id]?.leaseUntil = min(lease, reading.wall) }
            } else if job.state == .running {
                contents.jobs[id]?.leaseUntil? += wallAtBoot - clock.wallAtBoot
            } else if job.state == .retryable {
                contents.jobs[id]?.availableAt += wallAtBoot - clock.wallAtBoot
            }
        }
    }

    private mutating func rescue(at reading: BootClock.Reading) {
        let expired = contents.jobs.values.compactMap { job in job.leaseUntil.map { (lease: $0, id: job.id) } }
            .filter { $0.lease <= reading.wall }.sorted { ($0.lease, $0.id) < ($1.lease, $1.id) }
        for (lease, id) in expired {
            // The same by the time since boot, which decides what a wall clock may not.
            if let term = terms[id], !term.hasEnded(at: reading) {
                broken.append("job \(id) was taken from its worker before its time")
            }
            endAttempt(of: id, retryAt: Timestamp(microseconds: lease), at: Timestamp(microseconds: reading.wall))
        }
        for (id, term) in terms where term.hasEnded(at: reading) {
            broken.append("job \(id) runs on though its lease has ended")
        }
    }

    // MARK: - What a worker writes

    func holds(_ lease: Lease) -> Bool {
        guard let job = contents.jobs[lease.job.rawValue] else { return false }
        return job.state == .running && job.claims == lease.fencingToken
    }

    /// The answer to a renewal, without its moment.
    mutating func renew(_ lease: Lease, fraction: Double?, at reading: BootClock.Reading) -> String {
        notice(reading)
        let id = lease.job.rawValue
        guard holds(lease) else {
            let job = contents.jobs[id]
            return job?.state == .cancelled && job?.claims == lease.fencingToken ? "cancelled" : "lost"
        }
        if let fraction { contents.jobs[id]?.fraction = fraction }
        self.lease(id, at: reading)
        return "renewed"
    }

    mutating func saveSnapshot(_ bytes: [UInt8], under lease: Lease) -> StoreError? {
        guard holds(lease) else { return .leaseLost(job: lease.job) }
        contents.jobs[lease.job.rawValue]?.snapshot = bytes
        return nil
    }

    /// Requires that the lease holds.
    mutating func complete(_ lease: Lease, result: String, at now: Timestamp) {
        let id = lease.job.rawValue
        let endsEarly = contents.jobs[id]?.endsEarly ?? false
        contents.jobs[id]?.state = endsEarly ? .cancelled : .completed
        contents.jobs[id]?.result = result
        contents.jobs[id]?.snapshot = nil
        finish(id, at: now)
        addFollowUp(of: id, at: now)
    }

    mutating func fail(
        _ lease: Lease, retryAt: Timestamp?, at reading: BootClock.Reading
    ) -> StoreError? {
        guard holds(lease) else { return .leaseLost(job: lease.job) }
        notice(reading)
        endAttempt(of: lease.job.rawValue, retryAt: retryAt, at: Timestamp(microseconds: reading.wall))
        return nil
    }

    mutating func giveBack(_ lease: Lease, until: Timestamp?) -> StoreError? {
        guard holds(lease) else { return .leaseLost(job: lease.job) }
        let id = lease.job.rawValue
        contents.jobs[id]?.state = until == nil ? .available : .scheduled
        contents.jobs[id]?.attempt -= 1
        contents.jobs[id]?.leaseUntil = nil
        if let until { contents.jobs[id]?.availableAt = until.microseconds }
        terms[id] = nil
        note(id)
        return nil
    }

    private mutating func endAttempt(of id: Int64, retryAt: Timestamp?, at now: Timestamp) {
        guard let job = contents.jobs[id] else { return }
        contents.jobs[id]?.failures += 1
        contents.jobs[id]?.leaseUntil = nil
        terms[id] = nil
        if let retryAt, job.attempt < job.maxAttempts {
            contents.jobs[id]?.state = .retryable
            contents.jobs[id]?.availableAt = retryAt.microseconds
            note(id)
        } else {
            contents.jobs[id]?.state = .discarded
            finish(id, at: now)
            addFollowUp(of: id, at: now)
        }
    }

    /// Notes a final state.
    private mutating func finish(_ id: Int64, at now: Timestamp) {
        contents.jobs[id]?.leaseUntil = nil
        contents.jobs[id]?.finishedAt = now.microseconds
        terms[id] = nil
        note(id)
    }

    private mutating func addFollowUp(of id: Int64, at now: Timestamp) {
        guard let job = contents.jobs[id], let arguments = job.followUp else { return }
        _ = add(
            StoreContents.Job(
                id: nextJob, kind: job.kind, key: job.key, arguments: arguments, priority: job.priority,
                maxAttempts: job.maxAttempts, state: .available, availableAt: now.microseconds))
    }

    // MARK: - What people ask

    mutating func cancel(_ id: Int64, at now: Timestamp) {
        guard let job = contents.jobs[id], !job.state.isFinal else { return }
        contents.jobs[id]?.state = .cancelled
        contents.jobs[id]?.followUp = nil
        contents.jobs[id]?.snapshot = nil
        finish(id, at: now)
    }

    mutating func endEarly(_ id: Int64, at now: Timestamp) {
        guard contents.jobs[id]?.state == .running else { return cancel(id, at: now) }
        contents.jobs[id]?.endsEarly = true
        contents.jobs[id]?.followUp = nil
    }

    mutating func retry(_ id: Int64, at now: Timestamp) -> StoreError? {
        guard let job = contents.jobs[id], job.state != .running else { return nil }
        if let rival = unfinished(job.kind, key: job.key), rival.id != id {
            return .jobNotUnique(existing: Identifier(rawValue: rival.id))
        }
        guard !hasPublished(id) else { return .jobHasPublished(Identifier(rawValue: id)) }
        contents.jobs[id]?.state = .available
        contents.jobs[id]?.availableAt = now.microseconds
        if job.finishedAt != nil { contents.jobs[id]?.followUp = nil }
        contents.jobs[id]?.finishedAt = nil
        contents.jobs[id]?.result = nil
        contents.jobs[id]?.maxAttempts = max(job.maxAttempts, job.attempt + 1)
        contents.jobs[id]?.endsEarly = false
        note(id)
        return nil
    }

    mutating func prune(finishedBefore moment: Timestamp) -> Int {
        let old = contents.jobs.values.filter { $0.finishedAt.map { $0 < moment.microseconds } ?? false }
        for job in old { contents.jobs[job.id] = nil }
        return old.count
    }

    mutating func pruneSnapshots(finishedBefore moment: Timestamp) -> Int {
        let old = contents.jobs.values.filter {
            $0.snapshot != nil && $0.finishedAt.map { $0 < moment.microseconds } ?? false
        }
        for job in old { contents.jobs[job.id]?.snapshot = nil }
        return old.count
    }
}
