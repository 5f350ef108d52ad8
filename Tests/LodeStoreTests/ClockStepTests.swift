import LodeDomain
import LodeStore
import Testing

@Suite struct ClockStepTests {
    private let machine = SimulatedMachine()

    private func claim(_ queue: SQLiteJobQueue, _ worker: String) async throws -> ClaimedJob? {
        try await queue.claim(kinds: ["train"], worker: worker, leaseSeconds: 20, at: machine.now)
    }

    private func twoQueues() async throws -> (StoreFixture, SQLiteJobQueue, SQLiteJobQueue) {
        let fixture = try await StoreFixture()
        return (
            fixture, SQLiteJobQueue(fixture.database, clock: machine.clock),
            SQLiteJobQueue(try LodeDatabase.open(at: fixture.path), clock: machine.clock)
        )
    }

    @Test(arguments: [3600, -3600] as [Int64])
    func `a live worker keeps its job, and a dead one's is claimed in time`(_ step: Int64) async throws {
        let (_, first, second) = try await twoQueues()
        let job = try await first.enqueue(JobRequest(kind: "train", arguments: "{}"), at: machine.now)
        let claimed = try #require(try await claim(first, "w1"))
        machine.pass(seconds: 5)
        machine.setClock(by: step)
        #expect(try await claim(second, "w2") == nil)
        let renewal = try await first.renew(
            claimed.lease, leaseSeconds: 20, progress: nil, curve: [], at: machine.now)
        #expect(renewal == .renewed(until: machine.now.advanced(bySeconds: 20)))
        machine.pass(seconds: 19)
        #expect(try await claim(second, "w2") == nil)
        machine.pass(seconds: 1)
        #expect(try await claim(second, "w2")?.job.id == job.id)
    }

    @Test(arguments: [3600, -3600] as [Int64])
    func `a retry waits its delay, whatever the clock says`(_ step: Int64) async throws {
        let (_, first, second) = try await twoQueues()
        _ = try await first.enqueue(JobRequest(kind: "train", arguments: "{}"), at: machine.now)
        let claimed = try #require(try await claim(first, "w1"))
        try await first.fail(
            claimed.lease, code: "c", message: "", retryAt: machine.now.advanced(bySeconds: 60), at: machine.now)
        machine.setClock(by: step)
        #expect(try await claim(second, "w2") == nil)
        machine.pass(seconds: 59)
        #expect(try await claim(second, "w2") == nil)
        machine.pass(seconds: 1)
        #expect(try await claim(second, "w2") != nil)
    }

    @Test(arguments: [3600, -3600] as [Int64])
    func `a retry that is noted after the clock was set waits its delay too`(_ step: Int64) async throws {
        let (_, first, second) = try await twoQueues()
        _ = try await first.enqueue(JobRequest(kind: "train", arguments: "{}"), at: machine.now)
        let claimed = try #require(try await claim(first, "w1"))
        machine.setClock(by: step)
        try await first.fail(
            claimed.lease, code: "c", message: "", retryAt: machine.now.advanced(bySeconds: 60), at: machine.now)
        machine.pass(seconds: 59)
        #expect(try await claim(second, "w2") == nil)
        machine.pass(seconds: 1)
        #expect(try await claim(second, "w2") != nil)
    }

    @Test func `what is enqueued goes on at once after the clock was set back`() async throws {
        let (_, first, second) = try await twoQueues()
        _ = try await first.enqueue(JobRequest(kind: "train", arguments: "{}"), at: machine.now)
        machine.setClock(by: -3600)
        #expect(try await claim(second, "w2") != nil)
    }

    @Test func `after a restart of the machine no lease holds`() async throws {
        let (_, first, second) = try await twoQueues()
        _ = try await first.enqueue(JobRequest(kind: "train", arguments: "{}"), at: machine.now)
        _ = try #require(try await claim(first, "w1"))
        machine.pass(seconds: 2)
        machine.restart()
        let again = try #require(try await claim(second, "w2"))
        #expect(again.job.failures.map(\.code) == ["lease-expired"])
    }
}
