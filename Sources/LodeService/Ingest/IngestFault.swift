/// What is wrong with a text of observations, and where.
public struct IngestFault: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        /// There is a zero byte near the beginning: it is no text.
        case binary
        /// There is no header line.
        case headerMissing
        /// The header names a column that has no meaning in this form.
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
        /// The field is a whole number that a 64-bit floating-point number does not hold exactly.
        case integerInexact
        /// The field is a text, which Lode does not keep.
        case text
        /// The field is no date-time; the text says why.
        case notADateTime(String)
        /// The timestamp of line protocol is finer than a microsecond.
        case timestampTooFine
        /// The timestamp of line protocol lies outside the years that are kept.
        case timestampOutOfRange
        /// The name is not valid UTF-8, has control characters, or is too long.
        case invalidName
        /// An earlier line gives another value for the same series, time and channel.
        case conflict(firstLine: Int, firstValue: Double)
        /// The text has no observation.
        case noRows
        /// The field is no kind of channel.
        case channelKindUnknown
        /// The line is not JSON of the form expected; the text says why.
        case json(String)
        /// The line is not line protocol; the text says why.
        case lineProtocol(String)
    }

    /// Where in a line.
    public enum Place: Hashable, Sendable {
        /// A field's number, from 1.
        case field(Int)
        /// A byte's number, from 1.
        case byte(Int)

        /// The number alone.
        public var number: Int {
            switch self {
            case .field(let number), .byte(let number): number
            }
        }
    }

    /// The line in the input, from 1; a header is a line too.
    public var line: Int
    /// Where in the line; nil where the line as a whole is at fault.
    public var place: Place?
    /// The name of the column, key or field, where it is known, cut at 60 characters.
    public var name: String?
    /// The text at fault, cut at 60 characters.
    public var value: String?
    /// What is wrong.
    public var problem: Problem

    /// A fault; names and values are cut, and control characters in them replaced.
    public init(line: Int, place: Place? = nil, name: String? = nil, value: String? = nil, problem: Problem) {
        self.line = line
        self.place = place
        self.name = name.map { ByteText.excerpt($0) }
        self.value = value.map { ByteText.excerpt($0) }
        self.problem = problem
    }

    /// A fault in a field of a delimited text.
    init(line: Int, field: Int?, name: String? = nil, value: String? = nil, problem: Problem) {
        self.init(line: line, place: field.map(Place.field), name: name, value: value, problem: problem)
    }

    /// Where it is, what it is, and what to do.
    public var message: String { "\(location): \(reason) Nothing was written." }

    private var location: String {
        var text = "Line \(line)"
        switch place {
        case .field(let number): text += ", field \(number)"
        case .byte(let number): text += ", column \(number)"
        case nil: break
        }
        if let name { text += " (\(name))" }
        return text
    }

    /// What it is, and what to do.
    public var reason: String {
        let shown = value.map { "“\($0)”" } ?? "the field"
        return switch problem {
        case .binary:
            "there is a zero byte, which no text has. Send text in UTF-8; other packings than gzip, UTF-16 and files of "
                + "spreadsheets are not read."
        case .headerMissing:
            "there is no header. The first line must name the columns: series,time,channel,value, or "
                + "series,time and a column for each channel."
        case .columnUnknown:
            "unknown column \(shown). The columns of the long form are series,time,channel,value; remove others, or "
                + "say which columns to take."
        case .columnRepeated: "column \(shown) appears twice. Remove one of them."
        case .columnsMissing(let names):
            "the header has no column \(names.joined(separator: ", ")). Rename a column, or say which one it is."
        case .fieldCount(let expected, let found):
            "\(found) \(found == 1 ? "field" : "fields") where the header has \(expected). "
                + "Put names with separators in double quotes."
        case .quoteUnclosed: "a double quote is opened and never closed. Close it, or double it inside a name."
        case .quoteMisplaced: "a stray double quote. Quote the whole field and double the quotes inside it."
        case .empty: "the field is empty. Leave the line out where nothing was observed."
        case .notANumber: "\(shown) is not a number. Write it like -12.5 or 3e-4."
        case .notFinite: "\(shown) is not a finite number. Leave out what was not observed."
        case .integerInexact:
            "\(shown) is a whole number beyond 2⁵³ that a 64-bit floating-point number cannot hold exactly. "
                + "Send a smaller one, such as its difference from a fixed number."
        case .text:
            "\(shown) is a text; Lode keeps numbers. Leave the field out, or have the others kept with partial=true."
        case .notADateTime(let reason):
            "\(shown) is not a date-time: \(reason). Write it like 2024-05-01T12:00:00Z."
        case .timestampTooFine:
            "timestamp \(shown) is finer than a microsecond, and Lode does not round. Have the client write microseconds "
                + "(precision=us), or round it there."
        case .timestampOutOfRange:
            "timestamp \(shown) is not between 1684-07-28 and 2255-06-05. Does it count what precision says (nanoseconds, if nothing)?"
        case .invalidName: "\(shown) is no name: at most 1024 bytes of UTF-8 without control characters."
        case .conflict(let firstLine, let firstValue):
            "\(shown) contradicts line \(firstLine), which gives \(firstValue) for the same series, time and channel. "
                + "Keep one of the two lines."
        case .noRows: "there is no observation in the text. Add lines such as a,0.5,level,12.3."
        case .channelKindUnknown: "\(shown) is no kind of channel. Write measured or input."
        case .json(let detail): "\(detail)."
        case .lineProtocol(let detail): "\(detail)."
        }
    }
}
