import Foundation
import LodeDomain
import LodeJobs
import LodeNumerics
import LodeService
import LodeWork
import Testing

/// Models that follow inputs, from the stored data to the answer.
@Suite struct KnownInputTests {
    /// y′ = −y + u with y(0) = 0, where u is 0 or 2 and switches at the given times.
    private static func response(switches: [Double], at time: Double) -> Double {
        var y = 0.0
        var t = 0.0
        var u = 0.0
        for stop in switches.filter({ $0 < time }) + [time] {
            y = u + (y - u) * exp(-(stop - t))
            t = stop
            u = 2 - u
        }
        return y
    }

    private static func series(
        _ name: String, switches: [Double], times: [Double], noise: CounterRandom?, knownUntil end: Double = .infinity
    ) -> SeriesObservations {
        // Channel 0 is u, channel 1 y: the names are sorted.
        let inputs = ([0] + switches.filter { $0 <= end }).enumerated().map { index, time in
            SeriesObservations.Point(time: time, channel: 0, value: index % 2 == 0 ? 0 : 2)
        }
        let outputs = times.enumerated().map { index, time in
            SeriesObservations.Point(
                time: time, channel: 1,
                value: response(switches: switches, at: time) + 0.02 * (noise?.normal(UInt64(100 + index)) ?? 0))
        }
        return SeriesObservations(
            name: name, points: (inputs + outputs).sorted { ($0.time, $0.channel) < ($1.time, $1.channel) })
    }

    private static func dataset(inputs: [String] = []) -> FixedDataset {
        FixedDataset(
            channels: ["u", "y"],
            series: (0..<60).map { number in
                let random = CounterRandom(seed: 31, stream: UInt64(number))
                let switches = (0..<4).map { 0.3 + 2 * Double($0) + 1.6 * random.uniform(UInt64($0)) }
                let times = (0..<20).map { 8 * random.uniform(UInt64(10 + $0)) }.sorted()
                return series("s\(number)", switches: switches, times: times, noise: random)
            }, inputs: inputs)
    }

    private func train(_ data: FixedDataset, _ request: TrainingRequest) async throws -> ModelVersionDraft {
        let handler = TrainHandler(
            datasets: data, instructionSet: .best, threads: 2, secondsBetweenSnapshots: 1e9,
            now: { Timestamp(microseconds: 0) })
        let start = Timestamp(microseconds: 0)
        let id = Identifier<Job>(rawValue: 3)
        let job = ClaimedJob(
            job: Job(
                id: id, kind: "train", arguments: String(decoding: try JSONEncoder().encode(request), as: UTF8.self),
                state: .running, attempt: 1, maxAttempts: 5, progress: nil, result: nil, failures: [],
                createdAt: start, availableAt: start, attemptedAt: start, finishedAt: nil),
            lease: Lease(job: id, fencingToken: 1, expiresAt: start), snapshot: nil)
        return try #require(try await handler.run(job, in: ScriptedContext()).draft)
    }

    private func forecaster(_ draft: ModelVersionDraft) throws -> any Forecaster {
        let loader = LatentForecasterLoader(instructionSet: .best, pool: ThreadPool(threadCount: 1))
        let version = ModelVersion(
            id: Identifier(rawValue: 1), dataset: draft.dataset, number: 1, job: Identifier(rawValue: 3),
            watermark: draft.watermark, metadata: draft.metadata, createdAt: Timestamp(microseconds: 0))
        return try loader.forecaster(for: version, weights: draft.weights)
    }

    /// A stored series as a question puts it: the model's channels first, then its inputs.
    private func question(_ series: SeriesObservations, until end: Double) -> SeriesObservations {
        var series = series
        series.points = series.points.filter { $0.channel == 0 || $0.time <= end }
        for index in series.points.indices { series.points[index].channel = 1 - series.points[index].channel }
        return series
    }

