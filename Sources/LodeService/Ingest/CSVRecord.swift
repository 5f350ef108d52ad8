/// Cuts the lines of a CSV text into fields, as RFC 4180 has it, with LF, CRLF or CR at the end of a line.
///
/// Blanks around an unquoted field are not part of it. Lines without any text are skipped.
struct CSVRecord {
    /// Where a field's text lies.
    struct Field {
        var start = 0
        var end = 0
        /// Whether the text has doubled quotes in it, which stand for one each.
        var hasDoubledQuotes = false
    }

    /// The fields of the record read last; only the first ``fieldCount`` count.
    private(set) var fields: [Field]
    /// How many fields the record has, which may be more than are kept.
    private(set) var fieldCount = 0
    /// The line on which the record begins, from 1.
    private(set) var line = 0
    private var nextLine = 1
    private var position = 0

    /// Keeps at most `capacity` fields of a record.
    init(capacity: Int) {
        fields = Array(repeating: Field(), count: capacity)
    }

    /// Skips a UTF-8 byte order mark.
    mutating func skipByteOrderMark(in bytes: Span<UInt8>) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    }

    /// Reads the next record; false at the end of the text.
    mutating func advance(in bytes: Span<UInt8>) throws(CSVFault) -> Bool {
        skipEmptyLines(in: bytes)
        guard position < bytes.count else { return false }
        line = nextLine
        fieldCount = 0
        while true {
            let field = try nextField(in: bytes)
            if fieldCount < fields.count { fields[fieldCount] = field }
            fieldCount += 1
            guard position < bytes.count else { return true }
            let separator = bytes[position]
            position += 1
            if separator == UInt8(ascii: ",") { continue }
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
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
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
            default:
                return
            }
        }
        position = lookahead
    }

    /// Reads up to the comma, the end of the line or the end of the text.
    private mutating func nextField(in bytes: Span<UInt8>) throws(CSVFault) -> Field {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") {
            position += 1
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedField(in: bytes) }
        var field = Field(start: position, end: position)
        while position < bytes.count {
            let byte = bytes[position]
            // One comparison lets nearly every byte pass: what matters here is not above the comma.
            if byte <= UInt8(ascii: ",") {
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
                if byte == UInt8(ascii: "\"") {
                    let shown = ByteText.excerpt(bytes, from: field.start, to: position + 1)
                    throw CSVFault(line: line, field: fieldCount + 1, value: shown, problem: .quoteMisplaced)
                }
            }
            position += 1
        }
        field.end = position
        while field.end > field.start,
            bytes[field.end - 1] == UInt8(ascii: " ") || bytes[field.end - 1] == UInt8(ascii: "\t")
        {
            field.end -= 1
        }
        return field
    }

    private mutating func quotedField(in bytes: Span<UInt8>) throws(CSVFault) -> Field {
        position += 1
        var field = Field(start: position, end: position)
        while true {
            guard position < bytes.count else {
                throw CSVFault(line: line, field: fieldCount + 1, problem: .quoteUnclosed)
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

    private mutating func skipBlanksAfterQuote(in bytes: Span<UInt8>, field: Field) throws(CSVFault) {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
            case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"): return
            default:
                let shown = ByteText.excerpt(bytes, from: field.start - 1, to: position + 1)
                throw CSVFault(line: line, field: fieldCount + 1, value: shown, problem: .quoteMisplaced)
            }
        }
    }
}
