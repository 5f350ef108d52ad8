/// Tells what became of jobs, in the order in which it did.
///
/// Whoever remembers the number of the last change that they saw can ask for what came after it, however long ago that was and
/// whichever process they ask.
public protocol JobJournal: Sendable {
    /// At most `limit` changes after number `after`, of one job or of all, in order.
    func changes(
        after: Int64, of job: Identifier<Job>?, limit: Int
    ) async throws(StoreError) -> [JobChange]

    /// The number of the last change of all; 0 where there was none.
    func lastChange() async throws(StoreError) -> Int64
}

/// A change of a job: of its state, or of the progress of its attempt.
///
/// Every change of state is kept as long as the job is. Of a job's reports of progress the last one is kept.
public struct JobChange: Hashable, Sendable {
    /// Numbers the changes of all jobs, ascending, with gaps.
    public var number: Int64
    /// The job.
    public var job: Identifier<Job>
    /// When it happened.
    public var at: Timestamp
    /// The job's state then.
    public var state: JobState
    /// The job's attempt then.
    public var attempt: Int
    /// What was reported; nil for a change of state.
    public var progress: JobProgress?

    /// A change.
    public init(
        number: Int64, job: Identifier<Job>, at: Timestamp, state: JobState, attempt: Int, progress: JobProgress?
    ) {
        self.number = number
        self.job = job
        self.at = at
        self.state = state
        self.attempt = attempt
        self.progress = progress
    }
}
