/// Enqueues a job again and again: by the clock, or when data have come in.
public struct Schedule: Hashable, Sendable {
    /// The key of the schedule.
    public var id: Identifier<Schedule>
    /// A unique name: what ``Dataset/isValidName(_:)`` permits.
    public var name: String
    /// When it fires.
    public var trigger: ScheduleTrigger
    /// What it enqueues then.
    public var job: ScheduledJob
    /// What becomes of fire times that passed while no process looked.
    public var missedRuns: MissedRuns
    /// Whether it fires by itself.
    public var isPaused: Bool
    /// Counts its changes and firings; a write names the one it goes by.
    public var revision: Int64
    /// The next fire time; nil for a data trigger, and where there is none any more.
    public var nextFireAt: Timestamp?
    /// The dataset's counter (see ``DatasetGrowth``) from which a data trigger counts.
    public var countedFrom: Int64
    /// The counter of series at that moment.
    public var seriesCountedFrom: Int64
    /// Why it cannot fire, in a sentence; nil where it can.
    public var problem: String?
    /// When it was made.
    public var createdAt: Timestamp
    /// When it fired last.
    public var lastFiredAt: Timestamp?

    /// A schedule as stored.
    public init(
        id: Identifier<Schedule>, name: String, trigger: ScheduleTrigger, job: ScheduledJob, missedRuns: MissedRuns,
        isPaused: Bool, revision: Int64, nextFireAt: Timestamp?, countedFrom: Int64, seriesCountedFrom: Int64 = 0,
        problem: String?, createdAt: Timestamp, lastFiredAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.trigger = trigger
        self.job = job
        self.missedRuns = missedRuns
        self.isPaused = isPaused
        self.revision = revision
        self.nextFireAt = nextFireAt
        self.countedFrom = countedFrom
        self.seriesCountedFrom = seriesCountedFrom
        self.problem = problem
        self.createdAt = createdAt
        self.lastFiredAt = lastFiredAt
    }
}

extension Schedule {
    /// How far a clock may be set back without fire times being reckoned anew, in seconds.
    public static let clockToleranceSeconds = 5.0
}

/// When a schedule fires.
public enum ScheduleTrigger: Hashable, Sendable {
    /// At the local times of a cron expression, in a time zone of the IANA database.
    case cron(expression: String, timeZone: String)
    /// At `anchor + k · seconds` for every whole k.
    case interval(seconds: Double, anchor: Timestamp)
    /// Whenever a dataset has gained that many observations since the last firing, or since the schedule was made.
    case observations(dataset: String, count: Int64)
    /// Whenever a dataset has gained that many series.
    case series(dataset: String, count: Int64)
    /// Whenever a check finds that the newest observations are less likely than held-out ones were.
    case drift(DriftWatch)
    /// What is stored of the schedule makes no sense; it never fires. The sentence says what is wrong.
    case unreadable(String)

    /// The dataset that a data trigger watches.
    public var dataset: String? {
        switch self {
        case .cron, .interval, .unreadable: nil
        case .observations(let dataset, _), .series(let dataset, _): dataset
        case .drift(let watch): watch.dataset
        }
    }

    /// Whether it says when the schedule fires.
    public var isReadable: Bool { if case .unreadable = self { false } else { true } }
}

extension ScheduleTrigger {
    /// Whether what was counted for this trigger counts for `other` too.
    package func countsLike(_ other: ScheduleTrigger) -> Bool {
        switch (self, other) {
        case (.series, .series), (.observations, .observations), (.drift, .drift): dataset == other.dataset
        default: dataset == nil && other.dataset == nil
        }
    }
}

/// How the newest observations of a dataset are watched.
///
/// `drop` is in nats for each observation: the mean log likelihood of held-out observations under the model version, as its
/// evaluation measured it, less that of the newest ones given what went before them.
public struct DriftWatch: Hashable, Sendable {
    /// The dataset that is watched.
    public var dataset: String
    /// The version of its model that is asked, such as `co2`, `co2@production` or `co2@3`.
    public var model: String
    /// The drop at which the schedule fires, in nats for each observation, above 0.
    public var drop: Double
    /// How many new observations make a check worth its time, at least 1.
    public var count: Int64