    @Test func `a forecast follows what is planned, and planning otherwise changes it as it should`() async throws {
        let draft = try await train(Self.dataset(inputs: ["u"]), TrainingRequest(dataset: "waves", maxEpochs: 500))
        let metadata = try JSONDecoder().decode(ModelMetadata.self, from: Data(draft.metadata.utf8))
        #expect(metadata.channels == ["y"])
        #expect(metadata.inputs == ["u"])
        #expect(metadata.choices.contains("The dynamics follow the input “u”, each value holding until the next."))

        let model = try forecaster(draft)
        #expect(model.channels == ["y"])
        #expect(model.inputs == ["u"])
        let query = PredictionQuery(
            times: [4.5, 5.5, 6.5, 7.5], quantiles: [0.5], settings: ForecastSettings(sampleCount: 32, seed: 4))
        let times = stride(from: 0.25, to: 4, by: 0.25).map { $0 }
        // The same past, three plans: a switch on at 4.2, one at 5.8 that goes back at 7, none.
        for switches in [[1, 2.5, 4.2], [1, 2.5, 5.8, 7], [1, 2.5]] {
            let series = Self.series("new", switches: switches, times: times, noise: nil)
            let answer = try model.predict(from: question(series, until: 4), query: query)
            for (index, time) in query.times.enumerated() {
                let exact = Self.response(switches: switches, at: time)
                // The response spans 0 to 2; a model without the plan is off by more than 1.
                #expect(abs(answer.channels[0].mean[index] - exact) < 0.35, "\(switches) at \(time)")
            }
        }
    }

    @Test func `a request may name the inputs and how they are read`() async throws {
        var request = TrainingRequest(dataset: "waves", maxEpochs: 3)
        request.inputs = ["u": .linear]
        request.encoder = .attention
        request.dynamics = .timeDependent
        request.derivativeBound = 3
        request.pathPenalty = .kineticEnergy
        let draft = try await train(Self.dataset(), request)
        let metadata = try JSONDecoder().decode(ModelMetadata.self, from: Data(draft.metadata.utf8))
        #expect(metadata.inputs == ["u"])
        for choice in [
            "The encoder attends to all observations from 32 reference times, with 2 heads.",
            "The dynamics read the time.", "Latent speeds are bounded, by 3.0 at first.",
            "The dynamics follow the input “u”, linear in between.",
            "The kinetic energy of latent paths costs 0.01 a unit.",
        ] { #expect(metadata.choices.contains(choice), "\(choice)") }
        // The document brings all of it back to life.
        let model = try forecaster(draft)
        let series = Self.series("new", switches: [1, 2.5], times: [0.5, 1.5], noise: nil)
        let answer = try model.predict(
            from: question(series, until: 4),
            query: PredictionQuery(
                times: [1, 5], quantiles: [0.5], settings: ForecastSettings(sampleCount: 4, seed: 1)))
        #expect(answer.channels[0].mean.allSatisfy { $0.isFinite })
        // A series of which nothing is known, not even its input, is answered too.
        let nothing = try model.predict(
            from: SeriesObservations(name: "nothing", points: []),
            query: PredictionQuery(times: [1], quantiles: [0.5], settings: ForecastSettings(sampleCount: 4, seed: 1)))
        #expect(nothing.channels[0].mean[0].isFinite)
    }

    @Test(arguments: TrainingRequest.Encoder.allCases)
    func `every encoder trains and is loaded again`(_ encoder: TrainingRequest.Encoder) async throws {
        var request = TrainingRequest(dataset: "waves", maxEpochs: 2)
        request.encoder = encoder
        let draft = try await train(Self.dataset(), request)
        #expect(try forecaster(draft).channels == ["u", "y"])
    }

    @Test func `an input that is no channel, and inputs alone, are refused`() async throws {
        var unknown = TrainingRequest(dataset: "waves", maxEpochs: 2)
        unknown.inputs = ["v": .hold]
        await #expect {
            _ = try await train(Self.dataset(), unknown)
        } throws: { error in
            guard case .permanent(let code, _)? = error as? JobError else { return false }
            return code == "unknown-channel"
        }
        await #expect {
            _ = try await train(Self.dataset(inputs: ["u", "y"]), TrainingRequest(dataset: "waves", maxEpochs: 2))
        } throws: { error in
            guard case .permanent(let code, _)? = error as? JobError else { return false }
            return code == "no-measured-channel"
        }
    }
}
