internal import Foundation
internal import LodeModels
internal import LodeNumerics
internal import LodeSolvers

/// The held-out score that decides when to stop.
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
        let logScales = model.logScales
        var total = 0.0
        var kinds = 0
        for kind in ContextSampler.Task.allCases {
            guard let tasks = tasks[kind], !tasks.isEmpty else { continue }
            let predictions = try model.predict(
                tasks.map(\.query), sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
            var sum = 0.0
            var count = 0
            for (task, prediction) in zip(tasks, predictions) {
                task.forEachHiddenValue { time, channel, value in
                    sum -= prediction[time, channel].logDensity(value) + logScales[channel]
                    count += 1
                }
            }
            guard count > 0 else { continue }
            total += sum / Double(count)
            kinds += 1
        }
        return total / Double(max(kinds, 1))
    }
}

extension TrainedModel {
    /// What makes a log density of the data's units one of normalised units, `[C]`; 0 for counts and binary values, whose
    /// probabilities have no units.
    var logScales: [Double] {
        zip(model.configuration.families, normalization.channelDeviations).map { family, deviation in
            family.isLocationScale ? log(deviation) : 0
        }
    }
}
