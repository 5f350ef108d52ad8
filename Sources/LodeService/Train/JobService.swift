public import LodeDomain

/// Shows and cancels background work.
public struct JobService: Sendable {
    private let queue: any JobQueue
    private let now: Now

    /// Looks into `queue`.
    public init(queue: any JobQueue, now: @escaping Now) {
        self.queue = queue
        self.now = now
    }

    /// The newest `limit` jobs, newest first, in any of `states` (all where empty).
    public func jobs(in states: Set<JobState> = [], limit: Int) async throws(ServiceError) -> [JobDescription] {
        guard (1...1000).contains(limit) else {
            throw .invalidRequest(pointer: "limit", value: "\(limit)", expected: "a whole number from 1 to 1000")
        }
        let jobs = try await callStore { () async throws(StoreError) in
            try await queue.jobs(in: states, limit: limit)
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

    /// Calls a job off; a worker that runs it stops within its heartbeat.
    ///
    /// Throws ``ServiceError/jobFinished(_:state:)`` where it has ended in another way; cancelling twice is no error.
    public func cancel(_ id: Int64) async throws(ServiceError) -> JobDescription {
        let job = try await callStore { () async throws(StoreError) in
            try await queue.cancel(Identifier(rawValue: id), at: now())
        }
        guard let job else { throw .jobNotFound(id) }
        if job.state.isFinal, job.state != .cancelled { throw .jobFinished(id, state: job.state) }
        return try JobDescription(job, curve: nil)
    }
}
