public import LodeDomain

/// A job as it is asked for.
public struct JobSubmission: Hashable, Sendable, Codable {
    /// Keeps jobs that do the same from piling up.
    public struct Uniqueness: Hashable, Sendable, Codable {
        /// Unique among the unfinished jobs of the kind.
        public var key: String
        /// What happens where an unfinished job has it.
        public var onConflict: JobUniqueness.Conflict

        /// A condition.
        public init(key: String, onConflict: JobUniqueness.Conflict = .returnExisting) {
            self.key = key
            self.onConflict = onConflict
        }

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case key, onConflict
        }

        /// Reads a condition.
        public init(from decoder: any Decoder) throws {
            try decoder.refuseKeys(besides: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                key: try container.decode(String.self, forKey: .key),
                onConflict: try container.decodeConflict(forKey: .onConflict) ?? .returnExisting)
        }
    }

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
    /// The earliest moment it may run, in RFC 3339.
    public var notBefore: String?
    /// Words to find it by.
    public var tags: [String]
    /// What the client wants to remember.
    public var metadata: JSONValue
    /// Nil where any number of such jobs may wait at once.
    public var unique: Uniqueness?
    /// Seconds that an attempt may take.
    public var timeoutSeconds: Double?
    /// Seconds that an attempt may go without reporting progress.
    public var stallSeconds: Double?

    /// A submission.
    public init(
        kind: String, arguments: JSONValue, queue: String = JobRequest.defaultQueue,
        priority: Int = JobRequest.defaultPriority, maxAttempts: Int = JobRequest.defaultMaxAttempts,
        notBefore: String? = nil,
        tags: [String] = [], metadata: JSONValue = .object([:]), unique: Uniqueness? = nil,
        timeoutSeconds: Double? = nil, stallSeconds: Double? = nil
    ) {
        self.kind = kind
        self.arguments = arguments
        self.queue = queue
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.notBefore = notBefore
        self.tags = tags
        self.metadata = metadata
        self.unique = unique
        self.timeoutSeconds = timeoutSeconds
        self.stallSeconds = stallSeconds
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, arguments, queue, priority, maxAttempts, notBefore, tags, metadata, unique, timeoutSeconds,
            stallSeconds
    }

    /// Reads a submission; `kind` is required, and an unknown key is an error.
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
            notBefore: try container.decodeIfPresent(String.self, forKey: .notBefore),
            tags: try container.decodeIfPresent([String].self, forKey: .tags) ?? [],
            metadata: try container.decodeIfPresent(JSONValue.self, forKey: .metadata) ?? .object([:]),
            unique: try container.decodeIfPresent(Uniqueness.self, forKey: .unique),
            timeoutSeconds: try container.decodeIfPresent(Double.self, forKey: .timeoutSeconds),
            stallSeconds: try container.decodeIfPresent(Double.self, forKey: .stallSeconds))
    }

    /// The request to the queue; throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for what is out of range.
    func request(arguments: String) throws(ServiceError) -> JobRequest {
        try JobLimits.check(
            queue: queue, priority: priority, maxAttempts: maxAttempts, tags: tags, timeoutSeconds: timeoutSeconds,
            stallSeconds: stallSeconds, beneath: "")
        guard case .object = metadata else {
            throw .invalidRequest(pointer: "/metadata", value: nil, expected: "an object")
        }
        if let unique, !(1...255).contains(unique.key.utf8.count) {
            throw .invalidRequest(
                pointer: "/unique/key", value: "\(unique.key.utf8.count) bytes long", expected: "1 to 255 bytes")
        }
        var moment: Timestamp?
        if let notBefore {
            do {
                moment = Timestamp(microseconds: try RFC3339.microseconds(notBefore))
            } catch {
                throw .invalidRequest(
                    pointer: "/notBefore", value: "“\(notBefore)”",
                    expected: "a date-time like 2024-05-01T12:00:00Z, but \(error.reason)")
            }
        }
        return JobRequest(
            kind: kind, arguments: arguments, maxAttempts: maxAttempts, notBefore: moment, queue: queue,
            priority: priority, tags: tags, metadata: try JSONText.string(metadata),
            unique: unique.map { JobUniqueness(key: $0.key, onConflict: $0.onConflict) },
            timeoutSeconds: timeoutSeconds, stallSeconds: stallSeconds)
    }
}

extension KeyedDecodingContainer {
    /// A choice on conflict, or an error that names all of them.
    func decodeConflict(forKey key: Key) throws -> JobUniqueness.Conflict? {
        guard let name = try decodeIfPresent(String.self, forKey: key) else { return nil }
        if let conflict = JobUniqueness.Conflict(rawValue: name) { return conflict }
        let names = JobUniqueness.Conflict.allCases.map(\.rawValue).joined(separator: ", ")
        throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "one of \(names)")
    }
}
