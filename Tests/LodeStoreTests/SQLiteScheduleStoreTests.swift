import GRDB
import LodeDomain
import LodeJobs
import LodeStore
import LodeTestSupport
import Synchronization
import Testing

@Suite struct SQLiteScheduleStoreTests {
    @Test(arguments: ScheduleContract.all)
    func `keeps the contract of a schedule store`(_ contract: ScheduleContract) async throws {
        let folder = try TemporaryFolder()
        let database = try LodeDatabase.create(at: folder.path("schedules.db"))
        let datasets = SQLiteDatasetStore(database, now: { Timestamp(microseconds: 0) })
        _ = try await datasets.createDataset(named: "d", timeAxis: .numeric(unit: nil))
        let seriesCount = Race()
        try await contract.check(
            ScheduleContract.Subject(
                store: SQLiteScheduleStore(database), queue: SQLiteJobQueue(database),
                grow: { count in
                    let series = seriesCount.next()
                    let dataset = try await datasets.createDataset(named: "d", timeAxis: .numeric(unit: nil))
                    let rows = (0..<count).map { row("s\(series)", Double($0), "x", 1) }
                    _ = try await datasets.write(rows, to: dataset.id)
                },
                deleteDataset: {
                    let dataset = try #require(try await datasets.dataset(named: "d"))
                    try await datasets.delete(dataset.id)
                }))
    }

    @Test(arguments: ["job = '{}'", "missed_runs = 'sometimes'", "expression = NULL", "kind = 'observations'"])
    func `a row that cannot be read says so, and holds up no other schedule`(damage: String) async throws {
        let fixture = try await StoreFixture()
        let store = SQLiteScheduleStore(fixture.database)
        let start = Timestamp(microseconds: 0)
        for name in ["sound", "spoilt"] {
            _ = try await store.create(
                ScheduleDraft(
                    name: name, trigger: .cron(expression: "* * * * *", timeZone: "UTC"),
                    job: ScheduledJob(kind: "train", arguments: "{}"), nextFireAt: start), at: start)
        }
        try await DatabaseQueue(path: fixture.path).write { db in
            try db.execute(sql: "UPDATE schedule SET \(damage) WHERE name = 'spoilt'")
        }
        let events = Mutex<[Scheduler.Event]>([])
        let scheduler = Scheduler(
            store: store, pollSeconds: 1, now: { start }, wait: { _ in },
            onEvent: { event in events.withLock { $0.append(event) } })
        for _ in 0..<3 { _ = try await scheduler.fireDue() }
        let seen = events.withLock { $0 }
        #expect(seen.count == 2)
        #expect(seen.contains { if case .fired("sound", _) = $0 { true } else { false } })
        #expect(seen.contains { if case .cannotFire("spoilt", _) = $0 { true } else { false } })
        let listed = try await store.schedules()
        #expect(listed.map(\.name) == ["sound", "spoilt"])
        #expect(listed.map(\.trigger.isReadable) == [true, false])
        #expect(listed[1].problem?.contains("delete it and make it anew") == true)
        await #expect(throws: StoreError.self) { try await store.runNow("spoilt", at: start) }
        #expect(try await store.deleteSchedule(named: "spoilt"))
    }

    /// Eight openings of the file look, as eight processes would, while two write.
    @Test func `a count reached under concurrent ingest fires once each time`() async throws {
        let fixture = try await StoreFixture()
        let store = SQLiteScheduleStore(fixture.database)
        let made = try await store.create(
            ScheduleDraft(
                name: "fresh", trigger: .observations(dataset: "co2", count: 1000),
                job: ScheduledJob(kind: "train", arguments: "{}"), nextFireAt: nil), at: Timestamp(microseconds: 0))
        let clock = Race()
        let isOver = Race()
        let now: Now = { Timestamp(microseconds: Int64(clock.next())) }
        let path = fixture.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                let scheduler = Scheduler(
                    store: SQLiteScheduleStore(try LodeDatabase.open(at: path)), pollSeconds: 1, now: now,
                    wait: { _ in }, onEvent: { _ in })
                group.addTask {
                    while isOver.count == 0 { _ = try await scheduler.fireDue() }
                    _ = try await scheduler.fireDue()
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { writers in
                for writer in 0..<2 {
                    let datasets = try fixture.reopened()
                    writers.addTask {
                        for batch in 0..<25 {
                            let rows = (0..<100).map { row("w\(writer)", Double(batch * 100 + $0), "x", 1) }
                            _ = try await datasets.write(rows, to: fixture.dataset.id)
                        }
                    }
                }
                try await writers.waitForAll()
            }
            _ = isOver.next()
            try await group.waitForAll()
        }
        // 5000 observations came in; a firing takes all that are there, so between one and five happen, never one twice.
        let jobs = try await SQLiteJobQueue(fixture.database).jobs(in: [], limit: 100)
        let firings = try await store.firings(of: made.id, limit: 100)
        #expect((1...5).contains(jobs.count))
        #expect(firings.count == jobs.count)
        #expect(Set(firings.map(\.job)).count == jobs.count)
        let left = try #require(try await store.schedule(named: "fresh"))
        #expect(left.countedFrom > 4000 && left.countedFrom <= 5000)
    }

    @Test func `a nightly schedule across both changes of clocks fires once a night, however many look`() async throws {
        let fixture = try await StoreFixture()
        let store = SQLiteScheduleStore(fixture.database)
        let zurich = ScheduleTrigger.cron(expression: "30 2 * * *", timeZone: "Europe/Zurich")
        // 2024-03-29T12:00Z and 2024-10-25T12:00Z; four days each.
        for (name, start) in [("spring", 1_711_713_600), ("autumn", 1_729_857_600)] {
            let begin = Timestamp(microseconds: Int64(start) * 1_000_000)
            let first = try #require(try FireTimes(zurich)?.next(after: begin))
            let made = try await store.create(
                ScheduleDraft(
                    name: name, trigger: zurich, job: ScheduledJob(kind: "train", arguments: "{}"), nextFireAt: first),
                at: begin)
            let openings = try (0..<4).map { _ in SQLiteScheduleStore(try LodeDatabase.open(at: fixture.path)) }
            for minute in stride(from: 0.0, to: 4 * 1440, by: 10) {
                let now = begin.advanced(bySeconds: minute * 60)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for opening in openings {
                        group.addTask {
                            _ = try await Scheduler(
                                store: opening, pollSeconds: 1, now: { now }, wait: { _ in }, onEvent: { _ in }
                            ).fireDue()
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let firings = try await store.firings(of: made.id, limit: 100)
            #expect(firings.count == 4)
            let gaps = zip(firings, firings.dropFirst()).map { $0.fireTime.seconds(since: $1.fireTime) / 3600 }
            #expect(gaps == (name == "spring" ? [24, 23.5, 23.5] : [24, 25, 24]))
        }
    }
}

/// A number that counts up, whoever asks.
private final class Race: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }

    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
