/// Cuts the lines of a delimited text into fields, as RFC 4180 has it, with LF, CRLF or CR at the end of a line.
///
/// Blanks around an unquoted field are not part of it. Lines without any text are skipped, and those that begin with the
/// comment mark.
struct DelimitedRecord: Sendable {
    /// Where a field's text lies.
    struct Field: Sendable {
        var start = 0
        var end = 0
        /// Whether the text has doubled quotes in it, which stand for one each.
        var hasDoubledQuotes = false
    }

    /// The fields of the record read last; only the first ``fieldCount`` count.
    private(set) var fields: [Field]
    /// How many fields the record has.
    private(set) var fieldCount = 0
    /// The line on which the record begins, from 1.
    private(set) var line = 0
    /// The byte that comes next.
    private(set) var position = 0
    private var nextLine = 1
    private let delimiter: UInt8
    private let comment: UInt8?
    /// The one of space and tab that may surround fields.
    private let otherBlank: UInt8

    /// Starts at the beginning of a text.
    init(delimiter: UInt8, comment: UInt8?) {
        fields = []
        self.delimiter = delimiter
        self.comment = comment
        otherBlank = delimiter == UInt8(ascii: "\t") ? UInt8(ascii: " ") : UInt8(ascii: "\t")
    }

    /// Skips a UTF-8 byte order mark.
    mutating func skipByteOrderMark(in bytes: Span<UInt8>) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    }

    /// Reads the next record; false at the end of the text.
    mutating func advance(in bytes: Span<UInt8>) throws(IngestFault) -> Bool {
        skipEmptyLines(in: bytes)
        guard position < bytes.count else { return false }
        line = nextLine
        fieldCount = 0
        while true {
            let field = try nextField(in: bytes)
            if fieldCount < fields.count { fields[fieldCount] = field } else { fields.append(field) }
            fieldCount += 1
            guard position < bytes.count else { return true }
            let separator = bytes[position]
            position += 1
            if separator == delimiter { continue }
            if separator == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
                position += 1
            }
            nextLine += 1
            return true
        }
    }

    private mutating func skipEmptyLines(in bytes: Span<UInt8>) {
        var lookahead = position
        while lookahead < bytes.count {
            switch bytes[lookahead] {
            case UInt8(ascii: " "), otherBlank:
                lookahead += 1
            case UInt8(ascii: "\n"):
                lookahead += 1
                nextLine += 1
                position = lookahead
            case UInt8(ascii: "\r"):
                lookahead += 1
                if lookahead < bytes.count, bytes[lookahead] == UInt8(ascii: "\n") { lookahead += 1 }
                nextLine += 1
                position = lookahead
            case comment where lookahead == position:
                while lookahead < bytes.count, bytes[lookahead] != UInt8(ascii: "\n"),
                    bytes[lookahead] != UInt8(ascii: "\r")
                { lookahead += 1 }
                position = lookahead
            default:
                return
            }
        }
        position = lookahead
    }

    /// Reads up to the comma, the end of the line or the end of the text.
    private mutating func nextField(in bytes: Span<UInt8>) throws(IngestFault) -> Field {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == otherBlank {
            position += 1
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedField(in: bytes) }
        var field = Field(start: position, end: position)
        while position < bytes.count {
            let byte = bytes[position]
            if byte == delimiter { break }
            // One comparison lets nearly every byte pass: what else matters is not above the quote.
            if byte <= UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
                if byte == UInt8(ascii: "\"") {
                    let shown = ByteText.excerpt(bytes, from: field.start, to: position + 1)
                    throw IngestFault(line: line, field: fieldCount + 1, value: shown, problem: .quoteMisplaced)
                }
            }
            position += 1
        }
        field.end = position
        while field.end > field.start,
            bytes[field.end - 1] == UInt8(ascii: " ") || bytes[field.end - 1] == otherBlank
        {
            field.end -= 1
        }
        return field
    }

    private mutating func quotedField(in bytes: Span<UInt8>) throws(IngestFault) -> Field {
        position += 1
        var field = Field(start: position, end: position)
        while true {
            guard position < bytes.count else {
                throw IngestFault(line: line, field: fieldCount + 1, problem: .quoteUnclosed)
            }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") {
                    field.hasDoubledQuotes = true
                    position += 2
                } else {
                    field.end = position
                    position += 1
                    try skipBlanksAfterQuote(in: bytes, field: field)
                    return field
                }
            case UInt8(ascii: "\n"):
                nextLine += 1
                position += 1
            default:
                position += 1
            }
        }
    }

    private mutating func skipBlanksAfterQuote(in bytes: Span<UInt8>, field: Field) throws(IngestFault) {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), otherBlank: position += 1
            case delimiter, UInt8(ascii: "\n"), UInt8(ascii: "\r"): return
            default:
                let shown = ByteText.excerpt(bytes, from: field.start - 1, to: position + 1)
                throw IngestFault(line: line, field: fieldCount + 1, value: shown, problem: .quoteMisplaced)
            }
        }
    }

    /// Goes on at the next line after a fault in the midst of one.
    mutating func skipLine(in bytes: Span<UInt8>) {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "\r") {
            position += 1
        }
    }

    /// A field without the quotes that are part of its writing.
    func bytes(_ index: Int, in bytes: Span<UInt8>) -> [UInt8] {
        let field = fields[index]
        var unquoted: [UInt8] = []
        var position = field.start
        while position < field.end {
            unquoted.append(bytes[position])
            position += field.hasDoubledQuotes && bytes[position] == UInt8(ascii: "\"") ? 2 : 1
        }
        return unquoted
    }

    /// A field as text.
    func text(_ index: Int, in bytes: Span<UInt8>) -> String {
        String(decoding: self.bytes(index, in: bytes), as: UTF8.self)
    }
}
