internal import Foundation
internal import LodeModels
internal import LodeNumerics
internal import LodeSolvers

/// The held-out score that decides when to stop, and the calibration that comes from the same values.
struct ValidationScore: Sendable {
    let tasks: [ContextSampler.Task: [HeldOutTask]]
    let sampleCount = 16
    let seed: UInt64

    /// Tasks on the validation series, fixed for the whole run.
    init(series: [ChannelSeries], normalization: Normalization, design: any TaskDesign, seed: UInt64) {
        // Few series are asked several times, so that the score does not hang on one draw of hidden times.
        let repetitions = max(1, 64 / max(series.count, 1))
        var tasks: [ContextSampler.Task: [HeldOutTask]] = [:]
        for kind in ContextSampler.Task.allCases {
            tasks[kind] = HeldOutTask.tasks(
                kind, of: series, repetitions: repetitions, normalization: normalization, design: design,
                seed: seed &+ 1)
        }
        self.tasks = tasks
        self.seed = seed
    }

    /// Whether there is anything to score.
    var isEmpty: Bool { tasks.values.allSatisfy(\.isEmpty) }

    /// The mean negative log predictive density of hidden values, in nats of normalised units, both tasks alike.
    func negativeLogLikelihood(
        of model: TrainedModel, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> Double {
        var total = 0.0
        var kinds = 0
        for kind in ContextSampler.Task.allCases {
            var sum = 0.0
            var count = 0
            try forEachValue(kind, of: model, kernels: kernels, pool: pool) { distribution, value, scale in
                sum -= distribution.logDensity(value) + scale
                count += 1
            }
            guard count > 0 else { continue }
            total += sum / Double(count)
            kinds += 1
        }
        return total / Double(max(kinds, 1))
    }

    /// The factors that make 80 % bands cover 80 % of the hidden values.
    func calibration(
        of model: TrainedModel, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> Calibration {
        var factors: [ContextSampler.Task: Double] = [:]
        for kind in ContextSampler.Task.allCases {
            var ratios: [Double] = []
            try forEachValue(kind, of: model, kernels: kernels, pool: pool) { distribution, value, _ in
                // By what the band must be stretched about the mean to reach the value.
                let mean = distribution.mean
                let reach = value >= mean ? distribution.quantile(0.9) - mean : mean - distribution.quantile(0.1)
                ratios.append(abs(value - mean) / max(reach, .leastNormalMagnitude))
            }
            factors[kind] = Self.conservativeQuantile(ratios)
        }
        return Calibration(
            interpolation: factors[.interpolation] ?? 1, extrapolation: factors[.extrapolation] ?? 1)
    }

    /// The 80 % quantile with the finite-sample correction of split conformal prediction.
    ///
    /// V. Vovk, A. Gammerman, G. Shafer, "Algorithmic learning in a random world", 2005. The limits are there because
    /// a few validation values must not make a band absurd.
    private static func conservativeQuantile(_ ratios: [Double]) -> Double {
        guard ratios.count >= 10 else { return 1 }
        let sorted = ratios.sorted()
        let rank = (0.8 * Double(sorted.count + 1)).rounded(.up)
        return min(max(sorted[min(Int(rank), sorted.count) - 1], 0.25), 4)
    }

    private func forEachValue(
        _ kind: ContextSampler.Task, of model: TrainedModel, kernels: Kernels<Float>, pool: ThreadPool,
        _ body: (_ distribution: PredictiveDistribution, _ value: Double, _ logScale: Double) -> Void
    ) throws(SolveError) {
        guard let tasks = tasks[kind], !tasks.isEmpty else { return }
        let predictions = try model.predict(
            tasks.map(\.query), sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
        let channels = model.normalization.channelMeans.count
        let logScales = model.normalization.channelDeviations.map { log($0) }
        for (task, prediction) in zip(tasks, predictions) {
            task.forEachHiddenValue { time, channel, value in
                body(prediction.distributions[time * channels + channel], value, logScales[channel])
            }
        }
    }
}
