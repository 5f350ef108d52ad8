internal import Foundation
internal import LodeModels
public import LodeNumerics
public import LodeSolvers

/// Scores a trained model and the baselines on hidden values.
public struct Evaluator: Sendable {
    /// Tasks whose predictions are in memory at once.
    static let tasksAtOnce = 32
    /// The most bins of the calibration by distance, and the fewest values in one.
    static let (mostBins, fewestInBin) = (5, 25)

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
    /// The model's and the baselines' bands come from the same kind of knowledge. The training mean has the deviation of
    /// the training values; the last value and the straight line have their root mean squared error on the same task of
    /// the training series, channel by channel: the band that somebody would draw who knew how wrong they usually are. The
    /// Gaussian process has its own.
    public func evaluate(
        _ kind: ContextSampler.Task, test: [ChannelSeries], training: [ChannelSeries], seed: UInt64
    ) throws(SolveError) -> TaskEvaluation? {
        let repetitions = Self.repetitions(kind, of: test)
        let tasks = HeldOutTask.tasks(
            kind, of: test, repetitions: repetitions, normalization: model.normalization, seed: seed)
        let known = HeldOutTask.tasks(
            kind, of: training, repetitions: 1, normalization: model.normalization, seed: seed)
        let measured = try judge(model, on: tasks, seed: seed) { task, prediction in
            (sums: self.sums(task, of: prediction), bands: bands(task, of: prediction))
        }
        guard let modelScore = score("latent-ode", measured.map(\.sums)) else { return nil }
        var uncorrected: TaskEvaluation.Score?
        if model.correction.isActive {
            let sums = try judge(model.withoutCorrection, on: tasks, seed: seed) { self.sums($0, of: $1) }
            uncorrected = score("latent-ode-uncorrected", sums)
        }
        var uncalibrated = model
        uncalibrated.calibration = .none
        let before = try judge(uncalibrated, on: tasks, seed: seed) { bands($0, of: $1) }
        var scores = [modelScore]
        for baseline in Baseline.allCases {
            let deviations = deviations(of: baseline, on: known)
            let sums = pool.map(tasks.count) { [tasks] index, _ in
                self.sums(tasks[index]) { task, time, channel in
                    .gaussian(
                        means: [
                            baseline.predict(
                                channel: channel, at: task.hidden.times[time], seen: task.seen,
                                normalization: model.normalization)
                        ], deviation: deviations[channel])
                }
            }
            if let score = score(baseline.rawValue, sums) { scores.append(score) }
        }
        let process = GaussianProcessBaseline(
            training: training, normalization: model.normalization, pool: pool)
        let sums = pool.map(tasks.count) { [tasks] index, _ in
            let task = tasks[index]
            let predictions = channels.map { channel in
                process.predict(channel: channel, at: task.hidden.times, seen: task.seen, origin: task.origin)
            }
            return self.sums(task) { _, time, channel in predictions[channel][time] }
        }
        if let score = score(GaussianProcessBaseline.method, sums) { scores.append(score) }
        return TaskEvaluation(
            task: kind, pointCount: modelScore.overall.pointCount, seriesCount: Set(tasks.map(\.seen.name)).count,
            repetitions: repetitions, scores: scores, uncorrected: uncorrected,
            horizon: Self.horizon(before: before.flatMap(\.self), after: measured.flatMap(\.bands)))
    }

    private var channels: Range<Int> { 0..<model.normalization.channelMeans.count }

    /// A hidden value: how far from the values seen it lies, and which bands covered it.
    private struct BandPoint: Sendable {
        var distance: Double
        var covered: [Bool]
    }

