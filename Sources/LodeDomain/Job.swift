/// A unit of background work, as stored.
public struct Job: Hashable, Sendable, Codable {
    /// The key of the job.
    public var id: Identifier<Job>
    /// Which handler runs it, such as `train`.
    public var kind: String
    /// The handler's arguments, a JSON object.
    public var arguments: String
    /// Where the job stands.
    public var state: JobState
    /// How often it was claimed so far.
    public var attempt: Int
    /// After how many attempts a failure is final.
    public var maxAttempts: Int
    /// The last progress a worker reported.
    public var progress: JobProgress?
    /// What the handler returned, a JSON object; set when completed.
    public var result: String?
    /// What went wrong, one entry for each failed attempt.
    public var failures: [JobFailure]
    /// When it was enqueued.
    public var createdAt: Timestamp
    /// When it may be claimed; in the future while scheduled or waiting for a retry.
    public var availableAt: Timestamp
    /// When the current or last attempt began.
    public var attemptedAt: Timestamp?
    /// When it reached a final state.
    public var finishedAt: Timestamp?
    /// What workers are told apart by.
    public var queue: String
    /// 0 runs first, 9 last.
    public var priority: Int
    /// Words to find it by.
    public var tags: [String]
    /// What the client wants to remember, a JSON object.
    public var metadata: String
    /// No other unfinished job of its kind has this key.
    public var uniqueKey: String?
    /// Whether another job with the same key follows when this one ends.
    public var hasFollowUp: Bool
    /// Seconds that an attempt may take.
    public var timeoutSeconds: Double?
    /// Seconds that an attempt may go without reporting progress.
    public var stallSeconds: Double?
    /// Whether somebody asked it to end with what it has.
    public var endsEarly: Bool

    /// A job as stored.
    public init(
        id: Identifier<Job>, kind: String, arguments: String, state: JobState, attempt: Int, maxAttempts: Int,
        progress: JobProgress?, result: String?, failures: [JobFailure], createdAt: Timestamp,
        availableAt: Timestamp, attemptedAt: Timestamp?, finishedAt: Timestamp?,
        queue: String = JobRequest.defaultQueue, priority: Int = JobRequest.defaultPriority, tags: [String] = [],
        metadata: String = "{}", uniqueKey: String? = nil, hasFollowUp: Bool = false,
        timeoutSeconds: Double? = nil, stallSeconds: Double? = nil, endsEarly: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.arguments = arguments
        self.state = state
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.progress = progress
        self.result = result
        self.failures = failures
        self.createdAt = createdAt
        self.availableAt = availableAt
        self.attemptedAt = attemptedAt
        self.finishedAt = finishedAt
        self.queue = queue
        self.priority = priority
        self.tags = tags
        self.metadata = metadata
        self.uniqueKey = uniqueKey
        self.hasFollowUp = hasFollowUp
        self.timeoutSeconds = timeoutSeconds
        self.stallSeconds = stallSeconds
        self.endsEarly = endsEarly
    }
}

/// Where a job stands; the names are those of River and Oban.
public enum JobState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Waits for a worker.
    case available
    /// Waits for its time.
    case scheduled
    /// A worker holds its lease.
    case running
    /// Failed, and waits for its next attempt.
    case retryable
    /// Done, its effects are in the database. Final.
    case completed
    /// Called off by a person. Final.
    case cancelled
    /// Failed too often, or in a way that no retry mends. Final.
    case discarded

    /// Whether the job will never run again.
    public var isFinal: Bool {
        switch self {
        case .completed, .cancelled, .discarded: true
        case .available, .scheduled, .running, .retryable: false
        }
    }
}

/// How far a running job has come.
public struct JobProgress: Hashable, Sendable, Codable {
    /// Done so far, 0 to 1.
    public var fraction: Double
    /// One line for people.
    public var message: String
    /// Named figures, such as `validationLoss`.
    public var metrics: [String: Double]

    /// A report of progress.
    public init(fraction: Double, message: String, metrics: [String: Double] = [:]) {
        self.fraction = fraction
        self.message = message
        self.metrics = metrics
    }
}

/// One point of a training run's learning curve.
public struct CurvePoint: Hashable, Sendable, Codable {
    /// The epoch, from 1.
    public var epoch: Int
    /// Named figures of that epoch, such as `trainingLoss` and `validationLoss`.
    public var metrics: [String: Double]

    /// A point of the curve.
    public init(epoch: Int, metrics: [String: Double]) {
        self.epoch = epoch
        self.metrics = metrics
    }
}

/// Why an attempt failed.
public struct JobFailure: Hashable, Sendable, Codable {
    /// Which attempt, from 1.
    public var attempt: Int
    /// When it failed.
    public var at: Timestamp
    /// A stable code such as `lease-expired`.
    public var code: String
    /// What happened and what to do, for people.
    public var message: String

    /// A failed attempt.
    public init(attempt: Int, at: Timestamp, code: String, message: String) {
        self.attempt = attempt
        self.at = at
        self.code = code
        self.message = message
    }
}
