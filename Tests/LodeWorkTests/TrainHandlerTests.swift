import Foundation
import LodeDomain
import LodeJobs
import LodeNumerics
import LodeService
import LodeWork
import Testing

@Suite struct TrainHandlerTests {
    /// Waves of one period and random phase, seen at random times: what a latent ODE is for.
    private static let waves = FixedDataset(
        channels: ["x"],
        series: (0..<40).map { number in
            let random = CounterRandom(seed: 30, stream: UInt64(number))
            let phase = 6 * random.uniform(0)
            let times = (0..<20).map { 10 * random.uniform(UInt64(10 + $0)) }.sorted()
            return SeriesObservations(
                name: "wave-\(number)",
                points: times.enumerated().map { index, time in
                    .init(
                        time: time, channel: 0, value: sin(time + phase) + 0.02 * random.normal(UInt64(50 + index)))
                })
        })

    private func handler(_ data: FixedDataset = waves, secondsBetweenSnapshots: Double = 0) -> TrainHandler {
        TrainHandler(
            datasets: data, instructionSet: .best, threads: 2, secondsBetweenSnapshots: secondsBetweenSnapshots,
            now: { Timestamp(microseconds: 0) })
    }

    private func job(_ request: TrainingRequest, snapshot: [UInt8]? = nil) throws -> ClaimedJob {
        let arguments = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        return claimed(arguments: arguments, snapshot: snapshot)
    }

    private func claimed(arguments: String, snapshot: [UInt8]? = nil) -> ClaimedJob {
        let id = Identifier<Job>(rawValue: 3)
        let start = Timestamp(microseconds: 0)
        return ClaimedJob(
            job: Job(
                id: id, kind: "train", arguments: arguments, state: .running, attempt: 1, maxAttempts: 5,
                progress: nil, result: nil, failures: [], createdAt: start, availableAt: start, attemptedAt: start,
                finishedAt: nil),
            lease: Lease(job: id, fencingToken: 1, expiresAt: start), snapshot: snapshot)
    }

    private func forecaster(_ draft: ModelVersionDraft) throws -> any Forecaster {
        let loader = LatentForecasterLoader(instructionSet: .best, pool: ThreadPool(threadCount: 1))
        let version = ModelVersion(
            id: Identifier(rawValue: 1), dataset: draft.dataset, number: 1, job: Identifier(rawValue: 3),
            watermark: draft.watermark, metadata: draft.metadata, createdAt: Timestamp(microseconds: 0))
        return try loader.forecaster(for: version, weights: draft.weights)
    }

    @Test func `a trained model beats the baselines and answers at any time`() async throws {
        let context = ScriptedContext()
        let output = try await handler().run(
            try job(TrainingRequest(dataset: "waves", maxEpochs: 1500)), in: context)
        let draft = try #require(output.draft)
        #expect(draft.watermark == DataWatermark(revision: 7))

        let metadata = try JSONDecoder().decode(ModelMetadata.self, from: Data(draft.metadata.utf8))
        #expect(!metadata.evaluation.warnings.contains { $0.contains("loses") }, "\(metadata.evaluation.warnings)")
        for regime in [metadata.evaluation.interpolation, metadata.evaluation.extrapolation] {
            let scores = try #require(regime).scores
            #expect(
                scores.map(\.method) == [
                    "latent-ode", "training-mean", "last-value", "linear-interpolation", "gaussian-process",
                ])
            for score in scores {
                #expect(score.negativeLogLikelihood != nil && score.continuousRankedProbabilityScore != nil)
                #expect(score.channels?.map(\.channel) == metadata.channels)
            }
            #expect(regime?.calibration?.isEmpty == false)
            #expect(scores[0].meanSquaredError < 0.2)
        }
        let curve = context.recorded.curve
        #expect(curve.map(\.epoch) == curve.map(\.epoch).sorted())
        #expect(context.recorded.progress.last?.fraction == 1)

