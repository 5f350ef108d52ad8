public import LodeDomain

/// Takes in, shows, follows, cancels and repeats background work; see ``JobService``.
public protocol JobUseCases: Sendable {
    /// Enqueues a job.
    func submit(_ submission: JobSubmission) async throws -> JobDescription
    /// Makes a job available at once that waits or has ended.
    func retry(_ id: Int64) async throws -> JobDescription
    /// The newest `limit` jobs, newest first, in any of `states` (all where empty).
    func jobs(in states: Set<JobState>, limit: Int) async throws -> [JobDescription]
    /// One job with its learning curve after epoch `after`.
    func job(_ id: Int64, curveAfter after: Int) async throws -> JobDescription
    /// Hands out the changes of a job until it has ended, or of all jobs without end.
    func follow(_ job: Int64?, after: Int64?, _ body: (JobChangeDescription) async throws -> Void) async throws
    /// Calls a job off; with `keepingBest` a running one ends with what it has.
    func cancel(_ id: Int64, keepingBest: Bool) async throws -> JobDescription
}

extension JobService: JobUseCases {
    /// The newest `limit` jobs, newest first, in any of `states` (all where empty).
    public func jobs(in states: Set<JobState>, limit: Int) async throws -> [JobDescription] {
        try await jobs(in: states, kind: nil, before: nil, limit: limit)
    }
}
