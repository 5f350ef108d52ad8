import LodeDomain
import LodeService

/// A model version for people.
enum ModelReport {
    /// What it is, what was chosen, and how it compares.
    static func lines(_ version: ModelVersionDescription) -> [String] {
        var line = "Model version \(version.version) of “\(version.dataset)”, \(origin(version))"
        var lines: [String] = []
        if let metadata = version.metadata {
            line +=
                ": \(metadata.epochs) epochs in \(NumberText.fixed(metadata.trainingSeconds, 1)) s, the weights of "
                + "epoch \(metadata.bestEpoch), seed \(metadata.seed)"
            lines.append("Channels: \(metadata.channels.joined(separator: ", ")).")
        }
        lines.insert(line + ".", at: 0)
        if let problem = version.problem { lines.append(problem) }
        if !version.aliases.isEmpty { lines.append("It is \(version.aliases.joined(separator: " and ")).") }
        if let data = version.data, let first = data.firstTime, let last = data.lastTime {
            lines.append(
                "Data: \(data.observations) observations of \(data.series) series, from \(first) to \(last), revision "
                    + "\(version.dataRevision).")
        }
        if let code = version.codeVersion { lines.append("Made by Lode \(code).") }
        for promotion in version.promotions {
            let verdict = promotion.verdict
            lines.append(
                (verdict.isPromoted ? "Promoted to " : "NOT promoted to ") + "“\(verdict.rule.alias)”: "
                    + verdict.reasons.joined(separator: " "))
        }
        for evaluation in version.evaluations ?? [] {
            lines.append("Measured again by job \(evaluation.job) at \(evaluation.at): \(summary(evaluation.report)).")
        }
        guard let metadata = version.metadata else { return lines }
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

    private static func origin(_ version: ModelVersionDescription) -> String {
        let parent = version.parent.map { " after version \($0)" } ?? ""
        return switch version.origin {
        case .trained: "trained by job \(version.job ?? 0)\(parent)"
        case .calibrated: "version \(version.parent ?? 0) calibrated anew by job \(version.job ?? 0)"
        case .imported: "imported"
        }
    }

    /// The figures of a later evaluation in one line.
    private static func summary(_ report: JSONValue) -> String {
        guard case .object(let members) = report else { return "no figures" }
        var parts: [String] = []
        if case .number(let value)? = members["logLikelihood"] {
            parts.append("log likelihood \(NumberText.fixed(value, 4)) nats a value")
        }
        if case .object(let evaluation)? = members["evaluation"] {
            for regime in ["interpolation", "extrapolation"] {
                guard case .object(let part)? = evaluation[regime], case .array(let scores)? = part["scores"],
                    case .object(let score)? = scores.first, case .number(let error)? = score["meanSquaredError"]
                else { continue }
                parts.append("\(regime) MSE \(NumberText.fixed(error, 5))")
            }
        }
        if case .string(let caveat)? = members["caveat"] { parts.append(caveat) }
        return parts.joined(separator: ", ")
    }
}
