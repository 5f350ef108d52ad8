public import LodeDomain

/// Schedules in memory: the reference for what a schedule store does, and a double for tests.
public actor InMemoryScheduleStore: ScheduleStore {
    private let queue: InMemoryJobQueue
    private var stored: [String: Schedule] = [:]
    private var noted: [Identifier<Schedule>: [ScheduleFiring]] = [:]
    private var growth: [String: DatasetGrowth] = [:]
    private var reckonedAt: [Identifier<Schedule>: Timestamp] = [:]
    private var lastID: Int64 = 0

    /// No schedules; their jobs go to `queue`.
    public init(queue: InMemoryJobQueue) {
        self.queue = queue
    }

    /// Says what a dataset has gained; nil deletes it.
    public func setGrowth(_ growth: DatasetGrowth?, of dataset: String) {
        self.growth[dataset] = growth
    }

    /// Makes a schedule.
    public func create(_ draft: ScheduleDraft, at now: Timestamp) async throws(StoreError) -> Schedule {
        guard stored[draft.name] == nil else { throw .scheduleExists(draft.name) }
        lastID += 1
        let schedule = Schedule(
            id: Identifier(rawValue: lastID), name: draft.name, trigger: draft.trigger, job: draft.job,
            missedRuns: draft.missedRuns, isPaused: draft.isPaused, revision: 1, nextFireAt: draft.nextFireAt,
            countedFrom: try count(for: draft.trigger), seriesCountedFrom: seriesCount(for: draft.trigger),
            problem: nil, createdAt: now, lastFiredAt: nil)
        stored[draft.name] = schedule
        reckonedAt[schedule.id] = now
        return schedule
    }

    /// All schedules, by name.
    public func schedules() async throws(StoreError) -> [Schedule] { stored.values.sorted { $0.name < $1.name } }

    /// The schedule of that name, or nil.
    public func schedule(named name: String) async throws(StoreError) -> Schedule? { stored[name] }

    /// Puts `schedule` in the place of the stored one where that still has its revision.
    public func replaceIfUnchanged(_ schedule: Schedule, at now: Timestamp) async throws(StoreError) -> Schedule? {
        guard let old = stored[schedule.name], old.revision == schedule.revision, old.id == schedule.id else {
            return nil
        }
        var new = schedule
        new.revision += 1
        new.createdAt = old.createdAt
        new.lastFiredAt = old.lastFiredAt
        new.problem = nil
        let countsAnew = old.isPaused && !new.isPaused || !old.trigger.countsLike(new.trigger)
        new.countedFrom = countsAnew ? try count(for: new.trigger) : old.countedFrom
        new.seriesCountedFrom = countsAnew ? seriesCount(for: new.trigger) : old.seriesCountedFrom
        stored[new.name] = new
        reckonedAt[new.id] = now
        return new
    }

    /// Deletes a schedule; its jobs stay.
    public func deleteSchedule(named name: String) async throws(StoreError) -> Bool {
        guard let old = stored.removeValue(forKey: name) else { return false }
        noted[old.id] = nil
        return true
    }

    /// The schedules that may have to fire.
    public func due(at now: Timestamp) async throws(StoreError) -> [DueSchedule] {
        stored.values.sorted { $0.name < $1.name }.compactMap { schedule in
            guard !schedule.isPaused else { return nil }
            guard let dataset = schedule.trigger.dataset else {
                guard let next = schedule.nextFireAt else { return nil }
                let wasAhead =
                    reckonedAt[schedule.id].map { $0 > now.advanced(bySeconds: Schedule.clockToleranceSeconds) } == true
                return next <= now || wasAhead ? DueSchedule(schedule: schedule) : nil
            }
            guard let growth = growth[dataset] else {
                return schedule.problem == nil ? DueSchedule(schedule: schedule) : nil
            }
            let gained = growth.count(for: schedule.trigger) - schedule.countedFrom
            let isDue = gained >= schedule.trigger.threshold || gained < 0 || schedule.problem != nil
            return isDue ? DueSchedule(schedule: schedule, growth: growth) : nil
        }
    }

    /// Enqueues a job for each fire time where the schedule is unchanged and not paused.
    public func fireIfUnchanged(
        _ schedule: Schedule, _ outcome: ScheduleOutcome, at now: Timestamp
    ) async throws(StoreError) -> [Job]? {
        guard var current = stored[schedule.name], current.id == schedule.id, current.revision == schedule.revision,
            !current.isPaused
        else { return nil }
        let fresh = outcome.fireTimes.filter { time in
            !noted[current.id, default: []].contains { $0.reason == outcome.reason && $0.fireTime == time }
        }
        current.revision += 1
        current.nextFireAt = outcome.nextFireAt
        current.countedFrom = outcome.countedFrom
        current.seriesCountedFrom = outcome.seriesCountedFrom
        current.problem = outcome.problem
        if !fresh.isEmpty { current.lastFiredAt = now }
        stored[current.name] = current
        reckonedAt[current.id] = now
        var jobs: [Job] = []
        for time in fresh {
            jobs.append(try await enqueue(outcome.job ?? current.job, of: current, outcome.reason, time, at: now))
        }
        return jobs
    }

    /// Enqueues the schedule's job at once, paused or not.
    public func runNow(_ name: String, at now: Timestamp) async throws(StoreError) -> Job? {
        guard let schedule = stored[name] else { return nil }
        stored[name]?.lastFiredAt = now
        return try await enqueue(schedule.job, of: schedule, .manual, now, at: now)
    }

    /// The newest `limit` firings, newest first.
    public func firings(of schedule: Identifier<Schedule>, limit: Int) async throws(StoreError) -> [ScheduleFiring] {
        Array(noted[schedule, default: []].reversed().prefix(limit))
    }

    private func enqueue(
        _ job: ScheduledJob, of schedule: Schedule, _ reason: ScheduleFiring.Reason, _ time: Timestamp,
        at now: Timestamp
    ) async throws(StoreError) -> Job {
        let job = try await queue.enqueue(job.request(of: schedule, firedFor: time), at: now)
        noted[schedule.id, default: []].append(
            ScheduleFiring(reason: reason, fireTime: time, firedAt: now, job: job.id))
        return job
    }

    private func seriesCount(for trigger: ScheduleTrigger) -> Int64 {
        trigger.dataset.flatMap { growth[$0]?.series } ?? 0
    }

    private func count(for trigger: ScheduleTrigger) throws(StoreError) -> Int64 {
        guard let dataset = trigger.dataset else { return 0 }
        guard let growth = growth[dataset] else { throw .datasetUnknown(dataset) }
        return growth.count(for: trigger)
    }
}
