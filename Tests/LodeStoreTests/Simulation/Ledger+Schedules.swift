import LodeDomain

extension Ledger {
    /// A schedule as a process saw it when it looked for what is due.
    struct Due {
        var schedule: StoreContents.Schedule
        var job: ScheduledJob
        var missedRuns: MissedRuns
        /// The counter of its dataset; nil where there is none.
        var growth: Int64?
    }

    /// Fire times of the last minute are not missed.
    private static let grace: Int64 = 60_000_000

    mutating func create(
        _ draft: ScheduleDraft, at now: Timestamp
    ) -> StoreError? {
        if contents.schedules.values.contains(where: { $0.name == draft.name }) { return .scheduleExists(draft.name) }
        guard let counted = counter(of: draft.trigger) else { return .datasetUnknown(draft.trigger.dataset ?? "") }
        var schedule = StoreContents.Schedule(
            id: nextSchedule, name: draft.name, missedRuns: Self.text(draft.missedRuns), isPaused: draft.isPaused,
            revision: 1, nextFireAt: draft.nextFireAt?.microseconds, reckonedAt: now.microseconds,
            countedFrom: counted)
        schedule.set(draft.trigger)
        contents.schedules[nextSchedule] = schedule
        nextSchedule += 1
        return nil
    }

    /// Nil where the schedule is not as `old` any more; the refusal where its dataset is gone.
    mutating func replace(
        _ old: Schedule, with trigger: ScheduleTrigger, isPaused: Bool, nextFireAt: Timestamp?, at now: Timestamp
    ) -> Result<Bool, StoreError> {
        let id = old.id.rawValue
        guard var schedule = contents.schedules[id], schedule.revision == old.revision else { return .success(false) }
        let countsAnew = schedule.isPaused && !isPaused || schedule.dataset != trigger.dataset
        if countsAnew {
            guard let counted = counter(of: trigger) else { return .failure(.datasetUnknown(trigger.dataset ?? "")) }
            schedule.countedFrom = counted
        }
        schedule.set(trigger)
        schedule.isPaused = isPaused
        schedule.nextFireAt = nextFireAt?.microseconds
        schedule.revision += 1
        schedule.reckonedAt = now.microseconds
        schedule.hasProblem = false
        contents.schedules[id] = schedule
        return .success(true)
    }

    mutating func deleteSchedule(named name: String) -> Bool {
        guard let schedule = contents.schedules.values.first(where: { $0.name == name }) else { return false }
        contents.schedules[schedule.id] = nil
        contents.firings = contents.firings.filter { $0.schedule != schedule.id }
        return true
    }

    mutating func runNow(_ name: String, _ job: ScheduledJob, at now: Timestamp) -> Int64? {
        guard let schedule = contents.schedules.values.first(where: { $0.name == name }) else { return nil }
        let last = contents.firings.filter { $0.schedule == schedule.id && $0.reason == "manual" }.map(\.fireTime).max()
        let time = max(now.microseconds, (last ?? .min) + 1)
        return fire(schedule, job, reason: "manual", for: time, at: now)
    }

    /// The keys of the schedules that a look at `now` must return, in the order in which they are due.
    func due(at now: Timestamp) -> [Int64] {
        let active = contents.schedules.values.filter { !$0.isPaused }
        let timed = active.filter { schedule in
            guard let next = schedule.nextFireAt else { return false }
            return next <= now.microseconds || schedule.reckonedAt > now.microseconds + 5_000_000
        }
        let grown = active.filter { schedule in
            guard let name = schedule.dataset else { return false }
            guard let counter = dataset(named: name)?.added else { return !schedule.hasProblem }
            if schedule.hasProblem { return true }
            let gained = counter - schedule.countedFrom
            return gained < 0 || gained >= schedule.count ?? 1
        }
        return timed.sorted { ($0.nextFireAt ?? 0, $0.id) < ($1.nextFireAt ?? 0, $1.id) }.map(\.id)
            + grown.map(\.id).sorted()
    }

