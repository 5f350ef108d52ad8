/// A job to be enqueued.
public struct JobRequest: Hashable, Sendable, Codable {
    /// The queue of jobs that name none.
    public static let defaultQueue = "default"
    /// The priority of jobs that name none, in the middle.
    public static let defaultPriority = 5
    /// The attempts of jobs that name no number.
    public static let defaultMaxAttempts = 5

    /// Which handler runs it.
    public var kind: String
    /// The handler's arguments, a JSON object.
    public var arguments: String
    /// After how many attempts a failure is final, at least 1.
    public var maxAttempts: Int
    /// The earliest moment it may run; nil for at once.
    public var notBefore: Timestamp?
    /// What workers are told apart by.
    public var queue: String
    /// 0 runs first, 9 last.
    public var priority: Int
    /// Words to find it by.
    public var tags: [String]
    /// What the client wants to remember, a JSON object.
    public var metadata: String
    /// Nil where any number of such jobs may wait at once.
    public var unique: JobUniqueness?
    /// Seconds that an attempt may take; nil for any time.
    public var timeoutSeconds: Double?
    /// Seconds that an attempt may go without reporting progress; nil for any time.
    public var stallSeconds: Double?

    /// A request.
    public init(
        kind: String, arguments: String, maxAttempts: Int = defaultMaxAttempts, notBefore: Timestamp? = nil,
        queue: String = defaultQueue, priority: Int = defaultPriority, tags: [String] = [],
        metadata: String = "{}", unique: JobUniqueness? = nil, timeoutSeconds: Double? = nil,
        stallSeconds: Double? = nil
    ) {
        self.kind = kind
        self.arguments = arguments
        self.maxAttempts = maxAttempts
        self.notBefore = notBefore
        self.queue = queue
        self.priority = priority
        self.tags = tags
        self.metadata = metadata
        self.unique = unique
        self.timeoutSeconds = timeoutSeconds
        self.stallSeconds = stallSeconds
    }
}

/// Keeps jobs that do the same from piling up: of one kind and key, at most one is unfinished.
public struct JobUniqueness: Hashable, Sendable, Codable {
    /// What to do with a request whose key an unfinished job has.
    public enum Conflict: String, Hashable, Sendable, Codable, CaseIterable {
        /// Return that job.
        case returnExisting
        /// Give that job the new arguments, or, where it runs already, as ``rerunAfter``.
        case replaceArguments
        /// Where that job runs, follow it with one more, at most; where it still waits, return it.
        ///
        /// A run that has begun may have read its data before the reason for this request arose. The follow-up is made in
        /// the transaction that completes or discards the job; a cancellation cancels it too.
        case rerunAfter
        /// Throw ``StoreError/jobNotUnique(existing:)``.
        case reject
    }

    /// The key, unique among the unfinished jobs of a kind.
    public var key: String
    /// What to do on a conflict.
    public var onConflict: Conflict

    /// A condition.
    public init(key: String, onConflict: Conflict) {
        self.key = key
        self.onConflict = onConflict
    }
}
