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
        return lines + [""] + ComparisonTable.lines(metadata.evaluation)
    }
}
