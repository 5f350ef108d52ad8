public import LodeDomain
internal import LodeJobs

/// A schedule as it is shown.
public struct ScheduleDescription: Hashable, Sendable, Codable {
    /// One firing.
    public struct Firing: Hashable, Sendable, Codable {
        /// `time`, `data` or `manual`.
        public var reason: ScheduleFiring.Reason
        /// The time for which it fired, in RFC 3339.
        public var fireTime: String
        /// When it did.
        public var firedAt: String
        /// The job.
        public var job: Int64
    }

    /// Its name.
    public var name: String
    /// When it fires.
    public var trigger: ScheduleTriggerText
    /// What it enqueues then.
    public var job: ScheduledJobText
    /// `skip`, `once` or `all`.
    public var missedRuns: String
    /// With `all`, the most runs to make up for.
    public var missedRunsLimit: Int?
    /// Whether it waits to be resumed.
    public var paused: Bool
    /// Why it cannot fire.
    public var problem: String?
    /// The next fire times in RFC 3339, of a time trigger that is not paused.
    public var nextTimes: [String]
    /// When it was made.
    public var createdAt: String
    /// When it fired last.
    public var lastFiredAt: String?
    /// The last firings, newest first, where they were asked for.
    public var firings: [Firing]?

    /// The description of a schedule with its next `count` fire times.
    init(_ schedule: Schedule, nextTimes count: Int, firings: [ScheduleFiring]?) throws(ServiceError) {
        name = schedule.name
        trigger = ScheduleTriggerText(schedule.trigger)
        job = try ScheduledJobText(schedule.job)
        switch schedule.missedRuns {
        case .skip: missedRuns = "skip"
        case .once: missedRuns = "once"
        case .all(let limit): (missedRuns, missedRunsLimit) = ("all", limit)
        }
        paused = schedule.isPaused
        problem = schedule.problem
        if case .unreadable(let detail) = schedule.trigger { problem = detail }
        nextTimes = Self.nextTimes(of: schedule, count).map(Self.text)
        createdAt = Self.text(schedule.createdAt)
        lastFiredAt = schedule.lastFiredAt.map(Self.text)
        self.firings = firings?.map {
            Firing(
                reason: $0.reason, fireTime: Self.text($0.fireTime), firedAt: Self.text($0.firedAt),
                job: $0.job.rawValue)
        }
    }

    private static func nextTimes(of schedule: Schedule, _ count: Int) -> [Timestamp] {
        guard !schedule.isPaused, schedule.trigger.isReadable, let first = schedule.nextFireAt else { return [] }
        do {
            let later = try FireTimes(schedule.trigger)?.next(count - 1, after: first)
            return [first] + (later ?? [])
        } catch {
            // A trigger that cannot be read fires no more; its problem says why.
            return []
        }
    }

    private static func text(_ moment: Timestamp) -> String { RFC3339.string(microseconds: moment.microseconds) }
}
