import LodeDomain
import LodeJobs
import Testing

private let hourly = ScheduleTrigger.interval(seconds: 3600, anchor: at(0))

extension ScheduleContract {
    static let keeping: [ScheduleContract] = [
        ScheduleContract("a schedule is kept as it was made, under a name of its own") { subject in
            let triggers: [ScheduleTrigger] = [
                .cron(expression: "0 3 * * *", timeZone: "Europe/Zurich"), hourly,
                .observations(dataset: "d", count: 7), .series(dataset: "d", count: 2),
                .drift(DriftWatch(dataset: "d", model: "d@production", drop: 0.5, count: 100)),
            ]
            for trigger in triggers {
                let made = try await subject.create(trigger, missedRuns: .all(limit: 3), nextFireAt: at(5))
                #expect(made.trigger == trigger)
                #expect(made.missedRuns == .all(limit: 3))
                #expect(made.nextFireAt == at(5))
                #expect(made.createdAt == at(0))
                #expect(try await subject.store.schedule(named: "s") == made)
                #expect(try await subject.store.schedules() == [made])
                await #expect(throws: StoreError.scheduleExists("s")) { try await subject.create(trigger) }
                #expect(try await subject.store.deleteSchedule(named: "s"))
                #expect(try await subject.store.deleteSchedule(named: "s") == false)
                #expect(try await subject.store.schedules().isEmpty)
            }
            await #expect(throws: StoreError.datasetUnknown("none")) {
                try await subject.create(.observations(dataset: "none", count: 1))
            }
        },
        ScheduleContract("a change is made only where nobody was faster") { subject in
            let made = try await subject.create(hourly, nextFireAt: at(3600))
            var first = made
            first.missedRuns = .skip
            var second = made
            second.isPaused = true
            let stored = try #require(try await subject.store.replaceIfUnchanged(first, at: at(1)))
            #expect(stored.missedRuns == .skip)
            let refused = try await subject.store.replaceIfUnchanged(second, at: at(1))
            #expect(refused == nil)
            #expect(try await subject.store.schedule(named: "s") == stored)
        },
        ScheduleContract("a person can run it at once, paused or not") { subject in
            _ = try await subject.create(hourly, nextFireAt: at(3600), isPaused: true)
            for _ in 0..<2 {
                let job = try #require(try await subject.store.runNow("s", at: at(10)))
                #expect(job.kind == "train")
                #expect(job.queue == "gpu")
                #expect(job.priority == 2)
                #expect(job.tags == ["nightly"])
            }
            let schedule = try #require(try await subject.store.schedule(named: "s"))
            #expect(schedule.lastFiredAt == at(10))
            #expect(schedule.nextFireAt == at(3600))
            let firings = try await subject.store.firings(of: schedule.id, limit: 10)
            #expect(firings.map(\.reason) == [.manual, .manual])
            let missing = try await subject.store.runNow("none", at: at(10))
            #expect(missing == nil)
        },
    ]

    static let byTime: [ScheduleContract] = [
        ScheduleContract("however many look at once, a fire time gives one job") { subject in
            let made = try await subject.create(hourly, nextFireAt: at(3600))
            #expect(try await subject.fire(at: at(3599.9)).isEmpty)
            let jobs = try await withThrowingTaskGroup(of: [Job].self) { group in
                for _ in 0..<16 { group.addTask { try await subject.fire(at: at(3600)) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(jobs.count == 1)
            #expect(try await subject.queue.jobs(in: [], limit: 100).count == 1)
            #expect(jobs.first?.metadata == #"{"fireTime":\#(at(3600).microseconds),"schedule":"s"}"#)
            #expect(try await subject.store.schedule(named: "s")?.nextFireAt == at(7200))
            let firings = try await subject.store.firings(of: made.id, limit: 10)
            #expect(
                firings == [
                    ScheduleFiring(
                        reason: .time, fireTime: at(3600), firedAt: at(3600), job: try #require(jobs.first).id)
                ])
        },
        ScheduleContract("a fire time never gives a second job, not even where the schedule is set back") { subject in
            let made = try await subject.create(hourly, nextFireAt: at(3600))
            #expect(try await subject.fire(at: at(3600)).count == 1)
            var back = try #require(try await subject.store.schedule(named: made.name))
            back.nextFireAt = at(3600)
            _ = try await subject.store.replaceIfUnchanged(back, at: at(3601))
            #expect(try await subject.fire(at: at(3602)).isEmpty)
            #expect(try await subject.store.schedule(named: "s")?.nextFireAt == at(7200))
        },
        ScheduleContract("a fire time that was reckoned while the clock was far ahead is reckoned anew") { subject in
            let ahead = 10_000.0 * 3600
            for trigger in [hourly, .cron(expression: "0 * * * *", timeZone: "UTC")] {
                let made = try await subject.create(trigger, missedRuns: .skip, nextFireAt: at(3600))
                _ = try await subject.fire(at: at(ahead + 100))
                let far = try #require(try await subject.store.schedule(named: "s")?.nextFireAt)
                #expect(far > at(ahead))
                // The clock is right again.
                #expect(try await subject.fire(at: at(100)).isEmpty)
                let next = try #require(try await subject.store.schedule(named: "s")?.nextFireAt)
                #expect(next > at(100) && next <= at(3700))
                #expect(try await subject.fire(at: next).count == 1)
                #expect(try await subject.store.firings(of: made.id, limit: 10).count == 1)
                _ = try await subject.store.deleteSchedule(named: "s")
            }
        },
        ScheduleContract("an interval that was made while the clock was ahead goes on after") { subject in
            let ahead = ScheduleTrigger.interval(seconds: 3600, anchor: at(1e7))
            _ = try await subject.store.create(
                ScheduleDraft(
                    name: "s", trigger: ahead, job: ScheduledJob(kind: "train", arguments: "{}"),
                    nextFireAt: at(1e7 + 3600)), at: at(1e7))
            #expect(try await subject.fire(at: at(100)).isEmpty)
            let next = try #require(try await subject.store.schedule(named: "s")?.nextFireAt)
            #expect(next > at(100) && next <= at(3700))
        },
        ScheduleContract("missed runs are skipped, made up for once, or all up to a limit") { subject in
            let expected: [(policy: MissedRuns, hours: [Double])] = [
                (.skip, []), (.once, [10]), (.all(limit: 3), [8, 9, 10]), (.all(limit: 100), (1...10).map(Double.init)),
            ]
            for (policy, hours) in expected {
                let made = try await subject.create(hourly, missedRuns: policy, nextFireAt: at(3600))
                _ = try await subject.fire(at: at(10.5 * 3600))
                let firings = try await subject.store.firings(of: made.id, limit: 100)
                #expect(firings.reversed().map(\.fireTime) == hours.map { at($0 * 3600) }, "\(policy)")
                #expect(try await subject.store.schedule(named: "s")?.nextFireAt == at(11 * 3600))
                _ = try await subject.store.deleteSchedule(named: "s")
            }
        },
        ScheduleContract("a fire time of the last minute is never missed") { subject in
            _ = try await subject.create(hourly, missedRuns: .skip, nextFireAt: at(3600))
            #expect(try await subject.fire(at: at(3659)).count == 1)
        },
        ScheduleContract("a paused schedule does not fire") { subject in
            var made = try await subject.create(hourly, nextFireAt: at(3600))
            made.isPaused = true
            let paused = try #require(try await subject.store.replaceIfUnchanged(made, at: at(1)))
            #expect(try await subject.fire(at: at(3600)).isEmpty)
            let outcome = ScheduleOutcome(reason: .time, fireTimes: [at(3600)], nextFireAt: nil, countedFrom: 0)
            let refused = try await subject.store.fireIfUnchanged(paused, outcome, at: at(3600))
            #expect(refused == nil)
        },
        ScheduleContract("the job of an earlier firing that is unfinished is met as the schedule says") { subject in
            let made = try await subject.create(hourly, nextFireAt: at(3600), onConflict: .returnExisting)
            let first = try await subject.fire(at: at(3600))
            let second = try await subject.fire(at: at(7200))
            #expect(first.map(\.id) == second.map(\.id))
            #expect(try await subject.store.firings(of: made.id, limit: 10).count == 2)
            #expect(try await subject.queue.jobs(in: [], limit: 10).count == 1)
        },
        ScheduleContract("a trigger that cannot be read says why and fires no more") { subject in
            _ = try await subject.create(.cron(expression: "nonsense", timeZone: "UTC"), nextFireAt: at(10))
            #expect(try await subject.fire(at: at(10)).isEmpty)
            let schedule = try #require(try await subject.store.schedule(named: "s"))
            #expect(schedule.nextFireAt == nil)
            #expect(schedule.problem?.contains("minute") == true)
        },
    ]

    static let byData: [ScheduleContract] = [
        ScheduleContract("a count of new observations fires each time it is reached, from where it was made") {
            subject in
            try await subject.grow(50)
            _ = try await subject.create(.observations(dataset: "d", count: 10))
            #expect(try await subject.fire(at: at(1)).isEmpty)
            try await subject.grow(9)
            #expect(try await subject.fire(at: at(2)).isEmpty)
            try await subject.grow(4)
            #expect(try await subject.fire(at: at(3)).count == 1)
            #expect(try await subject.fire(at: at(4)).isEmpty)
            try await subject.grow(9)
            #expect(try await subject.fire(at: at(5)).isEmpty)
            try await subject.grow(1)
            #expect(try await subject.fire(at: at(6)).count == 1)
        },
        ScheduleContract("new series are counted apart from observations") { subject in
            _ = try await subject.create(.series(dataset: "d", count: 2))
            try await subject.grow(100)
            #expect(try await subject.fire(at: at(1)).isEmpty)
            try await subject.grow(1)
            #expect(try await subject.fire(at: at(2)).count == 1)
        },
        ScheduleContract("what came in while it was paused does not count") { subject in
            var made = try await subject.create(.observations(dataset: "d", count: 10))
            made.isPaused = true
            var paused = try #require(try await subject.store.replaceIfUnchanged(made, at: at(1)))
            try await subject.grow(100)
            #expect(try await subject.fire(at: at(2)).isEmpty)
            paused.isPaused = false
            _ = try await subject.store.replaceIfUnchanged(paused, at: at(3))
            #expect(try await subject.fire(at: at(4)).isEmpty)
            try await subject.grow(10)
            #expect(try await subject.fire(at: at(5)).count == 1)
        },
        ScheduleContract("without its dataset it says so, and goes on with a new one of the name") { subject in
            _ = try await subject.create(.observations(dataset: "d", count: 10))
            try await subject.deleteDataset()
            #expect(try await subject.fire(at: at(1)).isEmpty)
            let orphan = try #require(try await subject.store.schedule(named: "s"))
            #expect(orphan.problem?.contains("no dataset “d” any more") == true)
            let due = try await subject.store.due(at: at(2))
            #expect(due.isEmpty)
            try await subject.grow(10)
            #expect(try await subject.fire(at: at(3)).count == 1)
            #expect(try await subject.store.schedule(named: "s")?.problem == nil)
        },
        ScheduleContract("a drift trigger enqueues a check in place of its job") { subject in
            try await subject.grow(3)
            _ = try await subject.create(.drift(DriftWatch(dataset: "d", model: "d@production", drop: 0.5, count: 5)))
            try await subject.grow(4)
            #expect(try await subject.fire(at: at(1)).isEmpty)
            try await subject.grow(3)
            let jobs = try await subject.fire(at: at(2))
            #expect(jobs.map(\.kind) == [Scheduler.driftCheckKind])
            #expect(jobs.first?.queue == "gpu")
            let arguments = #"{"drop":0.5,"model":"d@production","newObservations":7,"newSeries":2,"schedule":"s"}"#
            #expect(jobs.first?.arguments == arguments)
            // What comes in before that look is begun is looked at in its place.
            try await subject.grow(6)
            let again = try await subject.fire(at: at(3))
            #expect(again.map(\.id) == jobs.map(\.id))
            #expect(again.first?.arguments.contains(#""newObservations":6,"newSeries":1"#) == true)
        },
    ]
}
