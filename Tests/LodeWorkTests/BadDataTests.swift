import Foundation
import LodeDomain
import LodeJobs
import LodeNumerics
import LodeService
import LodeStore
import LodeTestSupport
import LodeWork
import Testing

/// Data that people really have, from a text to an answer: each trains, or the job says exactly why not.
@Suite struct BadDataTests {
    private let folder: TemporaryFolder
    private let database: LodeDatabase
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)

    init() throws {
        folder = try TemporaryFolder()
        database = try LodeDatabase.create(at: folder.path("lode.db"))
    }

    enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case constantChannel = "a channel that never changes"
        case missingChannel = "a channel that the training series lack"
        case oneObservation = "one observation a series"
        case oneSeries = "one long series"
        case duplicateTimes = "times that come twice"
        case longSpan = "spans of 1e9 s"
        case shortSpan = "spans of 1e-6"
        case outlier = "a value of 1e6 standard deviations"

        var testDescription: String { rawValue }
    }

    /// CSV of the faulty data set, 12 series of 10 times and two channels unless the fault is about that.
    private static func text(_ fault: Fault, raisedBy raise: Double = 0) -> String {
        var lines = ["series,time,channel,value"]
        let times = fault == .oneObservation ? 1 : fault == .oneSeries ? 400 : 10
        for series in 0..<(fault == .oneSeries ? 1 : 12) {
            let random = CounterRandom(seed: 80, stream: UInt64(series))
            for index in 0..<times {
                var time = Double(index) + 0.5 * random.uniform(UInt64(index))
                if fault == .longSpan { time *= 1e8 }
                if fault == .shortSpan { time *= 1e-7 }
                var value = sin(0.7 * time + Double(series)) + 0.1 * random.normal(UInt64(1_000 + index))
                if fault == .outlier, series == 5, index == 3 { value = 1e6 }
                lines.append("s\(series),\(time),x,\(value + raise)")
                // A channel that one series alone has: if that one does not train, nothing of it was seen.
                if fault == .missingChannel, series > 0 { continue }
                lines.append("s\(series),\(time),y,\(fault == .constantChannel ? 7 : value * value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Ingests, trains and publishes as a worker does.
    private func train(_ fault: Fault, epochs: Int = 30) async throws {
        let datasets = SQLiteDatasetStore(database, now: { [now] in now })
        let queue = SQLiteJobQueue(database)
        // What comes twice has its last value.
        for raise in fault == .duplicateTimes ? [50.0, 0] : [0] {
            _ = try await IngestService(store: datasets, now: { [now] in now }).ingest(
                csv: Array(Self.text(fault, raisedBy: raise).utf8), into: "d", timeAxis: .numeric(unit: "s"))
        }
        let handler = TrainHandler(
            datasets: datasets, instructionSet: .best, threads: 1, secondsBetweenSnapshots: 1e9, now: { [now] in now })
        let arguments = try JSONText.string(TrainingRequest(dataset: "d", maxEpochs: epochs))
        _ = try await queue.enqueue(JobRequest(kind: handler.kind, arguments: arguments), at: now)
        let claimed = try #require(
            try await queue.claim(kinds: [handler.kind], worker: "w", leaseSeconds: 60, at: now))
        let output = try await handler.run(claimed, in: ScriptedContext())
        _ = try await queue.complete(claimed.lease, result: output.result, publishing: output.draft, at: now)
    }

    @Test(arguments: Fault.allCases)
    func `bad data trains to finite answers`(fault: Fault) async throws {
        try await train(fault)
        let prediction = PredictionService(
            store: SQLiteDatasetStore(database, now: { [now] in now }), models: SQLiteModelRegistry(database),
            loader: LatentForecasterLoader(instructionSet: .best, pool: ThreadPool(threadCount: 1)))
        let unit = fault == .longSpan ? 1e8 : fault == .shortSpan ? 1e-7 : fault == .oneObservation ? 0.04 : 1
        let answer = try await prediction.predict(
            PredictionRequest(
                dataset: "d", series: "s0", times: [0.2, 4.4, 12].map { .number(unit * $0) }, samples: 8))
        #expect(answer.channels.map(\.channel) == ["x", "y"])
        for channel in answer.channels {
            #expect((channel.mean + channel.median).allSatisfy { $0.isFinite })
            #expect(channel.standardDeviation.allSatisfy { $0.isFinite && $0 > 0 })
            let (low, high) = (channel.quantiles["0.1"] ?? [], channel.quantiles["0.9"] ?? [])
            #expect(low.count == 3 && zip(low, high).allSatisfy { $0 < $1 })
        }
        if fault == .duplicateTimes { #expect(answer.channels[0].median.allSatisfy { abs($0) < 10 }) }
        if fault == .constantChannel { #expect(answer.channels[1].median.allSatisfy { abs($0 - 7) < 1 }) }
    }

    @Test func `a text that gives a time two values is refused by its line`() async throws {
        let datasets = SQLiteDatasetStore(database, now: { [now] in now })
        let error = await #expect(throws: ServiceError.self) {
            try await IngestService(store: datasets, now: { [now] in now }).ingest(
                csv: Array("series,time,channel,value\ns0,0,x,1\ns0,0,x,2\n".utf8), into: "d", timeAxis: nil)
        }
        guard case .invalidInput(let fault) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(fault.line == 3)
    }

    @Test func `a single short series is refused, and what is missing is said`() async throws {
        let datasets = SQLiteDatasetStore(database, now: { [now] in now })
        _ = try await IngestService(store: datasets, now: { [now] in now }).ingest(
            csv: Array("series,time,channel,value\ns0,0,x,1\ns0,1,x,2\ns0,2,x,4\n".utf8), into: "d", timeAxis: nil)
        let handler = TrainHandler(
            datasets: datasets, instructionSet: .best, threads: 1, secondsBetweenSnapshots: 1e9, now: { [now] in now })
        let queue = SQLiteJobQueue(database)
        let arguments = try JSONText.string(TrainingRequest(dataset: "d"))
        _ = try await queue.enqueue(JobRequest(kind: handler.kind, arguments: arguments), at: now)
        let claimed = try #require(
            try await queue.claim(kinds: [handler.kind], worker: "w", leaseSeconds: 60, at: now))
        let error = await #expect(throws: JobError.self) { try await handler.run(claimed, in: ScriptedContext()) }
        guard case .permanent(code: "too-few-windows", let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains("Ingest longer series, or three series or more."))
    }
}
