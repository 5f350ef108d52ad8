/// Reproduced tables and figures: published values beside measured ones.
public struct ExperimentReport: Sendable, Hashable, Encodable {
    /// The experiment's name, as on the command line.
    public var experiment: String
    /// What is reproduced.
    public var title: String
    /// Where the published figures come from.
    public var source: String
    /// The command line that makes this report again.
    public var command: String
    /// The seeds of the runs.
    public var seeds: [UInt64]
    /// Seconds it took, all seeds together.
    public var seconds: Double
    /// Where data or protocol differ from the published ones, and what was chosen, a sentence each.
    public var notes: [String]
    /// In the order of reading.
    public var tables: [ReportTable]
    /// In the order of reading.
    public var pictures: [ReportPicture]

    /// A report.
    public init(
        experiment: String, title: String, source: String, command: String, seeds: [UInt64], seconds: Double,
        notes: [String], tables: [ReportTable], pictures: [ReportPicture]
    ) {
        self.experiment = experiment
        self.title = title
        self.source = source
        self.command = command
        self.seeds = seeds
        self.seconds = seconds
        self.notes = notes
        self.tables = tables
        self.pictures = pictures
    }
}

/// One table of a report.
public struct ReportTable: Sendable, Hashable, Encodable {
    /// A column.
    public struct Column: Sendable, Hashable, Encodable {
        /// What the cells are, such as `test error`.
        public var name: String
        /// Their unit, such as `%`; nil for names and counts.
        public var unit: String?
        /// Whether somebody else printed the figures.
        public var isPublished: Bool

        /// A column.
        public init(_ name: String, unit: String? = nil, isPublished: Bool = false) {
            self.name = name
            self.unit = unit
            self.isPublished = isPublished
        }
    }

    /// What stands where a row and a column meet.
    public enum Cell: Sendable, Hashable {
        /// A word.
        case text(String)
        /// One figure; one that is not finite is shown as missing.
        case number(Double)
        /// One figure for each seed.
        case seeds([Double])
        /// Nothing.
        case empty
    }

    /// What the table shows.
    public var title: String
    /// The columns, from left to right.
    public var columns: [Column]
    /// The rows, each as long as ``columns``.
    public var rows: [[Cell]]

    /// A table; traps where a row has another length than the columns.
    public init(title: String, columns: [Column], rows: [[Cell]]) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "the rows of “\(title)” do not fit its columns")
        self.title = title
        self.columns = columns
        self.rows = rows
    }
}

extension ReportTable.Cell: Encodable {
    /// As the plain value: a string, a number, an array of numbers, or null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number) where number.isFinite: try container.encode(number)
        case .seeds(let numbers): try container.encode(numbers.map { $0.isFinite ? $0 : nil })
        case .number, .empty: try container.encodeNil()
        }
    }
}

/// One picture of a report.
public struct ReportPicture: Sendable, Hashable, Encodable {
    /// The name, without an ending: letters, digits and hyphens, for it becomes a file's.
    public var name: String
    /// What is seen.
    public var caption: String
    /// The image's text; not part of the report's JSON, which only names the picture.
    public var svg: String

    /// A picture.
    public init(name: String, caption: String, svg: String) {
        self.name = name
        self.caption = caption
        self.svg = svg
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case caption
    }
}