    /// A watch.
    public init(dataset: String, model: String, drop: Double, count: Int64) {
        self.dataset = dataset
        self.model = model
        self.drop = drop
        self.count = count
    }
}

/// The job that a schedule enqueues.
public struct ScheduledJob: Hashable, Sendable, Codable {
    /// Which handler runs it.
    public var kind: String
    /// The handler's arguments, a JSON object.
    public var arguments: String
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
        kind: String, arguments: String, queue: String = JobRequest.defaultQueue,
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

    /// The request that a firing of `schedule` makes; its metadata name the schedule and the fire time.
    public func request(of schedule: Schedule, firedFor fireTime: Timestamp) -> JobRequest {
        JobRequest(
            kind: kind, arguments: arguments, maxAttempts: maxAttempts, queue: queue, priority: priority, tags: tags,
            // A schedule's name needs no escapes.
            metadata: #"{"fireTime":\#(fireTime.microseconds),"schedule":"\#(schedule.name)"}"#,
            unique: onConflict.map { JobUniqueness(key: "schedule \(schedule.name)", onConflict: $0) },
            timeoutSeconds: timeoutSeconds, stallSeconds: stallSeconds)
    }
}

/// What becomes of fire times that passed while no process looked; those of the last minute are never missed.
public enum MissedRuns: Hashable, Sendable {
    /// They are dropped.
    case skip
    /// The latest is made up for, the others are dropped.
    case once
    /// The latest `limit`, 1 to 1000, are made up for, each by a job of its own.
    case all(limit: Int)
}

/// A schedule to be made.
public struct ScheduleDraft: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// When it fires.
    public var trigger: ScheduleTrigger
    /// What it enqueues then.
    public var job: ScheduledJob
    /// What becomes of missed fire times.
    public var missedRuns: MissedRuns
    /// Whether it waits to be resumed.
    public var isPaused: Bool
    /// Its first fire time; nil for a data trigger.
    public var nextFireAt: Timestamp?

    /// A draft.
    public init(
        name: String, trigger: ScheduleTrigger, job: ScheduledJob, missedRuns: MissedRuns = .once,
        isPaused: Bool = false, nextFireAt: Timestamp?
    ) {
        self.name = name
        self.trigger = trigger
        self.job = job
        self.missedRuns = missedRuns
        self.isPaused = isPaused
        self.nextFireAt = nextFireAt
    }
}

/// One firing of a schedule.
public struct ScheduleFiring: Hashable, Sendable {
    /// Why a schedule fired.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its time had come.
        case time
        /// Data had come in.
        case data
        /// A person asked.
        case manual
    }

    /// Why.
    public var reason: Reason
    /// The nominal time of a time trigger, else the moment it fired.
    ///
    /// Unique with the schedule and the reason.
    public var fireTime: Timestamp
    /// When the job was enqueued.
    public var firedAt: Timestamp
    /// The job that was enqueued, or that was unfinished already.
    public var job: Identifier<Job>

    /// A firing as stored.
    public init(reason: Reason, fireTime: Timestamp, firedAt: Timestamp, job: Identifier<Job>) {
        self.reason = reason
        self.fireTime = fireTime
        self.firedAt = firedAt
        self.job = job
    }
}

/// Counts what a dataset has gained since it was made; deletions do not lower it.
public struct DatasetGrowth: Hashable, Sendable {
    /// New observations; a value that replaces another is none.
    public var observations: Int64
    /// New series.
    public var series: Int64

    /// A count.
    public init(observations: Int64, series: Int64) {
        self.observations = observations
        self.series = series
    }

    /// What `trigger` counts.
    public func count(for trigger: ScheduleTrigger) -> Int64 {
        switch trigger {
        case .series: series
        case .observations, .drift, .cron, .interval, .unreadable: observations
        }
    }
}
