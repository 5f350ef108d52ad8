public import LodeDomain

/// Does the work of one kind of job.
///
/// A new kind of background work is one type that conforms to this protocol.
public protocol JobHandler: Sendable {
    /// The ``Job/kind`` it serves.
    var kind: String { get }

    /// Where its attempts run.
    var isolation: JobIsolation { get }

    /// Runs one attempt.
    ///
    /// It should look at ``JobContext/stopRequest`` at least once a second and, once that is set, save a snapshot if
    /// asked to and throw ``JobError/stopped``. A CPU-bound handler moves its work off the cooperative pool.
    func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput
}

/// Where the attempts of a kind of job run.
public enum JobIsolation: Hashable, Sendable {
    /// In a process of their own: a crash or too much memory ends the attempt and not the worker.
    case childProcess
    /// In the worker itself: for what takes milliseconds, where a process would cost more than the work.
    case worker
}

extension JobHandler {
    /// A process of their own, unless a kind says otherwise.
    public var isolation: JobIsolation { .childProcess }
}

/// What an attempt that succeeded hands over; both are written in one transaction.
public struct JobOutput: Hashable, Sendable, Codable {
    /// A JSON object for the job's ``Job/result``.
    public var result: String
    /// A model version to publish, if the job made one.
    public var draft: ModelVersionDraft?
    /// How a version did, if the job measured one; not together with a draft.
    public var evaluation: ModelEvaluationDraft?
    /// A job to be enqueued, if there is more to do; not together with the others.
    public var next: JobRequest?

    /// An output.
    public init(
        result: String, draft: ModelVersionDraft? = nil, evaluation: ModelEvaluationDraft? = nil,
        next: JobRequest? = nil
    ) {
        precondition(
            [draft != nil, evaluation != nil, next != nil].count { $0 } <= 1,
            "a job makes a version, measures one or asks for another job")
        self.next = next
        self.result = result
        self.draft = draft
        self.evaluation = evaluation
    }
}

/// How a running attempt talks to the queue.
public protocol JobContext: Sendable {
    /// Whether and why the handler should stop; cheap, callable from any thread.
    var stopRequest: StopRequest? { get }

    /// Notes progress and curve points; they reach the database with the next heartbeat. Callable from any thread.
    func report(_ progress: JobProgress, curve: [CurvePoint])

    /// Stores what a later attempt needs to go on; returns when it is durable.
    ///
    /// Returns too where the store is busy or full at the moment: then the snapshot before, if there was one, still holds.
    func saveSnapshot(_ snapshot: [UInt8]) async throws(JobError)
}

/// Why a handler should stop.
public enum StopRequest: String, Hashable, Sendable, Codable {
    /// Somebody cancelled the job; nothing more will be accepted.
    case cancelled
    /// The lease was lost; nothing more will be accepted.
    case leaseLost
    /// Somebody wants the job to end with what it has: return that, or throw ``JobError/stopped`` where it is nothing.
    case endEarly
    /// The worker shuts down, or the attempt takes too long: save a snapshot, then stop; another attempt goes on from it.
    case shutdown
}

/// Why an attempt did not succeed.
public enum JobError: Error, Hashable, Sendable, Codable {
    /// It stopped because ``JobContext/stopRequest`` said so.
    case stopped
    /// No retry will mend it: the arguments or the data are wrong. The code is stable kebab-case.
    case permanent(code: String, message: String)
    /// It may work next time.
    case transient(code: String, message: String)
    /// It cannot work yet: the job is given back for that many seconds, and the attempt does not count.
    case snoozed(seconds: Double)
}
