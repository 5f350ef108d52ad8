import Foundation
import LodeModels
import LodeNumerics
import LodeTraining
import Testing

@Suite struct EvaluatorTests {
    private static let kernels = Kernels<Float>(.best)

    private static func series(_ count: Int) -> [ChannelSeries] {
        (0..<count).map { number in
            let random = CounterRandom(seed: 70, stream: UInt64(number))
            let times = (0..<20).map { Double($0) + 0.6 * random.uniform(UInt64($0)) }
            let phase = 6 * random.uniform(100)
            return ChannelSeries(
                name: "\(number)", times: times,
                values: times.flatMap { time in
                    [sin(0.5 * time + phase), 100 + 5 * random.normal(UInt64(1_000 * time))]
                }, mask: times.indices.flatMap { [true, $0 % 2 == 0] })
        }
    }

    @Test func `every method is scored overall and in each channel, with bands, the same for any number of threads`()
        throws
    {
        let data = try TrainingData(Self.series(40), channels: 2, seed: 3)
        let plan = TrainingPlan(for: data, seed: 3, wishes: .init(maxEpochs: 20))
        var results: [[TaskEvaluation]] = []
        for threads in [1, 2] {
            let pool = ThreadPool(threadCount: threads)
            var trainer = try Trainer(
                data: data, model: LatentODE(plan.configuration), options: plan.options, kernels: Self.kernels,
                pool: pool)
            while !trainer.isFinished { _ = try trainer.advance(shouldStop: { false }) }
            let evaluator = Evaluator(
                model: try trainer.finish(), kernels: Self.kernels, pool: pool, sampleCount: 8)
            results.append(
                try ContextSampler.Task.allCases.compactMap { task in
                    try evaluator.evaluate(
                        task, test: data.series(data.split.test), training: data.series(data.split.training), seed: 3)
                })
        }
        #expect(results[0] == results[1])
        #expect(results[0].count == 2)
        for evaluation in results[0] {
            let methods = evaluation.scores.map(\.method)
            #expect(methods == ["latent-ode"] + Baseline.allCases.map(\.rawValue) + ["gaussian-process"])
            for score in evaluation.scores {
                let channels = score.channels.compactMap(\.self)
                #expect(channels.count == 2)
                #expect(channels.reduce(0) { $0 + $1.pointCount } == score.overall.pointCount)
                let squares = channels.reduce(0) { $0 + Double($1.pointCount) * $1.meanSquaredError }
                #expect(abs(squares / Double(score.overall.pointCount) - score.meanSquaredError) < 1e-12)
                for metrics in channels + [score.overall] {
                    #expect(metrics.negativeLogLikelihood.isFinite && metrics.continuousRankedProbabilityScore > 0)
                    #expect(metrics.coverage[0] <= metrics.coverage[1] && metrics.coverage[1] <= metrics.coverage[2])
                }
            }
            #expect(evaluation.horizon.reduce(0) { $0 + $1.pointCount } == evaluation.pointCount)
            #expect(zip(evaluation.horizon, evaluation.horizon.dropFirst()).allSatisfy { $0.to <= $1.from })
        }
        // A channel of noise alone is predicted best by its mean, and its bands cover what they claim.
        let mean = try #require(results[0][0].scores.first { $0.method == "training-mean" }?.channels[1])
        #expect(abs(mean.meanSquaredError - 1) < 0.4)
        #expect(abs(mean.coverage[1] - 0.8) < 0.15)
    }

    @Test func `the Gaussian process learns scales and passes where the data are`() throws {
        let all = Self.series(30)
        let normalization = Normalization(trainingOn: all, channels: 2)
        let baseline = GaussianProcessBaseline(
            training: all, normalization: normalization, pool: ThreadPool(threadCount: 1))
        // The first channel is smooth, the second is noise.
        #expect(baseline.processes[0].noise < 0.2)
        let whole = baseline.processes[1]
        #expect((whole.noise * whole.noise + whole.deviation * whole.deviation).squareRoot() < 1.3)
        let seen = all[0]
        let origin = normalization.origin(of: seen)
        let near = baseline.predict(channel: 0, at: [seen.times[5]], seen: seen, origin: origin)[0]
        #expect(abs(near.mean - seen.values[10]) < 0.1)
        let far = baseline.predict(channel: 0, at: [seen.times[19] + 1_000], seen: seen, origin: origin)[0]
        #expect(abs(far.mean - normalization.channelMeans[0]) < 1e-6)
        #expect(far.standardDeviation > 3 * near.standardDeviation)
    }
}
