import Foundation
import LodeDomain
import LodeJobs
import LodeNumerics
import LodeService
import LodeWork
import Synchronization
import Testing

@Suite struct TuneHandlerTests {
    private static let waves = FixedDataset(
        channels: ["x"],
        series: (0..<20).map { number in
            let random = CounterRandom(seed: 31, stream: UInt64(number))
            let phase = 6 * random.uniform(0)
            return SeriesObservations(
                name: "wave-\(number)",
                points: (0..<12).map { index in
                    .init(
                        time: Double(index), channel: 0,
                        value: sin(Double(index) + phase) + 0.02 * random.normal(UInt64(50 + index)))
                })
        })

    /// A clock that goes on by a second each time it is looked at.
    private final class TickingClock: Sendable {
        private let ticks = Mutex<Int64>(0)
        func now() -> Timestamp {
            ticks.withLock {
                $0 += 1_000_000
                return Timestamp(microseconds: $0)
            }
        }
    }

    private func handler(_ clock: TickingClock, secondsBetweenSnapshots: Double = 1e9) -> TuneHandler {
        TuneHandler(
            training: TrainHandler(
                datasets: Self.waves, instructionSet: .best, threads: 1,
                secondsBetweenSnapshots: secondsBetweenSnapshots,
                now: { Timestamp(microseconds: 0) }), now: { clock.now() })
    }

    private func job(_ request: TuningRequest, snapshot: [UInt8]? = nil) throws -> ClaimedJob {
        let id = Identifier<Job>(rawValue: 3)
        let start = Timestamp(microseconds: 0)
        return ClaimedJob(
            job: Job(
                id: id, kind: "tune", arguments: String(decoding: try JSONEncoder().encode(request), as: UTF8.self),
                state: .running, attempt: 1, maxAttempts: 5, progress: nil, result: nil, failures: [],
                createdAt: start, availableAt: start, attemptedAt: start, finishedAt: nil),
            lease: Lease(job: id, fencingToken: 1, expiresAt: start), snapshot: snapshot)
    }

    private struct Result: Decodable {
        struct Trial: Decodable {
            var number: Int
            var request: TrainingRequest
            var loss: Double?
        }
        var trials: [Trial]
        var winner: Int
    }

    private func result(_ output: JobOutput) throws -> Result {
        try JSONDecoder().decode(Result.self, from: Data(output.result.utf8))
    }

    private static let request = TuningRequest(
        training: TrainingRequest(dataset: "waves", maxEpochs: 40, hiddenDimension: 24), budgetSeconds: 1e6, trials: 3)

    @Test func `the trial with the lowest loss is published, and what was asked for stays`() async throws {
        let output = try await handler(TickingClock()).run(job(Self.request), in: ScriptedContext())
        let result = try result(output)
        #expect(result.trials.count == 3)
        #expect(result.trials.allSatisfy { $0.request.hiddenDimension == 24 && $0.request.seed == 1 })
        #expect(Set(result.trials.map(\.request)).count == 3)
        let losses = try result.trials.map { try #require($0.loss) }
        #expect(losses[result.winner] == losses.min())
        #expect(output.draft != nil)
    }

    @Test func `no trial begins after the budget, and the first is finished`() async throws {
        var request = Self.request
        request.budgetSeconds = 0.5
        let output = try await handler(TickingClock()).run(job(request), in: ScriptedContext())
        #expect(try result(output).trials.map(\.number) == [0])
    }

    @Test func `an interrupted search goes on to the same result`() async throws {
        let whole = try await handler(TickingClock()).run(job(Self.request), in: ScriptedContext())
        let first = ScriptedContext()
        _ = try await handler(TickingClock()).run(job(Self.request), in: first)
        // What was saved after the first trial.
        let snapshot = try #require(first.recorded.snapshots.first)
        let resumed = try await handler(TickingClock()).run(
            job(Self.request, snapshot: snapshot), in: ScriptedContext())
        #expect(try result(resumed).trials.map(\.loss) == result(whole).trials.map(\.loss))
        #expect(resumed.draft?.weights == whole.draft?.weights)
    }

    @Test func `a trial that ended before the interruption counts with its loss`() async throws {
        let first = ScriptedContext()
        let whole = try await handler(TickingClock(), secondsBetweenSnapshots: 0).run(job(Self.request), in: first)
        // The last snapshot of the first trial's training, which has no epoch left to report.
        let running = first.recorded.snapshots.prefix { snapshot in
            String(decoding: snapshot, as: UTF8.self).contains("\"running\"")
        }
        let snapshot = try #require(running.last)
        let resumed = try await handler(TickingClock()).run(
            job(Self.request, snapshot: snapshot), in: ScriptedContext())
        let losses = try result(resumed).trials.map(\.loss)
        #expect(try losses == result(whole).trials.map(\.loss) && losses[0] != nil)
    }

    @Test func `an early end publishes the best so far, and nothing is stopped without one`() async throws {
        let context = ScriptedContext(stop: .endEarly, afterReports: 1)
        let output = try await handler(TickingClock()).run(job(Self.request), in: context)
        #expect(try result(output).trials.map(\.number) == [0])
        #expect(output.draft != nil)
        await #expect(throws: JobError.stopped) {
            try await handler(TickingClock()).run(
                job(Self.request), in: ScriptedContext(stop: .endEarly, afterReports: 0))
        }
    }

    @Test func `a snapshot that is not a search's is refused with what to do`() async throws {
        await #expect(throws: JobError.self) {
            try await handler(TickingClock()).run(job(Self.request, snapshot: [1, 2, 3]), in: ScriptedContext())
        }
    }
}
