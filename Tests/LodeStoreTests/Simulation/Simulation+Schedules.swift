import LodeDomain
import LodeJobs

extension Simulation {
    mutating func createSchedule() async {
        let name = choose(Self.scheduleNames) ?? ""
        let trigger = trigger()
        count += 1
        let job = ScheduledJob(
            kind: choose(Self.kinds) ?? "", arguments: #"{"number":\#(count)}"#,
            maxAttempts: Int.random(in: 1...3, using: &random),
            // `reject` would refuse the firing; the commands do not offer it.
            onConflict: chance(50) ? choose([.returnExisting, .rerunAfter, .replaceArguments]) : nil)
        let draft = ScheduleDraft(
            name: name, trigger: trigger, job: job, missedRuns: choose([.skip, .once, .all(limit: 3)]) ?? .once,
            isPaused: chance(10), nextFireAt: firstTime(of: trigger))
        let store = anyProcess().schedules
        let now = machine.now
        let answer = await answer { () async throws(StoreError) in _ = try await store.create(draft, at: now) }
        check("create schedule \(name) \(trigger)", answer, expected: text(ledger.create(draft, at: now)))
        await readSchedule(name)
    }

    private mutating func trigger() -> ScheduleTrigger {
        if chance(60) {
            return .interval(seconds: Double(choose([1, 7, 30, 90, 600]) ?? 7), anchor: machine.now)
        }
        return .observations(dataset: choose(Self.datasetNames) ?? "", count: Int64.random(in: 1...6, using: &random))
    }

    /// As the service reckons it: the first time after now.
    private func firstTime(of trigger: ScheduleTrigger) -> Timestamp? {
        guard case .interval(let seconds, let anchor) = trigger else { return nil }
        let step = Int64(seconds * 1e6)
        let passed = machine.now.microseconds - anchor.microseconds
        let steps = Int64((Double(passed) / Double(step)).rounded(.down)) + 1
        return Timestamp(microseconds: anchor.microseconds + steps * step)
    }

    private mutating func readSchedule(_ name: String) async {
        do throws(StoreError) {
            guard let read = try await anyProcess().schedules.schedule(named: name) else { return }
            readSchedules.append(read)
            if readSchedules.count > 4 { readSchedules.removeFirst() }
        } catch {
            fault("schedule \(name) cannot be read: \(error)")
        }
    }

    mutating func editSchedule() async {
        if chance(70) { await readSchedule(choose(Self.scheduleNames) ?? "") }
        guard let old = choose(readSchedules) else { return }
        var new = old
        if chance(50) { new.trigger = trigger() }
        new.isPaused = chance(40)
        if new.trigger != old.trigger || old.isPaused && !new.isPaused { new.nextFireAt = firstTime(of: new.trigger) }
        let wanted = new
        let store = anyProcess().schedules
        let now = machine.now
        let answer = await answer({ () async throws(StoreError) in
            try await store.replaceIfUnchanged(wanted, at: now)
        }) { $0 == nil ? "overtaken" : "done" }
        let expected =
            switch ledger.replace(old, with: new.trigger, isPaused: new.isPaused, nextFireAt: new.nextFireAt, at: now) {
            case .success(let changed): changed ? "done" : "overtaken"
            case .failure(let error): "\(error)"
            }
        check("edit schedule \(old.name): \(new.trigger), paused \(new.isPaused)", answer, expected: expected)
    }

    mutating func deleteOrRunSchedule() async {
        let name = choose(Self.scheduleNames) ?? ""
        let store = anyProcess().schedules
        let now = machine.now
        if chance(50) {
            let answer = await answer({ () async throws(StoreError) in try await store.deleteSchedule(named: name) }) {
                "\($0)"
            }
            check("delete schedule \(name)", answer, expected: "\(ledger.deleteSchedule(named: name))")
            return
        }
        await readSchedule(name)
        let answer = await answer({ () async throws(StoreError) in try await store.runNow(name, at: now) }) {
            $0.map { "job \($0.id.rawValue)" } ?? "none"
        }
        let job = readSchedules.last { $0.name == name }?.job
        let expected = job.flatMap { ledger.runNow(name, $0, at: now) }
        check("run schedule \(name)", answer, expected: expected.map { "job \($0)" } ?? "none")
    }

    /// A scheduler looks for what is due; what it does about it may come much later.
    mutating func look() async {
        let index = Int.random(in: 0..<processes.count, using: &random)
        let store = processes[index].schedules
        let now = machine.now
        var seen: [DueSchedule] = []
        let answer: String
        do throws(StoreError) {
            seen = try await store.due(at: now)
            answer = "\(seen.map(\.schedule.id.rawValue))"
        } catch {
            answer = "\(error)"
        }
        check("process \(index) looks for schedules", answer, expected: "\(ledger.due(at: now))")
        processes[index].seen = seen.compactMap { due in
            guard let schedule = ledger.contents.schedules[due.schedule.id.rawValue] else { return nil }
            let growth = schedule.dataset.flatMap { ledger.dataset(named: $0)?.added }
            let ledgers = Ledger.Due(
                schedule: schedule, job: due.schedule.job, missedRuns: due.schedule.missedRuns, growth: growth)
            return (due, ledgers)
        }
    }

    mutating func fire() async {
        if chance(50) { await look() }
        let index = Int.random(in: 0..<processes.count, using: &random)
        let seen = processes[index].seen
        let now = machine.now
        let scheduler = Scheduler(
            store: ScheduleStoreAsSeen(base: processes[index].schedules, seen: seen.map(\.due)), pollSeconds: 1,
            now: { now }, wait: { _ in }, onEvent: { _ in })
        let answer = await answer({ () async throws(StoreError) in try await scheduler.fireDue() }) {
            "\($0.map(\.id.rawValue))"
        }
        var expected: [Int64] = []
        for due in seen { expected += ledger.fire(due.ledger, at: now) }
        check("process \(index) fires", answer, expected: "\(expected)")
        // A process that was held up may come to the same again.
        if chance(70) { processes[index].seen = [] }
    }
}

/// A store in which a scheduler finds due what it saw before.
struct ScheduleStoreAsSeen: ScheduleStore {
    var base: any ScheduleStore
    var seen: [DueSchedule]

    func due(at now: Timestamp) async throws(StoreError) -> [DueSchedule] { seen }

    func create(_ draft: ScheduleDraft, at now: Timestamp) async throws(StoreError) -> Schedule {
        try await base.create(draft, at: now)
    }

    func schedules() async throws(StoreError) -> [Schedule] { try await base.schedules() }

    func schedule(named name: String) async throws(StoreError) -> Schedule? { try await base.schedule(named: name) }

    func replaceIfUnchanged(_ schedule: Schedule, at now: Timestamp) async throws(StoreError) -> Schedule? {
        try await base.replaceIfUnchanged(schedule, at: now)
    }

    func deleteSchedule(named name: String) async throws(StoreError) -> Bool {
        try await base.deleteSchedule(named: name)
    }

    func fireIfUnchanged(
        _ schedule: Schedule, _ outcome: ScheduleOutcome, at now: Timestamp
    ) async throws(StoreError) -> [Job]? {
        try await base.fireIfUnchanged(schedule, outcome, at: now)
    }

    func runNow(_ name: String, at now: Timestamp) async throws(StoreError) -> Job? {
        try await base.runNow(name, at: now)
    }

    func firings(of schedule: Identifier<Schedule>, limit: Int) async throws(StoreError) -> [ScheduleFiring] {
        try await base.firings(of: schedule, limit: limit)
    }
}
