import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTraining
import Testing

/// What a person may ask of training beside the defaults, each on data made so that it can be seen to work.
@Suite struct TrainingChoicesTests {
    private static let kernels = Kernels<Float>(.best)
    private static let pool = ThreadPool(threadCount: 2)

    private func train(
        _ data: TrainingData, _ wishes: TrainingPlan.Wishes, change: (inout TrainingOptions) -> Void = { _ in }
    ) throws -> TrainedModel {
        let plan = TrainingPlan(for: data, seed: 3, wishes: wishes)
        var options = plan.options
        change(&options)
        var trainer = try Trainer(
            data: data, model: LatentODE(plan.configuration), options: options, kernels: Self.kernels, pool: Self.pool)
        while !trainer.isFinished { _ = try trainer.advance(shouldStop: { false }) }
        return try trainer.finish()
    }

    private func prediction(_ model: TrainedModel, _ series: ChannelSeries, at times: [Double]) throws
        -> PredictiveSeries
    {
        try model.predict(
            [SeriesQuery(context: series, origin: model.normalization.origin(of: series), times: times)],
            sampleCount: 32, seed: 1, kernels: Self.kernels, pool: Self.pool)[0]
    }

    /// Lines up or down with noise; going up makes the outcome 1.
    private static func slopes(count: Int) -> [ChannelSeries] {
        (0..<count).map { number in
            let random = CounterRandom(seed: 60, stream: UInt64(number))
            let slope = number % 2 == 0 ? 1.0 : -1.0
            let times = (0..<12).map { Double($0) + 0.5 * random.uniform(UInt64($0)) }
            let values = times.enumerated().map { slope * $1 / 6 + 0.3 * random.normal(UInt64(100 + $0)) }
            var series = ChannelSeries(
                name: "\(number)", times: times, values: values, mask: Array(repeating: true, count: 12))
            series.labels = ["rises": slope > 0 ? 1 : 0, "slope": 10 + 2 * slope]
            return series
        }
    }

    @Test(arguments: HeadConfiguration.Source.allCases)
    func `a head learns to tell an outcome`(source: HeadConfiguration.Source) throws {
        let data = try TrainingData(Self.slopes(count: 60), channels: 1, seed: 3, outcome: "rises")
        var wishes = TrainingPlan.Wishes(maxEpochs: 60)
        wishes.headSource = source
        let model = try train(data, wishes)
        let evaluation = try OutcomeEvaluation(
            of: model, on: data.series(data.split.test), training: data.series(data.split.training), sampleCount: 16,
            seed: 1, kernels: Self.kernels, pool: Self.pool)
        let found = try #require(evaluation)
        #expect(found.areaUnderCurve == 1)
        #expect(found.loss < 0.3 && found.loss < 0.5 * found.baselineLoss)
    }

    @Test func `a head gives a value in the label's own units`() throws {
        let data = try TrainingData(Self.slopes(count: 60), channels: 1, seed: 3, outcome: "slope")
        let model = try train(data, TrainingPlan.Wishes(maxEpochs: 60))
        for index in data.split.test {
            let said = try #require(try prediction(model, data.all[index], at: []).outcome)
            #expect(abs(said - (data.all[index].labels["slope"] ?? 0)) < 1)
        }
    }

