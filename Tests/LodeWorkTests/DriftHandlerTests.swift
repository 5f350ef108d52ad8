import Foundation
import LodeDomain
import LodeJobs
import LodeNumerics
import LodeService
import LodeWork
import Testing

@Suite struct DriftHandlerTests {
    private let queue = InMemoryJobQueue()
    private let start = Timestamp(microseconds: 0)

    /// Waves of random phase from 0 to 10; from time 8 on they lie higher by `step`.
    private static func waves(step: Double, more: Int = 0) -> FixedDataset {
        FixedDataset(
            channels: ["x"],
            series: (0..<20 + more).map { number in
                let random = CounterRandom(seed: 31, stream: UInt64(number))
                let phase = 6 * random.uniform(0)
                let times = (0..<20).map { 10 * random.uniform(UInt64(10 + $0)) }.sorted()
                return SeriesObservations(
                    name: String(format: "wave-%02d", number),
                    points: times.map { time in
                        let isHigher = number >= 20 || time >= 8
                        return .init(time: time, channel: 0, value: sin(time + phase) + (isHigher ? step : 0))
                    })
            })
    }

    /// Trains on the waves as they are without a step, and publishes the version.
    private func publish() async throws {
        let training = TrainHandler(
            datasets: Self.waves(step: 0), instructionSet: .best, threads: 2, secondsBetweenSnapshots: 60,
            now: { Timestamp(microseconds: 0) })
        _ = try await queue.enqueue(
            JobRequest(kind: "train", arguments: #"{"dataset":"waves","seed":1,"maxEpochs":60}"#), at: start)
        let claimed = try #require(
            try await queue.claim(kinds: ["train"], worker: "w", leaseSeconds: 20, at: start))
        let output = try await training.run(claimed, in: ScriptedContext())
        _ = try await queue.complete(claimed.lease, result: output.result, publishing: output.draft, at: start)
    }

    private func schedule(isPaused: Bool = false) async throws -> InMemoryScheduleStore {
        let schedules = InMemoryScheduleStore(queue: queue)
        await schedules.setGrowth(DatasetGrowth(observations: 400, series: 20), of: "waves")
        _ = try await schedules.create(
            ScheduleDraft(
                name: "watch", trigger: .drift(DriftWatch(dataset: "waves", model: "waves", drop: 2, count: 10)),
                job: ScheduledJob(
                    kind: "train", arguments: #"{"dataset":"waves"}"#, priority: 3, onConflict: .returnExisting),
                isPaused: isPaused, nextFireAt: nil), at: start)
        return schedules
    }

    private func look(
        at data: FixedDataset, _ schedules: InMemoryScheduleStore, observations: Int, series: Int = 0
    ) async throws -> JobOutput {
        let handler = DriftHandler(
            datasets: data, models: queue, schedules: schedules, instructionSet: .best, threads: 2)
        let arguments = """
            {"model":"waves","drop":2,"newObservations":\(observations),"newSeries":\(series),"schedule":"watch"}
            """
        _ = try await queue.enqueue(JobRequest(kind: "drift", arguments: arguments), at: start)
        let claimed = try #require(
            try await queue.claim(kinds: ["drift"], worker: "w", leaseSeconds: 20, at: start))
        return try await handler.run(claimed, in: ScriptedContext())
    }

    @Test func `the schedule's job follows where the newest values do not fit the model, and only there`() async throws
    {
        try await publish()
        let schedules = try await schedule()
        let same = try await look(at: Self.waves(step: 0), schedules, observations: 60)
        #expect(same.next == nil)
        #expect(
            same.result.contains(#""drifts":false"#) && same.result.contains(#""observations":60"#), "\(same.result)")

        let moved = try await look(at: Self.waves(step: 20), schedules, observations: 100)
        #expect(moved.result.contains(#""drifts":true"#), "\(moved.result)")
        let next = try #require(moved.next)
        #expect(next.kind == "train" && next.priority == 3)
        #expect(next.metadata.contains(#""schedule":"watch""#))
        #expect(next.unique == JobUniqueness(key: "schedule watch", onConflict: .returnExisting))
        // As the process of the attempt hands it over.
        #expect(try JSONDecoder().decode(JobOutput.self, from: JSONEncoder().encode(moved)) == moved)
    }

    @Test func `series that are new are forecast from their first half`() async throws {
        try await publish()
        let schedules = try await schedule()
        let more = try await look(at: Self.waves(step: 20, more: 3), schedules, observations: 60, series: 3)
        #expect(more.result.contains(#""observations":30"#) && more.result.contains(#""series":3"#), "\(more.result)")
    }

    @Test func `a schedule that is paused or gone gets no job`() async throws {
        try await publish()
        let paused = try await look(at: Self.waves(step: 20), try await schedule(isPaused: true), observations: 100)
        #expect(paused.next == nil && paused.result.contains("is paused"))
        let gone = try await look(at: Self.waves(step: 20), InMemoryScheduleStore(queue: queue), observations: 100)
        #expect(gone.next == nil && gone.result.contains("is gone"))
    }

    @Test func `a model that is not there ends the look for good`() async throws {
        let schedules = try await schedule()
        await #expect(throws: JobError.self) {
            try await look(at: Self.waves(step: 0), schedules, observations: 60)
        }
    }
}
