public import LodeDomain

/// The job of a schedule as it is written on the wire.
public struct ScheduledJobText: Hashable, Sendable, Codable {
    /// Which handler runs it.
    public var kind: String
    /// What the handler is asked to do.
    public var arguments: JSONValue
    /// What workers are told apart by.
    public var queue: String
    /// 0 runs first, 9 last.
    public var priority: Int
    /// After how many attempts a failure is final.
    public var maxAttempts: Int
    /// Words to find it by.
    public var tags: [String]
    /// Seconds that an attempt may take.
    public var timeoutSeconds: Double?
    /// Seconds that an attempt may go without reporting progress.
    public var stallSeconds: Double?
    /// What happens where the job of an earlier firing is unfinished; nil enqueues another beside it.
    public var onConflict: JobUniqueness.Conflict?

    /// A job to be.
    public init(
        kind: String, arguments: JSONValue, queue: String = JobRequest.defaultQueue,
        priority: Int = JobRequest.defaultPriority, maxAttempts: Int = JobRequest.defaultMaxAttempts,
        tags: [String] = [],
        timeoutSeconds: Double? = nil, stallSeconds: Double? = nil, onConflict: JobUniqueness.Conflict? = nil
    ) {
        self.kind = kind
        self.arguments = arguments
        self.queue = queue
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.tags = tags
        self.timeoutSeconds = timeoutSeconds
        self.stallSeconds = stallSeconds
        self.onConflict = onConflict
    }

    /// A stored job, to be shown.
    init(_ job: ScheduledJob) throws(ServiceError) {
        self.init(
            kind: job.kind, arguments: try JSONValue(parsing: job.arguments), queue: job.queue, priority: job.priority,
            maxAttempts: job.maxAttempts, tags: job.tags, timeoutSeconds: job.timeoutSeconds,
            stallSeconds: job.stallSeconds, onConflict: job.onConflict)
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, arguments, queue, priority, maxAttempts, tags, timeoutSeconds, stallSeconds, onConflict
    }

    /// Reads a job; `kind` is required, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try container.decode(String.self, forKey: .kind),
            arguments: try container.decodeIfPresent(JSONValue.self, forKey: .arguments) ?? .object([:]),
            queue: try container.decodeIfPresent(String.self, forKey: .queue) ?? JobRequest.defaultQueue,
            priority: try container.decodeIfPresent(Int.self, forKey: .priority) ?? JobRequest.defaultPriority,
            maxAttempts: try container.decodeIfPresent(Int.self, forKey: .maxAttempts)
                ?? JobRequest.defaultMaxAttempts,
            tags: try container.decodeIfPresent([String].self, forKey: .tags) ?? [],
            timeoutSeconds: try container.decodeIfPresent(Double.self, forKey: .timeoutSeconds),
            stallSeconds: try container.decodeIfPresent(Double.self, forKey: .stallSeconds),
            onConflict: try container.decodeConflict(forKey: .onConflict))
    }

    /// The job that is meant, with its arguments as they are to be stored.
    func job(arguments: String) throws(ServiceError) -> ScheduledJob {
        try JobLimits.check(
            queue: queue, priority: priority, maxAttempts: maxAttempts, tags: tags, timeoutSeconds: timeoutSeconds,
            stallSeconds: stallSeconds, beneath: "/job")
        if onConflict == .reject {
            throw .invalidRequest(
                pointer: "/job/onConflict", value: "reject",
                expected: "returnExisting, replaceArguments or rerunAfter, since nobody is there to be refused")
        }
        return ScheduledJob(
            kind: kind, arguments: arguments, queue: queue, priority: priority, maxAttempts: maxAttempts, tags: tags,
            timeoutSeconds: timeoutSeconds, stallSeconds: stallSeconds, onConflict: onConflict)
    }
}
