extension ExperimentReport {
    /// The report for people: Markdown that also reads well in a terminal.
    public var text: String {
        var lines = ["# \(experiment): \(title)", "", "Command: `\(command)`", "Published figures: \(source)", ""]
        for table in tables {
            lines += ["## \(table.title)", ""]
            lines.append(Self.line(table.columns.map(\.heading)))
            lines.append("|" + table.columns.map { _ in "---|" }.joined())
            lines += table.rows.map { Self.line($0.map(\.text)) }
            lines.append("")
        }
        lines += pictures.map { "- Picture \($0.name): \($0.caption)" }
        lines += notes.map { "- \($0)" }
        let list = seeds.map { "\($0)" }.joined(separator: ", ")
        let spread = seeds.count > 1 ? "; mean ± standard deviation over them" : ""
        lines.append("- Seed\(seeds.count > 1 ? "s" : "") \(list)\(spread); \(Int(seconds.rounded())) s in all.")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}

extension ReportTable.Column {
    fileprivate var heading: String {
        let origin = isPublished ? "\(name), published" : name
        return unit.map { "\(origin) (\($0))" } ?? origin
    }
}

extension ReportTable.Cell {
    fileprivate var text: String {
        switch self {
        case .text(let text): return text
        case .number(let number): return number.isFinite ? ExperimentTable.digits(number) : "–"
        case .empty: return "–"
        case .seeds(let values):
            let figure = MeasuredFigure(method: "", values: values, coverage80: [])
            let mean = ExperimentTable.digits(figure.mean)
            return figure.standardDeviation.map { "\(mean) ± \(ExperimentTable.digits($0))" } ?? mean
        }
    }
}
