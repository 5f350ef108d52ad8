public import LodeDomain

/// A change of a job as it is told to those who follow it.
public struct JobChangeDescription: Hashable, Sendable, Codable {
    /// Numbers the changes of all jobs, ascending.
    public var number: Int64
    /// The job.
    public var job: Int64
    /// When it happened, in RFC 3339.
    public var at: String
    /// The job's state then.
    public var state: JobState
    /// The job's attempt then.
    public var attempt: Int
    /// What was reported; missing for a change of state.
    public var progress: JobProgress?

    /// The description of a change.
    init(_ change: JobChange) {
        number = change.number
        job = change.job.rawValue
        at = RFC3339.string(microseconds: change.at.microseconds)
        state = change.state
        attempt = change.attempt
        progress = change.progress
    }
}
