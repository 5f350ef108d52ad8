internal import LodeService
internal import LodeTraining

extension EvaluationReport {
    /// The report on a run's evaluations; a model that loses to a baseline is told so in a warning.
    ///
    /// - Parameter channels: the names of the model's channels, in its order.
    init(_ evaluations: [TaskEvaluation], channels: [String]) {
        func regime(_ task: ContextSampler.Task) -> Regime? {
            guard let evaluation = evaluations.first(where: { $0.task == task }) else { return nil }
            let hidden =
                switch task {
                case .interpolation: "a random 30 % of the times between the first and the last"
                case .extrapolation: "the second half of the times"
                }
            return Regime(
                pointCount: evaluation.pointCount, seriesCount: evaluation.seriesCount,
                protocolDescription: "\(hidden) of \(evaluation.seriesCount) held-out series"
                    + (evaluation.repetitions > 1 ? ", \(evaluation.repetitions) draws of each" : ""),
                scores: evaluation.scores.map { Score($0, channels: channels) },
                uncorrected: evaluation.uncorrected.map { Score($0, channels: channels) },
                calibration: evaluation.horizon.map(CalibrationBin.init))
        }
        self.init(
            interpolation: regime(.interpolation), extrapolation: regime(.extrapolation), warnings: [])
        warnings = losses
        for evaluation in evaluations {
            guard let model = evaluation.scores.first else { continue }
            if model.coverage80 < 0.7 || model.coverage80 > 0.9, evaluation.pointCount >= 50 {
                let percent = Int((100 * model.coverage80).rounded())
                warnings.append("The 80 % band covers \(percent) % of held-out values at \(evaluation.task).")
            }
        }
    }
}

extension EvaluationReport.Score {
    init(_ score: TaskEvaluation.Score, channels: [String]) {
        self.init(
            method: score.method, meanSquaredError: score.overall.meanSquaredError,
            coverage80: score.overall.coverage[1])
        meanAbsoluteError = score.overall.meanAbsoluteError
        negativeLogLikelihood = score.overall.negativeLogLikelihood.finite
        continuousRankedProbabilityScore = score.overall.continuousRankedProbabilityScore
        coverage50 = score.overall.coverage[0]
        coverage95 = score.overall.coverage[2]
        self.channels = zip(channels, score.channels).compactMap { name, metrics in
            metrics.map { EvaluationReport.ChannelScore(name, $0) }
        }
    }
}

extension EvaluationReport.ChannelScore {
    fileprivate init(_ channel: String, _ metrics: Metrics) {
        self.init(
            channel: channel, pointCount: metrics.pointCount, meanSquaredError: metrics.meanSquaredError,
            meanAbsoluteError: metrics.meanAbsoluteError,
            negativeLogLikelihood: metrics.negativeLogLikelihood.finite,
            continuousRankedProbabilityScore: metrics.continuousRankedProbabilityScore,
            coverage50: metrics.coverage[0], coverage80: metrics.coverage[1], coverage95: metrics.coverage[2])
    }
}

extension EvaluationReport.CalibrationBin {
    fileprivate init(_ bin: TaskEvaluation.HorizonBin) {
        self.init(
            from: bin.from, to: bin.to, pointCount: bin.pointCount, levels: Calibration.levels,
            before: bin.coverageBefore, after: bin.coverageAfter)
    }
}

extension Double {
    /// JSON has no infinity.
    fileprivate var finite: Double? { isFinite ? self : nil }
}