    /// What comes of a look at `due`: one firing for each fire time that has come, whoever looks how often.
    mutating func fire(_ due: Due, at now: Timestamp) -> [Int64] {
        let id = due.schedule.id
        guard var live = contents.schedules[id], live.revision == due.schedule.revision, !live.isPaused else {
            return []
        }
        var times: [Int64] = []
        var reason = "time"
        if let seconds = due.schedule.seconds, let anchor = due.schedule.anchor, let first = due.schedule.nextFireAt {
            let step = Int64(seconds * 1e6)
            // Whole steps from the anchor, rounded down.
            let latest = anchor + step * Int64((Double(now.microseconds - anchor) / Double(step)).rounded(.down))
            if first <= now.microseconds {
                let limit: Int64 = if case .all(let limit) = due.missedRuns { Int64(limit) } else { 1 }
                times = stride(from: max(first, latest - step * (limit - 1)), through: latest, by: Int(step)).map { $0 }
                if due.missedRuns == .skip { times.removeAll { now.microseconds - $0 > Self.grace } }
            }
            live.nextFireAt = latest + step
            live.countedFrom = 0
            live.hasProblem = false
        } else {
            reason = "data"
            guard let growth = due.growth else {
                guard !due.schedule.hasProblem else { return [] }
                live.hasProblem = true
                live.countedFrom = 0
                return changeFired(live, at: now)
            }
            let from = due.schedule.countedFrom
            if growth - from >= due.schedule.count ?? 1 {
                times = [now.microseconds]
                live.countedFrom = growth
            } else {
                live.countedFrom = growth < from ? 0 : from
            }
            live.hasProblem = false
        }
        _ = changeFired(live, at: now)
        return times.compactMap { time in
            let isKnown = contents.firings.contains {
                $0.schedule == id && $0.reason == reason && $0.fireTime == time
            }
            return isKnown ? nil : fire(live, due.job, reason: reason, for: time, at: now)
        }
    }

    private mutating func changeFired(_ schedule: StoreContents.Schedule, at now: Timestamp) -> [Int64] {
        contents.schedules[schedule.id] = schedule
        contents.schedules[schedule.id]?.revision += 1
        contents.schedules[schedule.id]?.reckonedAt = now.microseconds
        return []
    }

    private mutating func fire(
        _ schedule: StoreContents.Schedule, _ job: ScheduledJob, reason: String, for time: Int64, at now: Timestamp
    ) -> Int64? {
        let request = JobRequest(
            kind: job.kind, arguments: job.arguments, maxAttempts: job.maxAttempts, priority: job.priority,
            unique: job.onConflict.map { JobUniqueness(key: "schedule \(schedule.name)", onConflict: $0) })
        guard case .success(let id) = enqueue(request, at: now) else { return nil }
        contents.firings.insert(.init(schedule: schedule.id, reason: reason, fireTime: time, job: id))
        return id
    }

    /// The counter that `trigger` counts by; nil where its dataset does not exist.
    private func counter(of trigger: ScheduleTrigger) -> Int64? {
        guard let name = trigger.dataset else { return 0 }
        return dataset(named: name)?.added
    }

    static func text(_ policy: MissedRuns) -> String {
        switch policy {
        case .skip: "skip"
        case .once: "once"
        case .all(let limit): "\(limit)"
        }
    }
}

extension StoreContents.Schedule {
    fileprivate mutating func set(_ trigger: ScheduleTrigger) {
        (seconds, anchor, dataset, count) = (nil, nil, nil, nil)
        switch trigger {
        case .interval(let seconds, let anchor): (self.seconds, self.anchor) = (seconds, anchor.microseconds)
        case .observations(let dataset, let count): (self.dataset, self.count) = (dataset, count)
        case .cron, .series, .drift, .unreadable: preconditionFailure("not simulated: \(trigger)")
        }
    }
}
