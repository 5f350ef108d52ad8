public import LodeSolvers

/// The log likelihood of hidden values under a model.
public struct HeldOutLikelihood: Sendable, Hashable {
    /// The mean log density of a hidden value in nats, in the data's units; both tasks count alike.
    public var mean: Double
    /// How many values were hidden and scored.
    public var pointCount: Int
    /// Of how many series.
    public var seriesCount: Int
}

extension Evaluator {
    /// The log likelihood of the values that ``evaluate(_:test:training:seed:)`` hides; nil where it hides none.
    ///
    /// Which values are hidden depends on the series and the seed alone, not on the model: evaluators of two models give
    /// figures that can be compared.
    public func logLikelihood(
        ofHidden test: [ChannelSeries], seed: UInt64
    ) throws(SolveError) -> HeldOutLikelihood? {
        var means: [Double] = []
        var count = 0
        var names: Set<String> = []
        for kind in ContextSampler.Task.allCases {
            let tasks = HeldOutTask.tasks(
                kind, of: test, repetitions: Self.repetitions(kind, of: test), normalization: model.normalization,
                seed: seed)
            let predictions = try model.predict(
                tasks.map(\.query), sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
            var sum = 0.0
            var values = 0
            for (task, prediction) in zip(tasks, predictions) {
                names.insert(task.seen.name)
                task.forEachHiddenValue { time, channel, value in
                    sum += prediction[time, channel].logDensity(value)
                    values += 1
                }
            }
            guard values > 0 else { continue }
            means.append(sum / Double(values))
            count += values
        }
        guard !means.isEmpty else { return nil }
        return HeldOutLikelihood(
            mean: means.reduce(0, +) / Double(means.count), pointCount: count, seriesCount: names.count)
    }

    /// How often each of a few series is asked, with other values hidden each time.
    static func repetitions(_ kind: ContextSampler.Task, of test: [ChannelSeries]) -> Int {
        kind == .interpolation ? max(1, 50 / max(test.count, 1)) : 1
    }
}
