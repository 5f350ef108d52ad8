/// Keeps schedules, and turns each firing into one job.
///
/// Every call is one transaction. Any number of processes may look for schedules that are due and fire them: a firing takes
/// effect only where the schedule is still as the process saw it, and its fire time is unique in the store.
public protocol ScheduleStore: Sendable {
    /// Makes a schedule; throws ``StoreError/scheduleExists(_:)`` where the name is taken.
    ///
    /// A data trigger counts from what its dataset holds now; throws ``StoreError/datasetUnknown(_:)`` where there is none.
    func create(_ draft: ScheduleDraft, at now: Timestamp) async throws(StoreError) -> Schedule

    /// All schedules, by name.
    func schedules() async throws(StoreError) -> [Schedule]

    /// The schedule of that name, or nil.
    func schedule(named name: String) async throws(StoreError) -> Schedule?

    /// Puts `schedule` in the place of the stored one where that still has its revision; else changes nothing and returns nil.
    ///
    /// Name, revision, last firing and creation are kept as stored. A data trigger whose dataset or measure changed, and
    /// one that was paused, counts from what its dataset holds now.
    func replaceIfUnchanged(_ schedule: Schedule, at now: Timestamp) async throws(StoreError) -> Schedule?

    /// Deletes a schedule; its jobs stay. False where there is none of that name.
    func deleteSchedule(named name: String) async throws(StoreError) -> Bool

    /// The schedules that are not paused and whose time has come, whose data have, or whose dataset is gone.
    ///
    /// Also those whose next fire time was reckoned at a moment after `now`, by a clock that was ahead.
    func due(at now: Timestamp) async throws(StoreError) -> [DueSchedule]

    /// Enqueues a job for each fire time, and notes what comes next, where the schedule is still as `schedule` and not paused.
    ///
    /// Returns nil, having changed nothing, where another process was first or somebody changed it. A fire time for which
    /// it fired before gives no job.
    func fireIfUnchanged(
        _ schedule: Schedule, _ outcome: ScheduleOutcome, at now: Timestamp
    ) async throws(StoreError) -> [Job]?

    /// Enqueues the schedule's job at once, paused or not; nil where there is no such schedule.
    func runNow(_ name: String, at now: Timestamp) async throws(StoreError) -> Job?

    /// The newest `limit` firings, newest first.
    func firings(of schedule: Identifier<Schedule>, limit: Int) async throws(StoreError) -> [ScheduleFiring]
}

/// A schedule that may have to fire.
public struct DueSchedule: Hashable, Sendable {
    /// The schedule.
    public var schedule: Schedule
    /// What its dataset has gained; nil for a time trigger, and where the dataset is gone.
    public var growth: DatasetGrowth?

    /// A schedule that is due.
    public init(schedule: Schedule, growth: DatasetGrowth? = nil) {
        self.schedule = schedule
        self.growth = growth
    }
}

/// What a look at a schedule came to.
public struct ScheduleOutcome: Hashable, Sendable {
    /// Why it fires, if it does.
    public var reason: ScheduleFiring.Reason
    /// The fire times to make jobs for, ascending; may be empty.
    public var fireTimes: [Timestamp]
    /// The next fire time.
    public var nextFireAt: Timestamp?
    /// What a data trigger counts from next.
    public var countedFrom: Int64
    /// The dataset's counter of series then.
    public var seriesCountedFrom: Int64
    /// Why it cannot fire.
    public var problem: String?
    /// Enqueued in place of the schedule's own job, such as the check of a drift trigger.
    public var job: ScheduledJob?

    /// An outcome.
    public init(
        reason: ScheduleFiring.Reason, fireTimes: [Timestamp], nextFireAt: Timestamp?, countedFrom: Int64,
        seriesCountedFrom: Int64 = 0, problem: String? = nil, job: ScheduledJob? = nil
    ) {
        self.reason = reason
        self.fireTimes = fireTimes
        self.nextFireAt = nextFireAt
        self.countedFrom = countedFrom
        self.seriesCountedFrom = seriesCountedFrom
        self.problem = problem
        self.job = job
    }
}
