import LodeService

/// A list in columns, for people as an aligned table, for programs as CSV.
struct ListTable<Row> {
    /// A column: its title, and what it says of a row.
    struct Column: Sendable {
        fileprivate var title: String
        fileprivate var name: String
        fileprivate var alignment: TextTable.Alignment
        fileprivate var missing: String
        fileprivate var text: @Sendable (Row) -> String?
        fileprivate var exact: @Sendable (Row) -> String?

        /// A column of words; one without a title has a name, for programs.
        static func words(_ title: String, named name: String? = nil, _ text: @escaping @Sendable (Row) -> String?)
            -> Self
        {
            Self(
                title: title, name: name ?? Self.name(title), alignment: .left, missing: title.isEmpty ? "" : "-",
                text: text, exact: text)
        }

        /// A column of numbers; programs get `exact` where people get a rounded one.
        static func numbers(
            _ title: String, exact: (@Sendable (Row) -> String?)? = nil, _ text: @escaping @Sendable (Row) -> String?
        ) -> Self {
            Self(
                title: title, name: Self.name(title), alignment: .right, missing: "-", text: text,
                exact: exact ?? text)
        }

        private static func name(_ title: String) -> String { title.lowercased().replacing(" ", with: "_") }
    }

    let rows: [Row]
    let columns: [Column]

    init(_ rows: [Row], _ columns: [Column]) {
        self.rows = rows
        self.columns = columns
    }

    /// The lines for people, the header first.
    var lines: [String] {
        var table = TextTable(columns.map { ($0.title, $0.alignment) })
        for row in rows {
            table.add(
                columns.map { column in
                    guard let text = column.text(row), !text.isEmpty else { return column.missing }
                    return text
                })
        }
        return table.lines
    }

    /// The lines for programs, the header first; what is missing is an empty field.
    var records: [String] {
        ([columns.map(\.name)] + rows.map { row in columns.map { $0.exact(row) ?? "" } }).map { fields in
            fields.map { String(decoding: CSVText.field($0), as: UTF8.self) }.joined(separator: ",")
        }
    }
}
