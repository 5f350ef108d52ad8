import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct QueueRaceTests {
    private let start = Timestamp(microseconds: 0)

    @Test func `workers on two openings of the file never claim the same job`() async throws {
        let fixture = try await StoreFixture()
        let queues = [
            SQLiteJobQueue(fixture.database), SQLiteJobQueue(try LodeDatabase.open(at: fixture.path)),
        ]
        let jobCount = 100
        for _ in 0..<jobCount {
            _ = try await queues[0].enqueue(JobRequest(kind: "noop", arguments: "{}"), at: start)
        }
        let claims = try await withThrowingTaskGroup(of: [Identifier<Job>].self) { group in
            for worker in 0..<8 {
                group.addTask { try await drain(queues[worker % 2], worker: "w\(worker)") }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claims.count == jobCount)
        #expect(Set(claims).count == jobCount)
        #expect(try await queues[0].jobs(in: [.completed], limit: 1000).count == jobCount)
    }

    private func drain(_ queue: SQLiteJobQueue, worker: String) async throws -> [Identifier<Job>] {
        var done: [Identifier<Job>] = []
        while let claimed = try await queue.claim(
            kinds: ["noop"], worker: worker, leaseSeconds: 20, at: start)
        {
            _ = try await queue.complete(claimed.lease, result: "{}", publishing: nil, at: start)
            done.append(claimed.job.id)
        }
        return done
    }

    @Test func `a model of a deleted dataset leaves the job running`() async throws {
        let fixture = try await StoreFixture()
        let queue = SQLiteJobQueue(fixture.database)
        _ = try await queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: start)
        let claimed = try #require(
            try await queue.claim(kinds: ["train"], worker: "w", leaseSeconds: 20, at: start))
        let gone = Identifier<Dataset>(rawValue: 99)
        let draft = ModelVersionDraft(
            dataset: gone, watermark: DataWatermark(revision: 0), metadata: "{}", weights: [1])
        await #expect(throws: StoreError.datasetNotFound(gone)) {
            try await queue.complete(claimed.lease, result: "{}", publishing: draft, at: start)
        }
        #expect(try await queue.job(claimed.job.id) == claimed.job)
    }

    @Test func `arguments that are no JSON are refused`() async throws {
        let fixture = try await StoreFixture()
        await #expect(throws: StoreError.self) {
            try await SQLiteJobQueue(fixture.database)
                .enqueue(JobRequest(kind: "train", arguments: "{"), at: start)
        }
    }
}
