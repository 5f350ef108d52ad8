/// Columns of text, aligned.
struct TextTable {
    /// On which side a column is flush.
    enum Alignment {
        case left
        case right
    }

    private let alignments: [Alignment]
    private var rows: [[String]]

    /// A table whose first row is its header; columns are told apart by the alignment of their header.
    init(_ header: [(title: String, alignment: Alignment)]) {
        alignments = header.map(\.alignment)
        rows = [header.map(\.title)]
    }

    /// Adds a row with as many cells as the header has.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == alignments.count, "\(cells.count) cells for \(alignments.count) columns")
        rows.append(cells)
    }

    /// The lines, the header first.
    var lines: [String] {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                return alignments[column] == .left ? row[column] + blanks : blanks + row[column]
            }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
