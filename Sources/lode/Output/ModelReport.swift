import LodeService

/// A model version for people.
enum ModelReport {
    /// What it is, what was chosen, and how it compares.
    static func lines(_ version: ModelVersionDescription) -> [String] {
        let metadata = version.metadata
        var lines = [
            "Model version \(version.version) of “\(version.dataset)”, trained by job \(version.job): "
                + "\(metadata.epochs) epochs in \(NumberText.fixed(metadata.trainingSeconds, 1)) s, the weights of "
                + "epoch \(metadata.bestEpoch), seed \(metadata.seed).",
            "Channels: \(metadata.channels.joined(separator: ", ")).",
        ]
        lines += metadata.choices.map { "Chosen: \($0)" }
        return lines + [""] + ComparisonTable.lines(metadata.evaluation) + sideLines(metadata)
    }

    /// What is known beside the values of channels.
    private static func sideLines(_ metadata: ModelMetadata) -> [String] {
        var lines: [String] = []
        if let outcome = metadata.outcome {
            let curve = outcome.areaUnderCurve.map { ", area under the ROC curve \(NumberText.fixed($0, 3))" } ?? ""
            lines.append(
                "Outcome “\(outcome.name)” of \(outcome.seriesCount) held-out series: loss "
                    + "\(NumberText.fixed(outcome.loss, 3)) (training mean "
                    + "\(NumberText.fixed(outcome.baselineLoss, 3)))\(curve).")
        }
        if let times = metadata.observationTimes {
            lines.append(
                "Times of \(times.count) held-out observations: log likelihood "
                    + "\(NumberText.fixed(times.logLikelihood, 3)) nats each (constant rate "
                    + "\(NumberText.fixed(times.constantRateLogLikelihood, 3))).")
        }
        return lines.isEmpty ? [] : [""] + lines
    }
}
