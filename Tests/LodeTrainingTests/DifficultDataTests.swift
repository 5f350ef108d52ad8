import LodeModels
import LodeNumerics
import LodeTraining
import Testing

/// Data that people really have: each trains to finite predictions.
@Suite struct DifficultDataTests {
    enum Difficulty: String, CaseIterable, CustomTestStringConvertible {
        case constantChannel = "a channel that never changes"
        case missingChannel = "a channel that was never observed in training"
        case oneObservation = "one observation a series"
        case longSpan = "spans of 1e9"
        case shortSpan = "spans of 1e-6"
        case farOrigin = "times of 1e15, as microseconds since 1970"
        case outlier = "a value of 1e6 standard deviations"
        case hugeValues = "values of 1e30"
        case tinyValues = "values of 1e-30"
        case crowdedTimes = "times that differ by one part in 1e12"

        var testDescription: String { rawValue }
    }

    private func series(_ difficulty: Difficulty) -> [ChannelSeries] {
        (0..<12).map { number in
            let random = CounterRandom(seed: 50, stream: UInt64(number))
            let count = difficulty == .oneObservation ? 1 : 10
            var times = (0..<count).map { Double($0) + 0.5 * random.uniform(UInt64($0)) }
            switch difficulty {
            case .longSpan: times = times.map { $0 * 1e8 }
            case .shortSpan: times = times.map { $0 * 1e-7 }
            case .farOrigin: times = times.map { 1.7e15 + $0 * 86_400_000_000 }
            case .crowdedTimes: times = times.indices.map { Double($0 / 2) + Double($0 % 2) * 1e-12 }
            default: break
            }
            var values: [Double] = []
            var mask: [Bool] = []
            for index in 0..<count {
                var value = random.normal(UInt64(100 + index))
                switch difficulty {
                case .hugeValues: value *= 1e30
                case .tinyValues: value *= 1e-30
                case .outlier where number == 5 && index == 3: value = 1e6
                default: break
                }
                values += [value, difficulty == .constantChannel ? 7 : value + 1]
                mask += [true, difficulty != .missingChannel]
            }
            return ChannelSeries(name: "\(number)", times: times, values: values, mask: mask)
        }
    }

    @Test(arguments: Difficulty.allCases)
    func `training ends with finite predictions`(difficulty: Difficulty) throws {
        let kernels = Kernels<Float>(.best)
        let pool = ThreadPool(threadCount: 1)
        let data = try TrainingData(series(difficulty), channels: 2, seed: 3)
        let plan = TrainingPlan(for: data, seed: 3, wishes: .init(maxEpochs: 40))
        var trainer = try Trainer(
            data: data, model: LatentODE(plan.configuration), options: plan.options, kernels: kernels, pool: pool)
        while !trainer.isFinished {
            let report = try trainer.advance(shouldStop: { false })
            #expect(report?.trainingLoss.isFinite == true)
        }
        let model = try trainer.finish()
        let one = data.all[0]
        let asked = [one.times[0], one.times[one.times.count - 1]]
        let answer = try model.predict(
            [SeriesQuery(context: one, origin: data.normalization.origin(of: one), times: asked)], sampleCount: 8,
            seed: 1, kernels: kernels, pool: pool)[0]
        #expect(answer.channels.map(\.count) == [2, 2])
        for distribution in answer.channels.flatMap({ [$0[0], $0[1]] }) {
            #expect(distribution.mean.isFinite)
            #expect(distribution.standardDeviation.isFinite && distribution.standardDeviation > 0)
            #expect(distribution.quantile(0.1) <= distribution.quantile(0.9))
        }
        let evaluator = Evaluator(model: model, kernels: kernels, pool: pool, sampleCount: 8)
        for task in ContextSampler.Task.allCases {
            let scores = try evaluator.evaluate(
                task, test: data.series(data.split.test), training: data.series(data.split.training), seed: 3)
            for score in scores?.scores ?? [] { #expect(score.meanSquaredError.isFinite) }
        }
    }
}