    @Test func `an outcome that nobody has, or everybody, is refused by name`() {
        var series = Self.slopes(count: 12)
        for index in series.indices { series[index].labels["always"] = 1 }
        #expect(throws: TrainingError.self) { try TrainingData(series, channels: 1, seed: 3, outcome: "falls") }
        let error = #expect(throws: TrainingError.self) {
            try TrainingData(series, channels: 1, seed: 3, outcome: "always")
        }
        #expect(error == .unusableOutcome(name: "always", detail: "it is 1.0 in all training series"))
    }

    /// Counts whose rate swings between 2 and 8, and whether a coin of the same swing fell.
    private static func counts() -> [ChannelSeries] {
        (0..<60).map { number in
            let random = CounterRandom(seed: 61, stream: UInt64(number))
            let times = (0..<15).map { Double($0) + 0.5 * random.uniform(UInt64($0)) }
            var values: [Double] = []
            for (index, time) in times.enumerated() {
                let rate = 5 + 3 * sin(time / 2)
                // Knuth's method: products of uniforms until they fall below exp(−rate).
                var product = 1.0
                var count = -1.0
                while product > exp(-rate) {
                    product *= random.uniform(UInt64(1_000 + 100 * index) + UInt64(count + 1))
                    count += 1
                }
                values += [count, random.uniform(UInt64(500 + index)) < rate / 10 ? 1 : 0]
            }
            return ChannelSeries(
                name: "\(number)", times: times, values: values, mask: Array(repeating: true, count: 30))
        }
    }

    @Test(arguments: [Likelihood.poisson, .negativeBinomial])
    func `counts and coins are predicted by their rates`(likelihood: Likelihood) throws {
        let data = try TrainingData(Self.counts(), channels: 2, seed: 3, likelihoods: [0: likelihood])
        guard case .bernoulli = data.families[1] else {
            Issue.record("a channel of zeros and ones is \(data.families[1])")
            return
        }
        let model = try train(data, TrainingPlan.Wishes(maxEpochs: 150))
        let series = data.all[data.split.test[0]]
        let asked = [3.0, 6, 9.5, 12]
        let answer = try prediction(model, series, at: asked)
        for (index, time) in asked.enumerated() {
            let rate = 5 + 3 * sin(time / 2)
            let count = answer[index, 0]
            #expect(abs(count.mean - rate) < 1.5, "\(count.mean) at \(time), not \(rate)")
            #expect(count.quantile(0.9) == count.quantile(0.9).rounded())
            #expect(abs(answer[index, 1].mean - rate / 10) < 0.2)
        }
    }

    @Test func `a value that a likelihood has no place for is refused by channel`() {
        let error = #expect(throws: TrainingError.self) {
            try TrainingData(Self.slopes(count: 12), channels: 1, seed: 3, likelihoods: [0: .poisson])
        }
        guard case .unsuitableValues(channel: 0, value: _, likelihood: .poisson) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `the rate of observation times is recovered`() throws {
        // Thinning (Lewis and Shedler 1979): candidates at rate 6, kept with probability rate / 6.
        func rate(_ time: Double) -> Double { 3 + 2.5 * sin(time) }
        let series = (0..<80).map { number in
            let random = CounterRandom(seed: 62, stream: UInt64(number))
            var times: [Double] = [0]
            var time = 0.0
            for draw in 0..<200 {
                time -= log(1 - random.uniform(UInt64(2 * draw))) / 6
                if time >= 10 { break }
                if random.uniform(UInt64(2 * draw + 1)) < rate(time) / 6 { times.append(time) }
            }
            let values = times.indices.map { random.normal(UInt64(1_000 + $0)) }
            return ChannelSeries(
                name: "\(number)", times: times, values: values, mask: Array(repeating: true, count: times.count))
        }
        let data = try TrainingData(series, channels: 1, seed: 3)
        var wishes = TrainingPlan.Wishes(maxEpochs: 1_000)
        wishes.learnsIntensity = true
        let model = try train(data, wishes)
        let asked = (1...9).map { Double($0) }
        let answer = try prediction(model, data.all[data.split.test[0]], at: asked)
        var error = 0.0
        for (index, time) in asked.enumerated() { error += abs(answer.intensities[index] - rate(time)) / 9 }
        // The mean rate of 3 for all times would be wrong by 1.6 on average.
        #expect(error < 0.7, "\(answer.intensities)")
    }

    @Test func `restarts keep the best and resume to the same bits`() throws {
        let data = try TrainingData(Self.slopes(count: 24), channels: 1, seed: 3)
        let plan = TrainingPlan(for: data, seed: 3, wishes: .init(maxEpochs: 12))
        var options = plan.options
        options.restarts = 3
        options.validationInterval = 4
        func trainer(_ snapshot: TrainingSnapshot? = nil) throws -> Trainer {
            try Trainer(
                data: data, model: LatentODE(plan.configuration), options: options, resuming: snapshot,
                kernels: Self.kernels, pool: Self.pool)
        }
        var whole = try trainer()
        var snapshots: [[UInt8]] = []
        var best: [Double] = []
        while !whole.isFinished {
            let report = try #require(try whole.advance(shouldStop: { false }))
            best.append(report.bestValidationLoss ?? .infinity)
            snapshots.append(try whole.snapshot.encoded())
        }
        #expect(whole.snapshot.restart == 2)
        #expect(whole.snapshot.earlierEpochs + whole.snapshot.epoch == 36)
        #expect(best.last == best.min())
        var resumed = try trainer(TrainingSnapshot(decoding: snapshots[3]))
        while !resumed.isFinished { _ = try resumed.advance(shouldStop: { false }) }
        #expect(resumed.snapshot.winner.parameters == whole.snapshot.winner.parameters)
        #expect(try resumed.finish().parameters.values == whole.finish().parameters.values)
    }

    @Test func `growing horizons, importance weights and noise at each point train to a useful model`() throws {
        let data = try TrainingData(Self.slopes(count: 40), channels: 1, seed: 3)
        var wishes = TrainingPlan.Wishes(maxEpochs: 60)
        wishes.horizonGrowth = 20
        wishes.isImportanceWeighted = true
        wishes.noise = .point
        let model = try train(data, wishes)
        let series = data.all[data.split.test[0]]
        let answer = try prediction(model, series, at: [6])
        let expected = (series.labels["rises"] == 1 ? 1.0 : -1.0)
        #expect(abs(answer[0, 0].mean - expected) < 0.4)
    }

    @Test func `an estimate counts every epoch of every start, and changes nothing`() throws {
        let data = try TrainingData(Self.slopes(count: 24), channels: 1, seed: 3)
        let plan = TrainingPlan(for: data, seed: 3, wishes: .init(maxEpochs: 12))
        var options = plan.options
        options.restarts = 3
        options.validationInterval = 4
        options.batchSize = 6
        let trainer = try Trainer(
            data: data, model: LatentODE(plan.configuration), options: options, kernels: Self.kernels, pool: Self.pool)
        let before = try trainer.snapshot.encoded()
        var ticks = 0.0
        let seconds = try trainer.estimatedSeconds {
            ticks += 1
            return ticks
        }
        // A clock that ticks by one each time it is looked at: a step and a look take one each.
        let steps = (data.split.training.count + 5) / 6
        #expect(seconds == Double(3 * (12 * steps + 3)))
        #expect(try trainer.snapshot.encoded() == before)
    }
}
