internal import Foundation
internal import LodeModels
public import LodeNumerics
public import LodeSolvers

/// Learns the local correction and the calibration of a trained model from series that it was not trained on.
///
/// Values of the series are hidden in many draws. Each channel's residual process is fitted to them, in each regime, and
/// used only where it helps on series that it was not fitted to; then the bands are stretched so that they cover what
/// they claim, judged by corrections that were fitted to other series than the values judged.
public struct Calibrator: Sendable {
    /// Posterior samples of each prediction.
    static let sampleCount = 32
    /// The most tasks of each kind that corrections are fitted to; more cost time and change little.
    static let mostCorrectionTasks = 48
    /// The most hidden values that bands are calibrated on, in each task; beyond them nothing changes but the time.
    static let mostValues = 100_000
    /// Tasks whose predictions are in memory at once.
    static let tasksAtOnce = 32

    private let series: [ChannelSeries]
    private let design: any TaskDesign
    private let seed: UInt64

    /// A calibrator on validation series; `seed` decides what is hidden.
    public init(series: [ChannelSeries], design: any TaskDesign = EveryTask(), seed: UInt64) {
        self.series = series
        self.design = design
        self.seed = seed
    }

    /// The model with the correction and calibration that these series ask for; what it had of them is replaced.
    ///
    /// - Throws: ``SolveError`` where a time is not finite.
    public func fitted(
        _ model: TrainedModel, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> TrainedModel {
        let channels = model.normalization.channelMeans.count
        var plain = model
        plain.calibration = .none
        plain.uncorrectedCalibration = nil
        plain.correction = .none(channels: channels)
        let repetitions = max(1, 96 / max(series.count, 1))
        let kinds = ContextSampler.Task.allCases.map { kind in
            HeldOutTask.tasks(
                kind, of: series, repetitions: repetitions, normalization: model.normalization, design: design,
                isCalibration: true, seed: seed &+ 2)
        }
        let choices = try corrections(of: plain, kinds: kinds, kernels: kernels, pool: pool)
        var folds: [TrainedModel] = []
        for fold in 0..<CorrectionFit.folds {
            var one = plain
            for (regime, choice) in choices { one.correction[regime] = choice.map { $0.withoutFold[fold] } }
            folds.append(one)
        }
        var result = plain
        for (regime, choice) in choices { result.correction[regime] = choice.map(\.process) }
        let gapScale = Self.gapScale(kinds.joined(), normalization: model.normalization)
        func calibration(judgedBy folds: [TrainedModel]) throws(SolveError) -> Calibration {
            var points: [ContextSampler.Task: [CalibrationPoint]] = [:]
            for tasks in kinds {
                try collect(&points, of: tasks, folds: folds, gapScale: gapScale, kernels: kernels, pool: pool)
            }
            let inside = CalibrationFit(points[.interpolation] ?? [], channels: channels)
            let outside = CalibrationFit(points[.extrapolation] ?? [], channels: channels)
            return Calibration(
                interpolation: inside.fitted(), extrapolation: outside.fitted(), gapScale: gapScale,
                validatedHorizon: outside.validatedHorizon())
        }
        result.calibration = try calibration(judgedBy: folds)
        result.uncorrectedCalibration = result.correction.isActive ? try calibration(judgedBy: [plain]) : nil
        return result
    }

    /// The median gap between the times that are seen, in model time.
    private static func gapScale(
        _ tasks: some Sequence<HeldOutTask>, normalization: Normalization
    ) -> Double {
        let gaps = tasks.flatMap { task in zip(task.seen.times.dropFirst(), task.seen.times).map { $0 - $1 } }.sorted()
        guard !gaps.isEmpty else { return 1 }
        let gap = gaps[gaps.count / 2] / normalization.timeUnit
        return gap > 0 ? gap : 1
    }

    /// Adds the hidden values of tasks, each judged by the correction of its series' fold.
    private func collect(
        _ points: inout [ContextSampler.Task: [CalibrationPoint]], of tasks: [HeldOutTask], folds: [TrainedModel],
        gapScale: Double, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) {
        var judge = folds[0]
        judge.calibration.gapScale = gapScale
        let decoder = PredictionDecoder(judge)
        for fold in folds.indices {
            let own = tasks.filter { $0.series % folds.count == fold }
            var count = 0
            for start in stride(from: 0, to: own.count, by: Self.tasksAtOnce) {
                guard count < Self.mostValues / folds.count else { break }
                let part = own[start..<min(start + Self.tasksAtOnce, own.count)]
                let predictions = try folds[fold].predict(
                    part.map(\.query), sampleCount: Self.sampleCount, seed: seed, kernels: kernels, pool: pool)
                for (task, prediction) in zip(part, predictions) {
                    let plan = decoder.plan(task.query)
                    task.forEachHiddenValue { index, channel, value in
                        let distribution = prediction[index, channel]
                        guard distribution.isLocationScale else { return }
                        let time = plan.times[index]
                        let reach = abs(value - distribution.components.mean) / distribution.components.spread
                        // A solve that failed has no spread to be stretched.
                        guard reach.isFinite else { return }
                        points[decoder.regime(of: time, plan: plan), default: []].append(
                            CalibrationPoint(
                                channel: channel, modelTime: time,
                                distance: decoder.distance(of: time, plan: plan) ?? 0,
                                contextCount: task.seen.times.count,
                                ratios: decoder.knots[channel].map { reach / $0 },
                                value: .init(series: task.series, time: task.hidden.times[index], channel: channel)))
                        count += 1
                    }
                }
            }
        }
    }
}

// MARK: - Correction

extension Calibrator {
    /// What each channel's residuals ask for in each regime.
    private func corrections(
        of model: TrainedModel, kinds: [[HeldOutTask]], kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [ContextSampler.Task: [CorrectionFit.Choice]] {
        let decoder = PredictionDecoder(model)
        let channels = decoder.noise.count
        var residuals: [ContextSampler.Task: [[ResidualTask]]] = [:]
        for regime in ContextSampler.Task.allCases { residuals[regime] = Array(repeating: [], count: channels) }
        for tasks in kinds {
            // Spread over the series, whose tasks lie side by side.
            let step = max(1, Double(tasks.count) / Double(Self.mostCorrectionTasks))
            let chosen = Swift.stride(from: 0, to: Double(tasks.count), by: step).map { tasks[Int($0)] }
            let predictions = try model.predict(
                chosen.map { task in
                    SeriesQuery(
                        context: task.seen, origin: task.origin, times: task.hidden.times + task.seen.times)
                }, sampleCount: Self.sampleCount, seed: seed, kernels: kernels, pool: pool)
            for (task, prediction) in zip(chosen, predictions)
            where prediction.outcomes.allSatisfy({ $0 == .completed }) {
                let plan = decoder.plan(task.query)
                for regime in ContextSampler.Task.allCases {
                    for channel in 0..<channels where decoder.noise[channel].family.isLocationScale {
                        let hidden = task.hidden.times.indices.filter { index in
                            task.hidden.mask[index * channels + channel]
                                && decoder.regime(of: plan.times[index], plan: plan) == regime
                        }
                        guard !hidden.isEmpty else { continue }
                        residuals[regime]?[channel].append(
                            ResidualTask(
                                task, hidden: hidden, prediction: prediction, channel: channel, decoder: decoder))
                    }
                }
            }
        }
        var choices: [ContextSampler.Task: [CorrectionFit.Choice]] = [:]
        for (regime, byChannel) in residuals {
            choices[regime] = pool.map(channels) { channel, _ in CorrectionFit(tasks: byChannel[channel]).fitted() }
        }
        return Self.bridged(choices, residuals: residuals[.extrapolation] ?? [])
    }

    /// A channel that is corrected between its observations but not beyond them would jump at the last one: it falls back
    /// to the model within a quarter of the smallest distances that were tested, where nothing is lost by it.
    private static func bridged(
        _ choices: [ContextSampler.Task: [CorrectionFit.Choice]], residuals: [[ResidualTask]]
    ) -> [ContextSampler.Task: [CorrectionFit.Choice]] {
        guard let inside = choices[.interpolation], var outside = choices[.extrapolation] else { return choices }
        for channel in outside.indices where outside[channel].process == nil {
            guard let process = inside[channel].process, process.noise < 1 else { continue }
            let distances = residuals[channel].flatMap { task in
                task.hiddenTimes.map { time in task.seenTimes.last.map { abs(time - $0) } ?? .infinity }
            }.filter { $0 > 0 && $0 < .infinity }.sorted()
            guard !distances.isEmpty else { continue }
            // Far away the process has the variance of the model's noise, 1.
            let bridge = MaternProcess(
                deviation: (1 - process.noise * process.noise).squareRoot(),
                lengthScale: 0.25 * distances[distances.count / 10], noise: process.noise)
            outside[channel] = CorrectionFit.Choice(
                process: bridge, withoutFold: Array(repeating: bridge, count: CorrectionFit.folds))
        }
        var result = choices
        result[.extrapolation] = outside
        return result
    }
}

extension ResidualTask {
    /// The residuals of one channel, of the hidden times at `hidden`; predictions are of all hidden times, then of the seen
    /// ones.
    fileprivate init(
        _ task: HeldOutTask, hidden: [Int], prediction: PredictiveSeries, channel: Int, decoder: PredictionDecoder
    ) {
        let normalization = decoder.model.normalization
        let channels = normalization.channelMeans.count
        let samples = 0..<prediction.outcomes.count
        let unit = normalization.channelScales[channel]
        func components(_ positions: [Int], offset: Int) -> [PredictiveDistribution.Components] {
            positions.map { prediction[offset + $0, channel].components }
        }
        func residuals(_ series: ChannelSeries, _ indices: [Int], offset: Int) -> [[Double]] {
            let parts = components(indices, offset: offset)
            return samples.map { sample in
                zip(indices, parts).map { index, part in
                    (series.values[index * channels + channel] - part.locations[sample]) / (part.scales?[sample] ?? 1)
                }
            }
        }
        func modelTimes(_ series: ChannelSeries, _ indices: [Int]) -> [Double] {
            indices.map { normalization.modelTime(series.times[$0], origin: task.origin) }
        }
        let hiddenParts = components(hidden, offset: 0)
        let seen = task.seen.times.indices.filter { task.seen.mask[$0 * channels + channel] }
        self.init(
            series: task.series, seenTimes: modelTimes(task.seen, seen),
            seenResiduals: residuals(task.seen, seen, offset: task.hidden.times.count),
            hiddenTimes: modelTimes(task.hidden, hidden),
            hiddenResiduals: residuals(task.hidden, hidden, offset: 0),
            hiddenScales: samples.map { sample in
                hiddenParts.map { ($0.scales?[sample] ?? unit) / unit }
            }, shape: decoder.shapes[channel])
    }
}
