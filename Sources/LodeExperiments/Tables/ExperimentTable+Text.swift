internal import Foundation

extension ExperimentTable {
    /// The table for people: Markdown that also reads well in a terminal.
    public var text: String {
        var lines = ["# \(experiment): \(figure)", "", "Command: `\(command)`", "Published figures: \(source)", ""]
        lines.append("| setting | method | \(figure) | 80 % band covers |")
        lines.append("|---|---|---|---|")
        for row in rows {
            let setting = row.figure.map { "\(row.setting) (\($0))" } ?? row.setting
            for published in row.published {
                lines.append(
                    "| \(setting) | \(published.method), published | \(Self.digits(published.value)) | – |")
            }
            for measured in row.measured {
                var value = Self.digits(measured.mean)
                if let deviation = measured.standardDeviation { value += " ± \(Self.digits(deviation))" }
                if let goal = row.goal, measured.method.hasPrefix("Lode") {
                    let isMet = row.isHigherBetter ? measured.mean >= goal : measured.mean <= goal
                    value += " (goal \(Self.digits(goal)): \(isMet ? "met" : "missed"))"
                }
                lines.append("| \(setting) | \(measured.method) | \(value) | \(Self.coverage(measured)) |")
            }
        }
        lines.append("")
        lines += pictures.map { "- Picture \($0.name): \($0.caption)" }
        lines += notes.map { "- \($0)" }
        let list = seeds.map { "\($0)" }.joined(separator: ", ")
        lines.append("- Seeds \(list); mean ± standard deviation over them; \(Int(seconds.rounded())) s in all.")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Four significant digits, without an exponent in the usual range.
    static func digits(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        guard value.isFinite else { return "\(value)" }
        let decimals = max(0, min(8, 3 - Int(log10(abs(value)).rounded(.down))))
        return String(format: "%.\(decimals)f", value)
    }

    private static func coverage(_ measured: MeasuredFigure) -> String {
        guard !measured.coverage80.isEmpty else { return "–" }
        let mean = measured.coverage80.reduce(0, +) / Double(measured.coverage80.count)
        return String(format: "%.1f %%", 100 * mean)
    }
}
