/// What is wrong with a CSV input, and where.
public struct CSVFault: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        /// There is no header line.
        case headerMissing
        /// The header has no comma but another separator.
        case separator(String)
        /// The header names a column that is not known.
        case columnUnknown
        /// The header names a column twice.
        case columnRepeated
        /// The header lacks these columns.
        case columnsMissing([String])
        /// The line has another number of fields than the header.
        case fieldCount(expected: Int, found: Int)
        /// A quote is never closed.
        case quoteUnclosed
        /// Something follows a closing quote, or a quote stands inside an unquoted field.
        case quoteMisplaced
        /// The field is empty.
        case empty
        /// The field is no number.
        case notANumber
        /// The field is NaN, infinite, or too large for a 64-bit floating-point number.
        case notFinite
        /// The field is no date-time; the text says why.
        case notADateTime(String)
        /// The name is not valid UTF-8, has control characters, or is longer than 256 bytes.
        case invalidName
        /// An earlier line gives another value for the same series, time and channel.
        case conflict(firstLine: Int, firstValue: Double)
        /// The file has a header, but no observation.
        case noRows
    }

    /// The line in the input, from 1; the header is a line too.
    public var line: Int
    /// The field's number in the line, from 1; nil where the line as a whole is at fault.
    public var field: Int?
    /// The name of the column, where it is known.
    public var column: String?
    /// The text at fault, cut at 60 characters.
    public var value: String?
    /// What is wrong.
    public var problem: Problem

    /// A fault.
    public init(line: Int, field: Int? = nil, column: String? = nil, value: String? = nil, problem: Problem) {
        self.line = line
        self.field = field
        self.column = column
        self.value = value
        self.problem = problem
    }

    /// Where it is, what it is, and what to do.
    public var message: String {
        var place = "Line \(line)"
        if let field { place += ", field \(field)" }
        if let column { place += " (\(column))" }
        return "\(place): \(explanation) Nothing was written."
    }

    private var explanation: String {
        let shown = value.map { "“\($0)”" } ?? "the field"
        return switch problem {
        case .headerMissing: "there is no header. The first line must name the columns: series,time,channel,value."
        case .separator(let separator):
            "the header is separated by \(separator). Separate the columns by commas: series,time,channel,value."
        case .columnUnknown: "unknown column \(shown). The columns are series,time,channel,value; remove others."
        case .columnRepeated: "column \(shown) appears twice. Remove one of them."
        case .columnsMissing(let names):
            "the header has no column \(names.joined(separator: ", ")). It must name series,time,channel,value."
        case .fieldCount(let expected, let found):
            "\(found) \(found == 1 ? "field" : "fields") where the header has \(expected). "
                + "Put names with commas in double quotes."
        case .quoteUnclosed: "a double quote is opened and never closed. Close it, or double it inside a name."
        case .quoteMisplaced: "a stray double quote. Quote the whole field and double the quotes inside it."
        case .empty: "the field is empty. Leave the line out where nothing was observed."
        case .notANumber: "\(shown) is not a number. Write it like -12.5 or 3e-4."
        case .notFinite: "\(shown) is not a finite number. Leave the line out where nothing was observed."
        case .notADateTime(let reason):
            "\(shown) is not a date-time: \(reason). Write it like 2024-05-01T12:00:00Z."
        case .invalidName: "\(shown) is no name: at most 256 bytes of UTF-8 without control characters."
        case .conflict(let firstLine, let firstValue):
            "\(shown) contradicts line \(firstLine), which gives \(firstValue) for the same series, time and channel. "
                + "Keep one of the two lines."
        case .noRows: "there is a header but no observation. Add lines such as a,0.5,level,12.3."
        }
    }
}