        let model = try forecaster(draft)
        let seen = SeriesObservations(
            name: "new",
            points: stride(from: 0.25, to: 6, by: 0.5).map { .init(time: $0, channel: 0, value: sin($0 + 2)) })
        let query = PredictionQuery(
            times: [8, 3, 3, -1, 5.5], quantiles: [0.1, 0.5, 0.9], settings: ForecastSettings(sampleCount: 32, seed: 4))
        let answer = try model.predict(from: seen, query: query)
        #expect(answer.regimes == [.extrapolation, .interpolation, .interpolation, .extrapolation, .interpolation])
        #expect(answer.distances == [2.25, 0.25, 0.25, 1.25, 0.25])
        let forecast = answer.channels[0]
        #expect(forecast.mean[1] == forecast.mean[2])
        for index in [0, 1, 4] {
            #expect(abs(forecast.quantiles[1][index] - sin(query.times[index] + 2)) < 0.5)
            #expect(forecast.quantiles[0][index] < forecast.quantiles[1][index])
            #expect(forecast.quantiles[1][index] < forecast.quantiles[2][index])
        }
        #expect(try model.predict(from: seen, query: query) == answer)
        try checkPreparation(model, seen)
        try checkJudgements(model, seen)
    }

    /// What is told of a time does not depend on what else is asked, before or at once.
    private func checkPreparation(_ model: any Forecaster, _ seen: SeriesObservations) throws {
        var query = PredictionQuery(
            times: [3, 9.5, -1, 42], quantiles: [0.1, 0.5, 0.9], settings: ForecastSettings(sampleCount: 16, seed: 4),
            pathCount: 3,
            includesLatentStates: true)
        let prepared = try model.prepare(seen, settings: query.settings)
        let answer = try prepared.predict(query)
        let size = prepared.byteCount
        var coarse = query
        coarse.settings.relativeTolerance = 0.01
        let rough = try model.predict(from: seen, query: coarse)
        #expect(rough != answer)
        for (one, other) in zip(rough.channels[0].mean, answer.channels[0].mean) { #expect(abs(one - other) < 0.1) }
        for (index, time) in query.times.enumerated() {
            var single = query
            single.times = [time]
            let fresh = try model.prepare(seen, settings: query.settings)
            for alone in [try prepared.predict(single), try fresh.predict(single)] {
                #expect(alone.channels[0].mean == [answer.channels[0].mean[index]])
                #expect(alone.channels[0].quantiles == answer.channels[0].quantiles.map { [$0[index]] })
                #expect(alone.channels[0].paths == answer.channels[0].paths.map { [$0[index]] })
                #expect(alone.latentStates?.mean == [try #require(answer.latentStates).mean[index]])
            }
        }
        #expect(prepared.byteCount == size && size > 1000)
        #expect(answer.channels[0].paths.count == 3)
        #expect(Set(answer.channels[0].paths.map { $0[0] }).count == 3)

        query.includesNoise = false
        let expectation = try prepared.predict(query)
        for (quiet, noisy) in zip(expectation.channels[0].standardDeviation, answer.channels[0].standardDeviation) {
            #expect(quiet < noisy)
        }
    }

    /// One value among good ones that does not belong is told from them.
    private func checkJudgements(_ model: any Forecaster, _ seen: SeriesObservations) throws {
        var spoilt = seen
        spoilt.points[5].value += 3
        let judgements = try model.judge(spoilt, settings: ForecastSettings(sampleCount: 16, seed: 4))
        #expect(judgements.map(\.time) == spoilt.points.map(\.time))
        let worst = try #require(
            judgements.indices.min { judgements[$0].tailProbability < judgements[$1].tailProbability })
        #expect(worst == 5, "\(judgements.map(\.tailProbability))")
        #expect(judgements[5].tailProbability < 0.01)
        #expect(abs(judgements[5].median - seen.points[5].value) < 0.5)
    }

    @Test func `a run that is stopped and goes on from its snapshot ends with the same weights`() async throws {
        let request = TrainingRequest(dataset: "waves", maxEpochs: 120)
        let whole = try await handler().run(try job(request), in: ScriptedContext())

        let stopped = ScriptedContext(afterReports: 37)
        await #expect(throws: JobError.stopped) { try await handler().run(try job(request), in: stopped) }
        let snapshot = try #require(stopped.recorded.snapshots.last)
        let resumed = ScriptedContext()
        let rest = try await handler().run(try job(request, snapshot: snapshot), in: resumed)
        #expect(resumed.recorded.curve.count < 120 - 30)
        #expect(rest.draft?.weights == whole.draft?.weights)
        #expect(rest.draft?.metadata == whole.draft?.metadata)
    }

    @Test func `a training may start from the weights of the version before, and says so`() async throws {
        let queue = InMemoryJobQueue()
        let handler = TrainHandler(
            datasets: Self.waves, models: queue, instructionSet: .best, threads: 2, secondsBetweenSnapshots: 60,
            now: { Timestamp(microseconds: 0) })
        // Steps so small that what it starts from is what it ends with.
        var request = TrainingRequest(dataset: "waves", maxEpochs: 1, learningRate: 1e-12)
        request.warmStart = true
        func metadata(_ output: JobOutput) throws -> ModelMetadata {
            try JSONDecoder().decode(ModelMetadata.self, from: Data(try #require(output.draft).metadata.utf8))
        }
        let cold = try metadata(try await handler.run(try job(request), in: ScriptedContext()))
        #expect(cold.choices.last == "From random weights: there is no version to start from.")
        let first = try await handler.run(
            try job(TrainingRequest(dataset: "waves", maxEpochs: 60)), in: ScriptedContext())
        _ = try await queue.add(try #require(first.draft), at: Timestamp(microseconds: 0))
        let warm = try metadata(try await handler.run(try job(request), in: ScriptedContext()))
        #expect(warm.choices.last == "Started from the weights of version 1.")
        let errors = try [cold, try metadata(first), warm].map {
            try #require($0.evaluation.interpolation?.uncorrected ?? $0.evaluation.interpolation?.model)
                .meanSquaredError
        }
        // Of the weights alone, for the correction near observations is fitted in a moment: measured 1.1256, 1.1297, 1.1297.
        #expect(abs(errors[2] - errors[1]) < 1e-6 && abs(errors[2] - errors[0]) > 1e-4, "\(errors)")
        request.hiddenDimension = 7
        let other = try metadata(try await handler.run(try job(request), in: ScriptedContext()))
        #expect(other.choices.last == "From random weights: version 1 has another architecture or other channels.")
    }

    @Test func `any number of threads gives the same weights`() async throws {
        let one = try await handler().run(
            try job(TrainingRequest(dataset: "waves", maxEpochs: 20, threads: 1)), in: ScriptedContext())
        let three = try await handler().run(
            try job(TrainingRequest(dataset: "waves", maxEpochs: 20, threads: 3)), in: ScriptedContext())
        #expect(one.draft?.weights == three.draft?.weights)
        let other = try await handler().run(
            try job(TrainingRequest(dataset: "waves", seed: 2, maxEpochs: 20)), in: ScriptedContext())
        #expect(one.draft?.weights != other.draft?.weights)
    }

    @Test(arguments: [StopRequest.cancelled, .leaseLost])
    func `a cancelled run stops without saving`(stop: StopRequest) async throws {
        let context = ScriptedContext(stop: stop, afterReports: 2)
        await #expect(throws: JobError.stopped) {
            try await handler(secondsBetweenSnapshots: 60).run(
                try job(TrainingRequest(dataset: "waves", maxEpochs: 1000)), in: context)
        }
        #expect(context.recorded.snapshots.isEmpty)
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch JobError.permanent(let code, _) {
            return code
        } catch {
            return "\(error)"
        }
    }

    @Test func `a model with an outcome, counts and a rate of observations is read back and answers`() async throws {
        let data = FixedDataset(
            channels: ["x"],
            series: Self.waves.contents.series.enumerated().map { number, series in
                var series = series
                for index in series.points.indices { series.points[index].value = Double(index % 4) }
                series.labels = ["odd": Double(number % 2)]
                return series
            })
        var request = TrainingRequest(dataset: "waves", maxEpochs: 4)
        request.outcome = "odd"
        request.intensity = true
        request.likelihoods = ["x": .negativeBinomial]
        let output = try await handler(data).run(try job(request), in: ScriptedContext())
        let draft = try #require(output.draft)
        let metadata = try JSONDecoder().decode(ModelMetadata.self, from: Data(draft.metadata.utf8))
        #expect(metadata.outcome?.name == "odd" && metadata.observationTimes != nil)
        let answer = try forecaster(draft).predict(
            from: data.contents.series[0],
            query: PredictionQuery(
                times: [1, 20], quantiles: [0.1, 0.5, 0.9], settings: ForecastSettings(sampleCount: 8, seed: 1)))
        #expect(answer.outcome?.isProbability == true)
        #expect(answer.intensities?.count == 2)
        #expect(answer.channels[0].quantiles.allSatisfy { $0.allSatisfy { $0 == $0.rounded() } })
    }

    @Test func `a model whose posterior is a flow is read back, answers, waits and judges whole series`() async throws {
        var request = TrainingRequest(dataset: "waves", maxEpochs: 4)
        request.posterior = .continuousFlow
        request.intensity = true
        let output = try await handler().run(try job(request), in: ScriptedContext())
        let draft = try #require(output.draft)
        #expect(draft.metadata.contains("posteriorFlow") && draft.metadata.contains("seriesDensities"))
        let model = try forecaster(draft)
        var series = Self.waves.contents.series[0]
        let settings = ForecastSettings(sampleCount: 8, seed: 1)
        var query = PredictionQuery(times: [1, 20], quantiles: [0.1, 0.5], settings: settings)
        let answer = try model.predict(from: series, query: query)
        #expect(answer.channels[0].mean.allSatisfy { $0.isFinite })
        #expect(try model.predict(from: series, query: query) == answer)
        let last = series.points.reduce(-.infinity) { max($0, $1.time) }
        let next = try #require(answer.nextObservation)
        #expect(next.start == last && next.quantiles.count == 2)
        #expect(next.quantiles.allSatisfy { $0.map { $0 > last } ?? true })
        query.watchedUntil = last + 1
        #expect(
            abs(try #require(try model.predict(from: series, query: query).nextObservation).start - last - 1) < 1e-6)

        let usual = try #require(try model.judgeSeries(series, settings: settings))
        #expect(usual.referenceCount > 0 && usual.rank.map { (0...1).contains($0) } == true)
        for index in series.points.indices { series.points[index].value *= index % 2 == 0 ? 40 : -40 }
        let odd = try #require(try model.judgeSeries(series, settings: settings))
        #expect(odd.logDensity < usual.logDensity - 1 && odd.rank == 0)
    }

    @Test func `with several starts the epochs of all count, and the best one is named among them`() async throws {
        var request = TrainingRequest(dataset: "waves", maxEpochs: 6)
        request.restarts = 3
        let context = ScriptedContext()
        let output = try await handler().run(try job(request), in: context)
        let metadata = try JSONDecoder().decode(
            ModelMetadata.self, from: Data(try #require(output.draft).metadata.utf8))
        #expect(metadata.epochs == 18)
        let best = context.recorded.curve.min {
            $0.metrics["validationLoss"] ?? .infinity < $1.metrics["validationLoss"] ?? .infinity
        }
        #expect(metadata.bestEpoch == best?.epoch)
    }

    @Test func `a stored model of one long series answers from the window of a time`() async throws {
        let random = CounterRandom(seed: 32, stream: 0)
        var long = SeriesObservations(
            name: "long",
            points: (0..<600).map { index in
                .init(
                    time: Double(index), channel: 0,
                    value: sin(0.6 * Double(index)) + 0.1 * random.normal(UInt64(index)))
            })
        let data = FixedDataset(channels: ["x"], series: [long])
        var request = TrainingRequest(dataset: "waves", maxEpochs: 4)
        request.windowTimes = 24
        let output = try await handler(data).run(try job(request), in: ScriptedContext())
        let model = try forecaster(try #require(output.draft))
        let query = PredictionQuery(
            times: [300.5, 605], quantiles: [0.1, 0.9], settings: ForecastSettings(sampleCount: 8, seed: 1))
        let answer = try model.predict(from: long, query: query)
        // What was observed far away, in other windows, has no part in it.
        for index in [0, 100, 200, 400, 500] { long.points[index].value += 50 }
        #expect(try model.predict(from: long, query: query) == answer)
        long.points[301].value += 50
        #expect(try model.predict(from: long, query: query) != answer)
    }

    @Test func `what no retry mends is a permanent failure with a code`() async throws {
        let request = TrainingRequest(dataset: "waves", maxEpochs: 2)
        let few = FixedDataset(channels: ["x"], series: Array(Self.waves.contents.series.prefix(2)))
        #expect(
            await code { _ = try await handler(few).run(try job(request), in: ScriptedContext()) } == "too-few-windows")
        #expect(
            await code {
                _ = try await handler().run(try job(TrainingRequest(dataset: "gone")), in: ScriptedContext())
            } == "dataset-not-found")
        #expect(
            await code { _ = try await handler().run(claimed(arguments: "{}"), in: ScriptedContext()) }
                == "malformed-arguments")
        #expect(
            await code {
                _ = try await handler().run(try job(request, snapshot: [1, 2, 3]), in: ScriptedContext())
            } == "corrupt-snapshot")
    }

    @Test func `a damaged model version is refused with a reason`() async throws {
        let output = try await handler().run(
            try job(TrainingRequest(dataset: "waves", maxEpochs: 2)), in: ScriptedContext())
        var draft = try #require(output.draft)
        let weights = draft.weights
        draft.weights = Array(weights.dropLast(4))
        #expect(throws: ForecastError.self) { try forecaster(draft) }
        draft.weights = weights
        draft.metadata = "{}"
        #expect(throws: ForecastError.self) { try forecaster(draft) }
    }

    @Test func `a time far beyond the data is refused by name`() async throws {
        let output = try await handler().run(
            try job(TrainingRequest(dataset: "waves", maxEpochs: 2)), in: ScriptedContext())
        let model = try forecaster(try #require(output.draft))
        let query = PredictionQuery(
            times: [1, 1e9], quantiles: [0.5], settings: ForecastSettings(sampleCount: 2, seed: 1))
        #expect(throws: ForecastError.timeOutOfReach(time: 1e9)) {
            try model.predict(from: SeriesObservations(name: "x", points: []), query: query)
        }
        // Of observations too, which the model would have to follow as far.
        let observed = SeriesObservations(
            name: "x", points: [0, 1e300].map { .init(time: $0, channel: 0, value: 1) })
        let near = PredictionQuery(times: [0], quantiles: [0.5], settings: query.settings)
        #expect(throws: ForecastError.timeOutOfReach(time: 1e300)) {
            try model.predict(from: observed, query: near)
        }
    }
}
