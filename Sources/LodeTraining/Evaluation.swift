internal import Foundation
public import LodeNumerics
public import LodeSolvers

/// How a model and the baselines do on the held-out values of one task.
public struct TaskEvaluation: Sendable, Hashable {
    /// One method's scores.
    public struct Score: Sendable, Hashable {
        /// `latent-ode` or a ``Baseline``'s raw value.
        public var method: String
        /// The mean squared error, in units of the channels' variance over the training values.
        public var meanSquaredError: Double
        /// The share of values within the 80 % band.
        public var coverage80: Double
    }

    /// The task.
    public var task: ContextSampler.Task
    /// How many values were hidden and scored, all repetitions together.
    public var pointCount: Int
    /// Of how many series.
    public var seriesCount: Int
    /// How often each series was asked, with other values hidden each time.
    public var repetitions: Int
    /// The model first, then the baselines.
    public var scores: [Score]
    /// The model without its local correction; nil where it has none.
    public var uncorrected: Score?
}

/// Scores a trained model and the baselines on hidden values.
public struct Evaluator: Sendable {
    let model: TrainedModel
    let kernels: Kernels<Float>
    let pool: ThreadPool
    let sampleCount: Int

    /// An evaluator that averages over `sampleCount` posterior samples.
    public init(model: TrainedModel, kernels: Kernels<Float>, pool: ThreadPool, sampleCount: Int) {
        self.model = model
        self.kernels = kernels
        self.pool = pool
        self.sampleCount = sampleCount
    }

    /// Scores one task on test series; nil where none of them allows it.
    ///
    /// A baseline's band is its prediction ± 1.2816 times its root mean squared error on the same task of the training
    /// series: the band that somebody would draw who knew how wrong it usually is.
    public func evaluate(
        _ kind: ContextSampler.Task, test: [ChannelSeries], training: [ChannelSeries], seed: UInt64
    ) throws(SolveError) -> TaskEvaluation? {
        let repetitions = Self.repetitions(kind, of: test)
        let tasks = HeldOutTask.tasks(
            kind, of: test, repetitions: repetitions, normalization: model.normalization, seed: seed)
        let known = HeldOutTask.tasks(
            kind, of: training, repetitions: 1, normalization: model.normalization, seed: seed)
        let modelScore = try score(of: model, on: tasks, seed: seed)
        guard modelScore.count > 0 else { return nil }
        var uncorrected: TaskEvaluation.Score?
        if model.correction.isActive {
            var plain = model
            plain.correction = .none(channels: model.normalization.channelMeans.count)
            uncorrected = try self.score(of: plain, on: tasks, seed: seed).score(of: "latent-ode-uncorrected")
        }
        var scores = [modelScore.score(of: "latent-ode")]
        for baseline in Baseline.allCases {
            var usual = ScoreSum()
            forEachError(of: baseline, in: known) { usual.add(error: $0, isCovered: false) }
            let halfWidth = 1.281_551_565_544_600_4 * usual.meanSquaredError.squareRoot()
            var score = ScoreSum()
            forEachError(of: baseline, in: tasks) { score.add(error: $0, isCovered: abs($0) <= halfWidth) }
            scores.append(score.score(of: baseline.rawValue))
        }
        return TaskEvaluation(
            task: kind, pointCount: modelScore.count, seriesCount: Set(tasks.map(\.seen.name)).count,
            repetitions: repetitions, scores: scores, uncorrected: uncorrected)
    }

    private func score(
        of model: TrainedModel, on tasks: [HeldOutTask], seed: UInt64
    ) throws(SolveError) -> ScoreSum {
        var sum = ScoreSum()
        let predictions = try model.predict(
            tasks.map(\.query), sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
        let channels = model.normalization.channelMeans.count
        for (task, prediction) in zip(tasks, predictions) {
            task.forEachHiddenValue { time, channel, value in
                let distribution = prediction.distributions[time * channels + channel]
                let isCovered =
                    value >= distribution.quantile(0.1) && value <= distribution.quantile(0.9)
                sum.add(error: normalized(value - distribution.mean, channel), isCovered: isCovered)
            }
        }
        return sum
    }

    private func normalized(_ error: Double, _ channel: Int) -> Double {
        error / model.normalization.channelDeviations[channel]
    }

    private func forEachError(of baseline: Baseline, in tasks: [HeldOutTask], _ body: (Double) -> Void) {
        for task in tasks {
            task.forEachHiddenValue { time, channel, value in
                let predicted = baseline.predict(
                    channel: channel, at: task.hidden.times[time], seen: task.seen,
                    normalization: model.normalization)
                body(normalized(value - predicted, channel))
            }
        }
    }

    private struct ScoreSum {
        var count = 0
        private var squares = 0.0
        private var covered = 0

        mutating func add(error: Double, isCovered: Bool) {
            count += 1
            squares += error * error
            if isCovered { covered += 1 }
        }

        var meanSquaredError: Double { squares / Double(max(count, 1)) }

        func score(of method: String) -> TaskEvaluation.Score {
            TaskEvaluation.Score(
                method: method, meanSquaredError: meanSquaredError,
                coverage80: Double(covered) / Double(max(count, 1)))
        }
    }
}
