import Glibc
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

/// Dies as `kill -9` does.
private func killThisProcess() {
    kill(getpid(), SIGKILL)
    while true { pause() }
}

@Suite struct CrashTests {
    @Test func `what was acknowledged survives a kill, and nothing is half-written`() async throws {
        let fixture = try await StoreFixture()
        let path = fixture.path
        try fixture.database.close()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = SQLiteDatasetStore(try LodeDatabase.open(at: path), now: { Timestamp(microseconds: 0) })
            let dataset = try #require(try await store.dataset(named: "co2")).id
            for body in 0..<5 {
                _ = try await store.write((0..<100).map { row("a\(body)", Double($0), "x", 1) }, to: dataset)
            }
            // Under way when the process dies: wholly there or not at all.
            let unacknowledged = (0..<200_000).map { row("b", Double($0), "x", 1) }
            Task { try await store.write(unacknowledged, to: dataset) }
            while try await store.summary(of: dataset).seriesCount < 5 { await Task.yield() }
            killThisProcess()
        }
        let store = try fixture.reopened()
        let series = try await store.series(of: fixture.dataset.id, after: nil, limit: 10)
        #expect(series.prefix(5).map(\.name) == (0..<5).map { "a\($0)" })
        #expect(series.prefix(5).allSatisfy { $0.observationCount == 100 })
        #expect(series.dropFirst(5).allSatisfy { $0.observationCount == 200_000 })
    }

    @Test func `a job of a killed worker is claimed by another, and published once`() async throws {
        let fixture = try await StoreFixture()
        let path = fixture.path
        let start = Timestamp(microseconds: 0)
        let queue = SQLiteJobQueue(fixture.database)
        let job = try await queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: start)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let queue = SQLiteJobQueue(try LodeDatabase.open(at: path))
            let claimed = try #require(
                try await queue.claim(
                    kinds: ["train"], worker: "dead", leaseSeconds: 20, at: Timestamp(microseconds: 0)))
            try await queue.saveSnapshot([42], under: claimed.lease, at: Timestamp(microseconds: 1))
            killThisProcess()
        }
        let claimed = try #require(
            try await queue.claim(
                kinds: ["train"], worker: "alive", leaseSeconds: 20, at: start.advanced(bySeconds: 20)))
        #expect(claimed.job.id == job.id)
        #expect(claimed.snapshot == [42])
        let draft = ModelVersionDraft(
            dataset: fixture.dataset.id, watermark: DataWatermark(revision: 0), metadata: "{}", weights: [1])
        _ = try await queue.complete(claimed.lease, result: "{}", publishing: draft, at: start)
        #expect(try await SQLiteModelRegistry(fixture.database).versions(of: fixture.dataset.id).count == 1)
    }

    @Test func `a writer lock of a killed process is free`() async throws {
        let fixture = try await StoreFixture(options: .init(busyTimeout: 1))
        let path = fixture.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let lock = try WriterLock(path: path + "-lock", databasePath: path)
            try lock.withLock(timeout: 1) { killThisProcess() }
        }
        _ = try await fixture.store.write([row("a", 1, "x", 1)], to: fixture.dataset.id)
    }
}
