import LodeService

/// A model beside the simple baselines, on held-out points.
enum ComparisonTable {
    /// The lines of the tables, and below them in plain words where the model wins and where it loses.
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
            lines += methods(regime) + [""]
            lines += channels(regime)
            lines += calibration(regime, distance: name == "Interpolation" ? "to the nearest" : "past the last")
        }
        lines.append(
            "Values are normalised by the training data. MSE, MAE, NLL (nats) and CRPS: less is better; an 80 % band should "
                + "cover 80 %.")
        lines += report.verdicts
        lines += report.warnings.filter { warning in !report.losses.contains(warning) }.map { "Warning: \($0)" }
        return lines
    }

    private static let columns: [(title: String, alignment: TextTable.Alignment)] = [
        ("MSE", .right), ("MAE", .right), ("NLL", .right), ("CRPS", .right), ("50 % band covers", .right),
        ("80 % band covers", .right), ("95 % band covers", .right),
    ]

    /// The model, the model without its local correction, then the baselines.
    private static func methods(_ regime: EvaluationReport.Regime) -> [String] {
        var table = TextTable([("  method", .left)] + columns)
        for score in regime.scores.prefix(1) + [regime.uncorrected].compactMap(\.self) + regime.scores.dropFirst() {
            table.add([
                "  " + score.phrase, NumberText.fixed(score.meanSquaredError, 5), number(score.meanAbsoluteError),
                number(score.negativeLogLikelihood), number(score.continuousRankedProbabilityScore),
                NumberText.percent(score.coverage50), NumberText.percent(score.coverage80),
                NumberText.percent(score.coverage95),
            ])
        }
        return table.lines
    }

    /// The model in each channel, beside the best baseline there; nothing where there is one channel.
    private static func channels(_ regime: EvaluationReport.Regime) -> [String] {
        guard let model = regime.model, let scores = model.channels, scores.count > 1 else { return [] }
        var table = TextTable(
            [("  channel", .left), ("values", .right)] + columns + [("best baseline", .left), ("MSE", .right)])
        for score in scores {
            let rivals = regime.scores.dropFirst().compactMap { rival in
                rival.channels?.first { $0.channel == score.channel }.map { (rival.phrase, $0.meanSquaredError) }
            }
            let best = rivals.min { $0.1 < $1.1 }
            table.add([
                "  " + score.channel, "\(score.pointCount)", NumberText.fixed(score.meanSquaredError, 5),
                number(score.meanAbsoluteError), number(score.negativeLogLikelihood),
                number(score.continuousRankedProbabilityScore), NumberText.percent(score.coverage50),
                NumberText.percent(score.coverage80), NumberText.percent(score.coverage95), best?.0 ?? "-",
                best.map { NumberText.fixed($0.1, 5) } ?? "-",
            ])
        }
        return ["  The latent ODE in each channel:"] + table.lines + [""]
    }

    /// What the bands covered by distance, before and after calibration.
    private static func calibration(_ regime: EvaluationReport.Regime, distance: String) -> [String] {
        guard let bins = regime.calibration, let levels = bins.first?.levels, !bins.isEmpty else { return [] }
        var table = TextTable(
            [("  distance", .left), ("values", .right)]
                + levels.map { (title: "\(NumberText.percent($0)) band covers", alignment: .right) })
        for bin in bins {
            table.add(
                ["  \(NumberText.short(bin.from)) to \(NumberText.short(bin.to))", "\(bin.pointCount)"]
                    + zip(bin.before, bin.after).map { "\(NumberText.percent($0)) → \(NumberText.percent($1))" })
        }
        return ["  Calibration, by distance \(distance) observation (before → after):"] + table.lines + [""]
    }

    private static func number(_ value: Double?) -> String {
        value.map { NumberText.fixed($0, 4) } ?? "-"
    }
}
