import LodeDomain

/// A schedule to be made.
public struct ScheduleRequest: Hashable, Sendable, Codable {
    /// Its name: 1 to 128 letters, digits, `-`, `_` and `.`.
    public var name: String
    /// When it fires, what it enqueues, and the rest.
    public var settings: ScheduleChange

    /// A request.
    public init(name: String, settings: ScheduleChange) {
        self.name = name
        self.settings = settings
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, trigger, job, missedRuns, missedRunsLimit, paused
    }

    /// Reads a request; `name`, `trigger` and `job` are required, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        settings = ScheduleChange(
            trigger: try container.decode(ScheduleTriggerText.self, forKey: .trigger),
            job: try container.decode(ScheduledJobText.self, forKey: .job),
            missedRuns: try container.decodeIfPresent(String.self, forKey: .missedRuns),
            missedRunsLimit: try container.decodeIfPresent(Int.self, forKey: .missedRunsLimit),
            isPaused: try container.decodeIfPresent(Bool.self, forKey: .paused))
    }

    /// Writes the request as it is read.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try settings.encode(to: encoder)
    }
}

/// What is to be changed of a schedule; nil leaves it.
public struct ScheduleChange: Hashable, Sendable, Codable {
    /// When it fires.
    public var trigger: ScheduleTriggerText?
    /// What it enqueues then.
    public var job: ScheduledJobText?
    /// `skip`, `once` or `all`.
    public var missedRuns: String?
    /// With `all`, the most runs to make up for.
    public var missedRunsLimit: Int?
    /// Whether it waits to be resumed.
    public var isPaused: Bool?

    /// A change.
    public init(
        trigger: ScheduleTriggerText? = nil, job: ScheduledJobText? = nil, missedRuns: String? = nil,
        missedRunsLimit: Int? = nil, isPaused: Bool? = nil
    ) {
        self.trigger = trigger
        self.job = job
        self.missedRuns = missedRuns
        self.missedRunsLimit = missedRunsLimit
        self.isPaused = isPaused
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case trigger, job, missedRuns, missedRunsLimit, paused
    }

    /// Reads a change; an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            trigger: try container.decodeIfPresent(ScheduleTriggerText.self, forKey: .trigger),
            job: try container.decodeIfPresent(ScheduledJobText.self, forKey: .job),
            missedRuns: try container.decodeIfPresent(String.self, forKey: .missedRuns),
            missedRunsLimit: try container.decodeIfPresent(Int.self, forKey: .missedRunsLimit),
            isPaused: try container.decodeIfPresent(Bool.self, forKey: .paused))
    }

    /// Writes the change as it is read.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(trigger, forKey: .trigger)
        try container.encodeIfPresent(job, forKey: .job)
        try container.encodeIfPresent(missedRuns, forKey: .missedRuns)
        try container.encodeIfPresent(missedRunsLimit, forKey: .missedRunsLimit)
        try container.encodeIfPresent(isPaused, forKey: .paused)
    }

    /// The policy that is meant; nil where none is given.
    func missedRunsPolicy() throws(ServiceError) -> MissedRuns? {
        let limit = missedRunsLimit ?? 10
        guard (1...1000).contains(limit) else {
            throw .invalidRequest(
                pointer: "/missedRunsLimit", value: "\(limit)", expected: "a whole number from 1 to 1000")
        }
        switch missedRuns {
        case "skip": return .skip
        case "once": return .once
        case "all": return .all(limit: limit)
        case nil:
            if missedRunsLimit == nil { return nil }
            throw .invalidRequest(pointer: "/missedRunsLimit", value: "\(limit)", expected: "missedRuns: all beside it")
        case let other?:
            throw .invalidRequest(pointer: "/missedRuns", value: "“\(other)”", expected: "skip, once or all")
        }
    }
}
