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
        let measured = try sums(of: model, on: tasks, seed: seed)
        guard let modelScore = score("latent-ode", measured.map(\.sums)) else { return nil }
        var uncorrected: TaskEvaluation.Score?
        if model.correction.isActive {
            uncorrected = score(
                "latent-ode-uncorrected", try sums(of: model.withoutCorrection, on: tasks, seed: seed).map(\.sums))
        }
        var uncalibrated = model
        uncalibrated.calibration = .none
        let before = try sums(of: uncalibrated, on: tasks, seed: seed)
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
            horizon: Self.horizon(before: before.flatMap(\.bands), after: measured.flatMap(\.bands)))
    }

    private var channels: Range<Int> { 0..<model.normalization.channelMeans.count }

    /// The sums of one task: of each channel, and which bands covered each value at what distance.
    private struct TaskSums {
        var sums: [MetricSum]
        var bands: [(distance: Double, covered: [Bool])]
    }

    /// What a model makes of each task.
    private func sums(
        of model: TrainedModel, on tasks: [HeldOutTask], seed: UInt64
    ) throws(SolveError) -> [TaskSums] {
        var results: [TaskSums] = []
        for start in stride(from: 0, to: tasks.count, by: Self.tasksAtOnce) {
            let part = Array(tasks[start..<min(start + Self.tasksAtOnce, tasks.count)])
            let predictions = try model.predict(
                part.map(\.query), sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
            results += pool.map(part.count) { index, _ in
                let (task, distributions) = (part[index], predictions[index].distributions)
                var bands: [(distance: Double, covered: [Bool])] = []
                task.forEachHiddenValue { time, channel, value in
                    let distribution = distributions[time * channels.count + channel]
                    bands.append(
                        (
                            Self.distance(of: task.hidden.times[time], from: task.seen.times),
                            Calibration.levels.map { distribution.covers(value, level: $0) }
                        ))
                }
                return TaskSums(
                    sums: sums(task) { _, time, channel in distributions[time * channels.count + channel] },
                    bands: bands)
            }
        }
        return results
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

    private static func distance(of time: Double, from seen: [Double]) -> Double {
        let next = seen.partitioningIndex { $0 >= time }
        let after = next < seen.count ? seen[next] - time : .infinity
        let before = next > 0 ? time - seen[next - 1] : .infinity
        return min(after, before)
    }

    /// Bins of equal numbers of values; both lists are of the same values in the same order.
    private static func horizon(
        before: [(distance: Double, covered: [Bool])], after: [(distance: Double, covered: [Bool])]
    ) -> [TaskEvaluation.HorizonBin] {
        let order = after.indices.filter { after[$0].distance.isFinite }
            .sorted { after[$0].distance < after[$1].distance }
        let count = min(mostBins, order.count / fewestInBin)
        guard count > 0 else { return [] }
        var bins: [TaskEvaluation.HorizonBin] = []
        var start = 0
        for bin in 0..<count {
            var end = order.count * (bin + 1) / count
            // Equal distances stay together.
            while end > start, end < order.count, after[order[end]].distance == after[order[end - 1]].distance {
                end += 1
            }
            if order.count - end < fewestInBin { end = order.count }
            guard end > start else { continue }
            let part = order[start..<end]
            func coverage(_ bands: [(distance: Double, covered: [Bool])]) -> [Double] {
                Calibration.levels.indices.map { level in
                    Double(part.count { bands[$0].covered[level] }) / Double(part.count)
                }
            }
            bins.append(
                TaskEvaluation.HorizonBin(
                    from: after[order[start]].distance, to: after[order[end - 1]].distance, pointCount: part.count,
                    coverageBefore: coverage(before), coverageAfter: coverage(after)))
            start = end
        }
        return bins
    }
}
