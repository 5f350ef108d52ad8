public import LodeDomain

/// A job as it is shown.
public struct JobDescription: Hashable, Sendable, Codable {
    /// Why an attempt failed.
    public struct Failure: Hashable, Sendable, Codable {
        /// Which attempt, from 1.
        public var attempt: Int
        /// When, in RFC 3339.
        public var at: String
        /// A stable code.
        public var code: String
        /// What happened and what to do.
        public var message: String
    }

    /// The number of the job.
    public var id: Int64
    /// What it does, such as `train`.
    public var kind: String
    /// Where it stands.
    public var state: JobState
    /// Which attempt it is at.
    public var attempt: Int
    /// After how many attempts a failure is final.
    public var maxAttempts: Int
    /// What workers are told apart by.
    public var queue: String
    /// 0 runs first, 9 last.
    public var priority: Int
    /// Words to find it by.
    public var tags: [String]
    /// What the client wanted to remember, and for a schedule's job its name and fire time.
    public var metadata: JSONValue
    /// No other unfinished job of its kind has this key.
    public var uniqueKey: String?
    /// Whether another job with the same key follows when this one ends.
    public var hasFollowUp: Bool
    /// Whether somebody asked it to end with what it has.
    public var endsEarly: Bool
    /// Seconds that an attempt may take.
    public var timeoutSeconds: Double?
    /// Seconds that an attempt may go without reporting progress.
    public var stallSeconds: Double?
    /// What it was asked to do.
    public var arguments: JSONValue
    /// How far it has come.
    public var progress: JobProgress?
    /// The learning curve, where it was asked for.
    public var curve: [CurvePoint]?
    /// What it brought about.
    public var result: JSONValue?
    /// What went wrong so far.
    public var failures: [Failure]
    /// When it was enqueued, in RFC 3339 like the other moments.
    public var createdAt: String
    /// When it may run, or might.
    public var availableAt: String
    /// When its current or last attempt began.
    public var attemptedAt: String?
    /// When it ended.
    public var finishedAt: String?

    /// The description of a job.
    public init(_ job: Job, curve: [CurvePoint]?) throws(ServiceError) {
        id = job.id.rawValue
        kind = job.kind
        state = job.state
        attempt = job.attempt
        maxAttempts = job.maxAttempts
        queue = job.queue
        priority = job.priority
        tags = job.tags
        metadata = try JSONValue(parsing: job.metadata)
        uniqueKey = job.uniqueKey
        hasFollowUp = job.hasFollowUp
        endsEarly = job.endsEarly
        timeoutSeconds = job.timeoutSeconds
        stallSeconds = job.stallSeconds
        availableAt = Self.text(job.availableAt)
        arguments = try JSONValue(parsing: job.arguments)
        progress = job.progress
        self.curve = curve
        if let text = job.result { result = try JSONValue(parsing: text) }
        failures = job.failures.map {
            Failure(attempt: $0.attempt, at: Self.text($0.at), code: $0.code, message: $0.message)
        }
        createdAt = Self.text(job.createdAt)
        attemptedAt = job.attemptedAt.map(Self.text)
        finishedAt = job.finishedAt.map(Self.text)
    }

    private static func text(_ moment: Timestamp) -> String { RFC3339.string(microseconds: moment.microseconds) }
}
