import LodeDomain
import LodeService
import LodeServiceTestSupport
import LodeStore
import Testing

@Suite struct JobServiceTests {
    private let fixture: ServiceFixture
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)

    init() throws { fixture = try ServiceFixture() }

    @Test func `a job's stream is over once its end was told, or where nothing is left to tell`() async throws {
        let (jobs, queue) = (fixture.jobs, fixture.queue)
        let job = try await jobs.submit(JobSubmission(kind: "probe", arguments: .object([:]))).id
        func isOver(after last: Int64, limit: Int = 500) async throws -> Bool {
            let told = try await jobs.changes(after: last, of: job, limit: limit)
            return try await jobs.isOver(job, told: told, after: told.last?.number ?? last, limit: limit)
        }
        #expect(try await isOver(after: 0) == false)
        let claimed = try #require(try await queue.claim(kinds: ["probe"], worker: "w", leaseSeconds: 20, at: now))
        let running = try await jobs.lastChange()
        #expect(try await isOver(after: running) == false)
        _ = try await queue.complete(claimed.lease, result: "{}", publishing: nil, at: now)
        let completed = try await jobs.lastChange()
        #expect(try await isOver(after: running))
        // As many as were asked for: there may be more.
        #expect(try await isOver(after: running, limit: 1) == false)
        #expect(try await isOver(after: completed))
        _ = try await jobs.retry(job)
        #expect(try await isOver(after: 0) == false)
        #expect(try await isOver(after: completed + 1) == false)
        _ = try await jobs.cancel(job)
        _ = try await queue.prune(finishedBefore: now.advanced(bySeconds: 1))
        #expect(try await isOver(after: 0))
    }
}
