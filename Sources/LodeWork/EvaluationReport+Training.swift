internal import LodeService
internal import LodeTraining

extension EvaluationReport {
    /// The report on a run's evaluations; a model that loses to a baseline is told so in a warning.
    init(_ evaluations: [TaskEvaluation]) {
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
                scores: evaluation.scores.map(Score.init), uncorrected: evaluation.uncorrected.map(Score.init))
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
    init(_ score: TaskEvaluation.Score) {
        self.init(
            method: score.method, meanSquaredError: score.meanSquaredError, coverage80: score.coverage80)
    }
}