    /// What `body` says of each task and a model's predictions for it.
    private func judge<Value: Sendable>(
        _ model: TrainedModel, on tasks: [HeldOutTask], seed: UInt64,
        _ body: @Sendable (_ task: HeldOutTask, _ prediction: PredictiveSeries) -> Value
    ) throws(SolveError) -> [Value] {
        var results: [Value] = []
        for start in stride(from: 0, to: tasks.count, by: Self.tasksAtOnce) {
            let part = Array(tasks[start..<min(start + Self.tasksAtOnce, tasks.count)])
            let predictions = try model.predict(
                part.map(\.query), sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
            results += pool.map(part.count) { index, _ in body(part[index], predictions[index]) }
        }
        return results
    }

    /// Which bands cover the hidden values of a task.
    private func bands(_ task: HeldOutTask, of prediction: PredictiveSeries) -> [BandPoint] {
        var bands: [BandPoint] = []
        task.forEachHiddenValue { time, channel, value in
            let distribution = prediction[time, channel]
            bands.append(
                BandPoint(
                    distance: task.seen.times.distance(to: task.hidden.times[time]),
                    covered: Calibration.levels.map { distribution.covers(value, level: $0) }))
        }
        return bands
    }

    /// The sums of each channel of one task for a model's predictions.
    private func sums(_ task: HeldOutTask, of prediction: PredictiveSeries) -> [MetricSum] {
        sums(task) { _, time, channel in prediction[time, channel] }
    }

    /// The sums of each channel of one task for some predictions.
    private func sums(
        _ task: HeldOutTask, _ prediction: (_ task: HeldOutTask, _ time: Int, _ channel: Int) -> PredictiveDistribution
    ) -> [MetricSum] {
        var sums = channels.map { _ in MetricSum() }
        let units = model.normalization.channelDeviations
        let logUnits = model.logScales
        task.forEachHiddenValue { time, channel, value in
            sums[channel].add(
                value, prediction(task, time, channel), unit: units[channel], logUnit: logUnits[channel])
        }
        return sums
    }

    /// The metrics of a method from the sums of its tasks; nil without values.
    private func score(_ method: String, _ tasks: [[MetricSum]]) -> TaskEvaluation.Score? {
        var overall = MetricSum()
        var byChannel = channels.map { _ in MetricSum() }
        for sums in tasks {
            for channel in channels {
                byChannel[channel] += sums[channel]
                overall += sums[channel]
            }
        }
        return overall.metrics.map { metrics in
            TaskEvaluation.Score(method: method, overall: metrics, channels: byChannel.map(\.metrics))
        }
    }

    /// The deviation of a baseline's band in each channel.
    private func deviations(of baseline: Baseline, on known: [HeldOutTask]) -> [Double] {
        let usual = model.normalization.channelDeviations
        guard baseline != .trainingMean else { return usual }
        var squares = channels.map { _ in 0.0 }
        var counts = channels.map { _ in 0 }
        for task in known {
            task.forEachHiddenValue { time, channel, value in
                let error =
                    value
                    - baseline.predict(
                        channel: channel, at: task.hidden.times[time], seen: task.seen,
                        normalization: model.normalization)
                squares[channel] += error * error
                counts[channel] += 1
            }
        }
        return channels.map { channel in
            guard counts[channel] > 1 else { return usual[channel] }
            // A channel that never changes has no error; a band has a width.
            return max((squares[channel] / Double(counts[channel])).squareRoot(), 1e-6 * usual[channel])
        }
    }

    /// Bins of equal numbers of values; both lists are of the same values in the same order.
    private static func horizon(
        before: [BandPoint], after: [BandPoint]
    ) -> [TaskEvaluation.HorizonBin] {
        let order = after.indices.filter { after[$0].distance.isFinite }
            .sorted { after[$0].distance < after[$1].distance }
        let count = min(mostBins, order.count / fewestInBin)
        return EqualBins.ranges(of: order.map { after[$0].distance }, count: count, fewest: fewestInBin).map { range in
            let part = order[range]
            func coverage(_ bands: [BandPoint]) -> [Double] {
                Calibration.levels.indices.map { level in
                    Double(part.count { bands[$0].covered[level] }) / Double(part.count)
                }
            }
            return TaskEvaluation.HorizonBin(
                from: after[part[part.startIndex]].distance, to: after[part[part.endIndex - 1]].distance,
                pointCount: part.count, coverageBefore: coverage(before), coverageAfter: coverage(after))
        }
    }
}
