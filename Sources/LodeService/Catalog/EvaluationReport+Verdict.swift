extension EvaluationReport {
    /// One sentence for each regime: whether the model beats the baselines, and to which it loses.
    public var verdicts: [String] {
        var sentences: [String] = []
        if let interpolation { sentences.append(interpolation.verdict(named: "Interpolation")) }
        if let extrapolation { sentences.append(extrapolation.verdict(named: "Extrapolation")) }
        return sentences
    }

    /// A warning for each regime in which a baseline is better than the model.
    public var losses: [String] {
        [("interpolation", interpolation), ("extrapolation", extrapolation)].compactMap { name, regime in
            guard let lost = regime?.betterBaselines, !lost.isEmpty else { return nil }
            return "The model loses to \(lost.map(\.phrase).joined(separator: " and ")) at \(name)."
        }
    }
}

extension EvaluationReport.Regime {
    /// The score of the model, which comes first.
    public var model: EvaluationReport.Score? { scores.first }

    /// The baselines whose mean squared error is not above the model's, or any where the model's is no number.
    public var betterBaselines: [EvaluationReport.Score] {
        guard let model else { return [] }
        return scores.dropFirst().filter { !(model.meanSquaredError < $0.meanSquaredError) }
    }

    func verdict(named name: String) -> String {
        guard let model, scores.count > 1 else { return "\(name): nothing to compare with." }
        let lost = betterBaselines
        if lost.isEmpty {
            let best = scores.dropFirst().min { $0.meanSquaredError < $1.meanSquaredError }
            let ratio = best.map { $0.meanSquaredError / model.meanSquaredError } ?? 1
            return "\(name): the model beats all \(scores.count - 1) baselines; its MSE is \(Self.times(ratio)) smaller"
                + " than that of \(best?.phrase ?? "the best")."
        }
        return "\(name): the model LOSES to \(lost.map(\.phrase).joined(separator: " and ")); use that instead, or "
            + "train on more data."
    }

    private static func times(_ ratio: Double) -> String {
        let tenths = (ratio * 10).rounded() / 10
        return tenths.isFinite ? "\(tenths) times" : "many times"
    }
}

extension EvaluationReport.Score {
    /// The method in words.
    public var phrase: String {
        switch method {
        case "latent-ode": "latent ODE"
        case "latent-ode-uncorrected": "latent ODE, uncorrected"
        case "training-mean": "the training mean"
        case "last-value": "the last value carried forward"
        case "linear-interpolation": "linear interpolation"
        case "gaussian-process": "a Gaussian process"
        default: method
        }
    }
}
