public import LodeDomain

/// Does the work of one kind of job.
///
/// A new kind of background work is one type that conforms to this protocol.
public protocol JobHandler: Sendable {
    /// The ``Job/kind`` it serves.
    var kind: String { get }

    /// Runs one attempt.
    ///
    /// It should look at ``JobContext/stopRequest`` at least once a second and, once that is set, save a snapshot if
    /// asked to and throw ``JobError/stopped``. A CPU-bound handler moves its work off the cooperative pool.
    func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput
}

/// What an attempt that succeeded hands over; both are written in one transaction.
public struct JobOutput: Hashable, Sendable {
    /// A JSON object for the job's ``Job/result``.
    public var result: String
    /// A model version to publish, if the job made one.
    public var draft: ModelVersionDraft?

    /// An output.
    public init(result: String, draft: ModelVersionDraft? = nil) {
        self.result = result
        self.draft = draft
    }
}

/// How a running attempt talks to the queue.
public protocol JobContext: Sendable {
    /// Whether and why the handler should stop; cheap, callable from any thread.
    var stopRequest: StopRequest? { get }

    /// Notes progress and curve points; they reach the database with the next heartbeat. Callable from any thread.
    func report(_ progress: JobProgress, curve: [CurvePoint])

    /// Stores what a later attempt needs to go on; returns when it is durable.
    func saveSnapshot(_ snapshot: [UInt8]) async throws(JobError)
}

/// Why a handler should stop.
public enum StopRequest: Hashable, Sendable {
    /// Somebody cancelled the job; nothing more will be accepted.
    case cancelled
    /// The lease was lost; nothing more will be accepted.
    case leaseLost
    /// The worker shuts down, or the attempt takes too long: save a snapshot, then stop; another attempt goes on from it.
    case shutdown
}

/// Why an attempt did not succeed.
public enum JobError: Error, Hashable, Sendable {
    /// It stopped because ``JobContext/stopRequest`` said so.
    case stopped
    /// No retry will mend it: the arguments or the data are wrong. The code is stable kebab-case.
    case permanent(code: String, message: String)
    /// It may work next time.
    case transient(code: String, message: String)
    /// It cannot work yet: the job is given back for that many seconds, and the attempt does not count.
    case snoozed(seconds: Double)
}
