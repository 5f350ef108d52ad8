public import LodeDomain

/// Fires schedules whose time has come.
///
/// Any number may run, in any processes: ``ScheduleStore/fireIfUnchanged(_:_:at:)`` lets each firing happen once, so there is
/// no leader to elect or to lose. Time and waiting come from outside.
public struct Scheduler: Sendable {
    /// The kind of the jobs that look whether a model still fits the newest observations.
    public static let driftCheckKind = "drift"

    private let store: any ScheduleStore
    private let pollSeconds: Double
    private let now: Now
    private let wait: JobProcessor.Wait
    private let onEvent: @Sendable (Event) -> Void

    /// What a scheduler did.
    public enum Event: Hashable, Sendable {
        /// A schedule fired and these jobs were enqueued.
        case fired(schedule: String, jobs: [Identifier<Job>])
        /// A schedule cannot fire, and says why from now on.
        case cannotFire(schedule: String, problem: String)
        /// The store refused a call; it will be tried again.
        case storeUnavailable(StoreError)
    }

    /// A scheduler that looks every `pollSeconds`.
    public init(
        store: any ScheduleStore, pollSeconds: Double, now: @escaping Now, wait: @escaping JobProcessor.Wait,
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        self.store = store
        self.pollSeconds = pollSeconds
        self.now = now
        self.wait = wait
        self.onEvent = onEvent
    }

    /// Looks again and again until the task is cancelled.
    ///
    /// Throws a ``StoreError`` that waiting does not mend.
    public func run() async throws {
        while !Task.isCancelled {
            do throws(StoreError) {
                _ = try await fireDue()
            } catch  where error.mayPass {
                onEvent(.storeUnavailable(error))
            }
            do {
                try await wait(pollSeconds)
            } catch is CancellationError {
                return
            }
        }
    }

    /// Fires what is due now; the jobs that were enqueued.
    public func fireDue() async throws(StoreError) -> [Job] {
        var enqueued: [Job] = []
        for due in try await store.due(at: now()) {
            let moment = now()
            let outcome = Self.outcome(of: due, at: moment)
            guard outcome.problem == nil || outcome.problem != due.schedule.problem else { continue }
            guard let jobs = try await store.fireIfUnchanged(due.schedule, outcome, at: moment) else { continue }
            if let problem = outcome.problem {
                onEvent(.cannotFire(schedule: due.schedule.name, problem: problem))
            }
            guard !jobs.isEmpty else { continue }
            onEvent(.fired(schedule: due.schedule.name, jobs: jobs.map(\.id)))
            enqueued += jobs
        }
        return enqueued
    }

    /// What is to be done for a schedule that is due.
    static func outcome(of due: DueSchedule, at now: Timestamp) -> ScheduleOutcome {
        let schedule = due.schedule
        do throws(ScheduleFault) {
            if let times = try FireTimes(schedule.trigger) { return timeOutcome(schedule, times, at: now) }
        } catch {
            return ScheduleOutcome(
                reason: .time, fireTimes: [], nextFireAt: nil, countedFrom: schedule.countedFrom,
                problem: error.message)
        }
        guard let growth = due.growth else {
            let name = schedule.trigger.dataset ?? ""
            return ScheduleOutcome(
                reason: .data, fireTimes: [], nextFireAt: nil, countedFrom: 0,
                problem: "There is no dataset “\(name)” any more. Ingest it again, or delete the schedule.")
        }
        let count = growth.count(for: schedule.trigger)
        guard count - schedule.countedFrom >= schedule.trigger.threshold else {
            // A dataset of that name was made anew, whose counter begins at 0, or is there again.
            return ScheduleOutcome(
                reason: .data, fireTimes: [], nextFireAt: nil,
                countedFrom: count < schedule.countedFrom ? 0 : schedule.countedFrom,
                seriesCountedFrom: min(growth.series, schedule.seriesCountedFrom))
        }
        var check: ScheduledJob?
        if case .drift(let watch) = schedule.trigger {
            check = driftCheck(
                watch, of: schedule, observations: count - schedule.countedFrom,
                series: max(growth.series - schedule.seriesCountedFrom, 0))
        }
        return ScheduleOutcome(
            reason: .data, fireTimes: [now], nextFireAt: nil, countedFrom: count, seriesCountedFrom: growth.series,
            job: check)
    }

    /// The job that looks at what came in; one that waits already looks at this instead, which is newer.
    private static func driftCheck(
        _ watch: DriftWatch, of schedule: Schedule, observations: Int64, series: Int64
    ) -> ScheduledJob {
        ScheduledJob(
            kind: driftCheckKind,
            // Names of schedules and models need no escapes.
            arguments: """
                {"drop":\(watch.drop),"model":"\(watch.model)","newObservations":\(observations),"newSeries":\(series),\
                "schedule":"\(schedule.name)"}
                """,
            queue: schedule.job.queue, priority: schedule.job.priority, onConflict: .replaceArguments)
    }

    private static func timeOutcome(
        _ schedule: Schedule, _ times: FireTimes, at now: Timestamp
    ) -> ScheduleOutcome {
        guard let first = schedule.nextFireAt else {
            return ScheduleOutcome(reason: .time, fireTimes: [], nextFireAt: times.next(after: now), countedFrom: 0)
        }
        let limit = if case .all(let limit) = schedule.missedRuns { limit } else { 1 }
        var due = first <= now ? times.latest(limit, from: first, to: now) : []
        if schedule.missedRuns == .skip { due.removeAll { now.seconds(since: $0) > FireTimes.graceSeconds } }
        return ScheduleOutcome(
            reason: .time, fireTimes: due, nextFireAt: times.next(after: now), countedFrom: 0)
    }
}

extension ScheduleTrigger {
    /// How much a data trigger waits for.
    var threshold: Int64 {
        switch self {
        case .cron, .interval, .unreadable: 0
        case .observations(_, let count), .series(_, let count): count
        case .drift(let watch): watch.count
        }
    }
}
