import LodeService

/// A model beside the simple baselines, on held-out points.
enum ComparisonTable {
    /// The lines of the table, and below it in plain words where the model wins and where it loses.
    static func lines(_ report: EvaluationReport) -> [String] {
        var lines: [String] = []
        for (name, regime) in [("Interpolation", report.interpolation), ("Extrapolation", report.extrapolation)] {
            guard let regime else {
                lines += ["\(name): not measured, the data allow no such test.", ""]
                continue
            }
            lines.append(
                "\(name): \(regime.pointCount) held-out values of \(regime.seriesCount) series "
                    + "(\(regime.protocolDescription))")
            var table = TextTable([("  method", .left), ("MSE", .right), ("80 % band covers", .right)])
            // The model, the model without its local correction, then the baselines.
            for score in regime.scores.prefix(1) + [regime.uncorrected].compactMap(\.self) + regime.scores.dropFirst() {
                table.add([
                    "  " + score.phrase, NumberText.fixed(score.meanSquaredError, 5),
                    NumberText.percent(score.coverage80),
                ])
            }
            lines += table.lines + [""]
        }
        lines.append("MSE on values normalised by the training data; a good 80 % band covers 80 %.")
        lines += report.verdicts
        lines += report.warnings.filter { warning in !report.losses.contains(warning) }.map { "Warning: \($0)" }
        return lines
    }
}
