public import LodeDomain

/// Takes in, shows, cancels and repeats background work.
public struct JobService: Sendable {
    private let queue: any JobQueue & JobJournal
    private let kinds: JobKinds
    private let now: Now

    /// Looks into `queue`, and takes jobs of `kinds`.
    public init(queue: any JobQueue & JobJournal, kinds: JobKinds = JobKinds([]), now: @escaping Now) {
        self.queue = queue
        self.kinds = kinds
        self.now = now
    }

    /// Enqueues a job; the answer is the job as it waits for a worker, or the one that a unique key led to.
    ///
    /// Throws ``ServiceError/jobKindUnknown(_:known:)``, ``ServiceError/invalidRequest(pointer:value:expected:)``, what the kind
    /// finds wrong with its arguments, and `job-not-unique`.
    public func submit(_ submission: JobSubmission) async throws(ServiceError) -> JobDescription {
        let arguments = try await kinds.checked(submission.arguments, of: submission.kind)
        let request = try submission.request(arguments: arguments)
        let job = try await callStore { () async throws(StoreError) in try await queue.enqueue(request, at: now()) }
        return try JobDescription(job, curve: nil)
    }

    /// Makes a job available at once that waits or has ended, with an attempt more if none is left.
    ///
    /// A running job stays as it is.
    public func retry(_ id: Int64) async throws(ServiceError) -> JobDescription {
        let job = try await callStore { () async throws(StoreError) in
            try await queue.retry(Identifier(rawValue: id), at: now())
        }
        guard let job else { throw .jobNotFound(id) }
        return try JobDescription(job, curve: nil)
    }

    /// How many jobs are in each state, by its name.
    public func counts() async throws(ServiceError) -> [String: Int] {
        let counts = try await callStore { () async throws(StoreError) in try await queue.counts() }
        return Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
    }

    /// The newest `limit` jobs, newest first, in any of `states` (all where empty), of `kind`, with numbers below `before`.
    public func jobs(
        in states: Set<JobState> = [], kind: String? = nil, before: Int64? = nil, limit: Int
    ) async throws(ServiceError) -> [JobDescription] {
        guard (1...1001).contains(limit) else {
            throw .invalidRequest(pointer: "limit", value: "\(limit)", expected: "a whole number from 1 to 1000")
        }
        let jobs = try await callStore { () async throws(StoreError) in
            try await queue.jobs(in: states, kind: kind, before: before.map(Identifier.init(rawValue:)), limit: limit)
        }
        var descriptions: [JobDescription] = []
        for job in jobs { descriptions.append(try JobDescription(job, curve: nil)) }
        return descriptions
    }

    /// One job with its learning curve after epoch `after`.
    public func job(_ id: Int64, curveAfter after: Int = 0) async throws(ServiceError) -> JobDescription {
        let key = Identifier<Job>(rawValue: id)
        let (job, curve) = try await callStore { () async throws(StoreError) in
            let job = try await queue.job(key)
            return (job, try await queue.curve(of: key, after: after))
        }
        guard let job else { throw .jobNotFound(id) }
        return try JobDescription(job, curve: curve)
    }

    /// At most `limit` changes after number `after`, of one job or of all, in order.
    public func changes(
        after: Int64, of job: Int64?, limit: Int
    ) async throws(ServiceError) -> [JobChangeDescription] {
        let changes = try await callStore { () async throws(StoreError) in
            try await queue.changes(after: after, of: job.map(Identifier.init(rawValue:)), limit: limit)
        }
        return changes.map(JobChangeDescription.init)
    }

    /// Whether those who follow one job have seen it end: `changes`, after number `last`, are the newest they were told, at
    /// most `limit` at a time.
    ///
    /// The rule of every stream of a job's changes. One that begins after the last change of a job that has ended is over at
    /// once, and so is one whose job was pruned meanwhile.
    public func isOver(
        _ job: Int64, told changes: [JobChangeDescription], after last: Int64, limit: Int
    ) async throws(ServiceError) -> Bool {
        if let newest = changes.last { return newest.state.isFinal && changes.count < limit }
        let current = try await callStore { () async throws(StoreError) in
            try await queue.job(Identifier(rawValue: job))
        }
        guard let current else { return true }
        // What ended it may have come between the two looks.
        guard current.state.isFinal else { return false }
        return try await self.changes(after: last, of: job, limit: 1).isEmpty
    }

    /// Hands out the changes of a job from its first on until it has ended, or those of all jobs from now on, without end.
    ///
    /// They are looked for five times a second, for whichever process makes them. With `after`, those that come after that number.
    public func follow(
        _ job: Int64?, after: Int64?, _ body: (JobChangeDescription) async throws -> Void
    ) async throws {
        if let job { _ = try await self.job(job, curveAfter: .max) }
        var last = after ?? 0
        if job == nil, after == nil { last = try await lastChange() }
        while true {
            let changes = try await self.changes(after: last, of: job, limit: Self.changesAtOnce)
            for change in changes {
                last = change.number
                try await body(change)
            }
            if let job, try await isOver(job, told: changes, after: last, limit: Self.changesAtOnce) { return }
            if changes.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
        }
    }

    private static let changesAtOnce = 500

    /// The number of the last change of all.
    public func lastChange() async throws(ServiceError) -> Int64 {
        try await callStore { () async throws(StoreError) in try await queue.lastChange() }
    }

    /// Calls a job off; a worker that runs it stops within a second.
    ///
    /// With `keepingBest` a running job ends with what it has: training publishes its best model so far, measured as ever, and
    /// the job is cancelled with that. Throws ``ServiceError/jobFinished(_:state:)`` where it has ended in another way; cancelling
    /// twice is no error.
    public func cancel(_ id: Int64, keepingBest: Bool = false) async throws(ServiceError) -> JobDescription {
        let job = try await callStore { () async throws(StoreError) in
            let key = Identifier<Job>(rawValue: id)
            return keepingBest
                ? try await queue.endEarlyIfUnfinished(key, at: now()) : try await queue.cancel(key, at: now())
        }
        guard let job else { throw .jobNotFound(id) }
        if job.state.isFinal, job.state != .cancelled { throw .jobFinished(id, state: job.state) }
        return try JobDescription(job, curve: nil)
    }
}
