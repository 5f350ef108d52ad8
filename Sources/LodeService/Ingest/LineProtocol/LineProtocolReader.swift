/// Reads entries of the InfluxDB line protocol, one after the other.
///
/// `measurement[,tag=value…] field=value[,field=value…] [timestamp]`, by the grammar of the reference decoder (line-protocol
/// version 2), faults and their places included. Blank lines and comments are skipped. After a fault it goes on with the next
/// line.
package struct LineProtocolReader: Sendable {
    /// A run of bytes of the text.
    package struct Token: Hashable, Sendable {
        package var start: Int
        package var end: Int
        /// Whether a backslash in it takes away another byte's meaning.
        var hasEscapes = false
    }

    /// A field as it is written.
    package struct Field: Sendable {
        package var key: Token
        /// The value, without the quotes of a string or the suffix of an integer.
        var value: Token
        var kind: Kind

        enum Kind: Sendable {
            case float
            case integer
            case unsigned
            case bool
            case string
        }
    }

    /// The byte that comes next.
    package private(set) var position = 0
    /// The line of `position`, from 1.
    private(set) var line = 1
    /// Where the entry begins.
    private(set) var entryStart = 0
    /// The line of `entryStart`.
    private(set) var entryLine = 1
    /// The measurement of the entry.
    package private(set) var measurement = Token(start: 0, end: 0)
    /// The tags of the entry: key and value.
    package private(set) var tags: [(key: Token, value: Token)] = []
    /// The fields of the entry.
    package private(set) var fields: [Field] = []
    /// The timestamp's digits; nil without one.
    package private(set) var timestamp: Token?
    /// Whether the entry has been read past its line end.
    private var isLineDone = true

    /// Starts at the beginning of a text.
    package init() {}

    /// Moves to the next entry and reads its measurement and tags; false at the end of the text.
    package mutating func readKey(_ bytes: Span<UInt8>) throws(LineProtocolFault) -> Bool {
        guard begin(bytes) else { return false }
        try readKeyOfEntry(bytes)
        return true
    }

    /// Reads the measurement and tags of the entry.
    mutating func readKeyOfEntry(_ bytes: Span<UInt8>) throws(LineProtocolFault) {
        try readMeasurement(bytes)
        try readTags(bytes)
    }

    /// Moves to the next entry; false at the end of the text.
    mutating func begin(_ bytes: Span<UInt8>) -> Bool {
        if !isLineDone { skipLine(bytes) }
        skipEmptyLines(bytes)
        entryStart = position
        entryLine = line
        isLineDone = false
        return position < bytes.count
    }

    /// Goes on behind the measurement and tags, which the caller knows.
    mutating func skipKey(to end: Int, _ bytes: Span<UInt8>) {
        position = end
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    }

    /// Reads the fields and the timestamp of the entry.
    package mutating func readFields(_ bytes: Span<UInt8>) throws(LineProtocolFault) {
        fields.removeAll(keepingCapacity: true)
        timestamp = nil
        while try readField(bytes) {}
    }

    // MARK: - Sections

    private mutating func readMeasurement(_ bytes: Span<UInt8>) throws(LineProtocolFault) {
        measurement = try take(Self.measurementBytes, Self.isMeasurementEscape, bytes)
        guard measurement.end > measurement.start else {
            throw fault(measurement.start, bytes, "expected a measurement, found \(found(position, bytes))")
        }
        if bytes[measurement.start] == UInt8(ascii: "#") {
            throw fault(measurement.start, bytes, "the comment has a control character in it")
        }
        try skipTagComma(bytes)
    }

    private mutating func readTags(_ bytes: Span<UInt8>) throws(LineProtocolFault) {
        tags.removeAll(keepingCapacity: true)
        while true {
            if position < bytes.count, bytes[position] == UInt8(ascii: " ") {
                skipSpaces(bytes)
                return
            }
            let key = try take(Self.keyBytes, Self.isKeyEscape, bytes)
            guard position < bytes.count else {
                throw fault(key.start, bytes, "expected a tag or a field, found the end")
            }
            guard key.end > key.start else {
                throw fault(key.start, bytes, "expected a tag or a field, found \(found(position, bytes))")
            }
            guard bytes[position] == UInt8(ascii: "=") else {
                throw fault(
                    key.start, bytes, "expected “=” after tag \(shown(key, bytes)), found \(found(position, bytes))")
            }
            position += 1
            let value = try take(Self.keyBytes, Self.isKeyEscape, bytes)
            guard value.end > value.start else {
                throw fault(value.start, bytes, "expected a value of tag \(shown(key, bytes))")
            }
            tags.append((key, value))
            if position == bytes.count { return }
            try skipTagComma(bytes)
        }
    }

    private mutating func skipTagComma(_ bytes: Span<UInt8>) throws(LineProtocolFault) {
        guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { return }
        position += 1
        guard position < bytes.count, !Self.isWhitespace(bytes[position]) else {
            throw fault(position, bytes, "expected a tag after the comma, found \(found(position, bytes))")
        }
    }

    /// Reads a field; false where it was the last, and then the timestamp too.
    private mutating func readField(_ bytes: Span<UInt8>) throws(LineProtocolFault) -> Bool {
        let key = try take(Self.keyBytes, Self.isKeyEscape, bytes)
        guard key.end > key.start else {
            throw fault(key.start, bytes, "expected a field, found \(found(position, bytes))")
        }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
            throw fault(
                position, bytes, "expected “=” after field \(shown(key, bytes)), found \(found(position, bytes))")
        }
        position += 1
        guard position < bytes.count else {
            throw fault(position, bytes, "expected a value of field \(shown(key, bytes)), found the end")
        }
        fields.append(Field(key: key, value: key, kind: .float))
        try readValue(bytes)
        guard position < bytes.count else {
            isLineDone = true
            return false
        }
        if bytes[position] == UInt8(ascii: ",") {
            position += 1
            return true
        }
        guard Self.isWhitespace(bytes[position]) else {
            throw fault(position, bytes, "expected a comma or a blank after a field, found \(found(position, bytes))")
        }
        skipSpaces(bytes)
        if skipLineEnd(bytes) {
            isLineDone = true
        } else {
            try readTimestamp(bytes)
        }
        return false
    }

    private mutating func readValue(_ bytes: Span<UInt8>) throws(LineProtocolFault) {
        let last = fields.count - 1
        switch bytes[position] {
        case UInt8(ascii: "\""):
            let quote = position
            position += 1
            fields[last].kind = .string
            fields[last].value = try take(Self.stringBytes, Self.isStringEscape, bytes)
            guard position < bytes.count else {
                throw fault(quote, bytes, "the string is not closed")
            }
            position += 1
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
            fields[last].kind = .bool
            fields[last].value = takeValue(bytes)
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"):
            var value = takeValue(bytes)
            switch bytes[value.end - 1] {
            case UInt8(ascii: "i"): (fields[last].kind, value.end) = (.integer, value.end - 1)
            case UInt8(ascii: "u"): (fields[last].kind, value.end) = (.unsigned, value.end - 1)
            default: break
            }
            fields[last].value = value
        default:
            throw fault(
                position, bytes,
                "expected a number, a truth value or a string in double quotes, found \(found(position, bytes))")
        }
    }

    private mutating func readTimestamp(_ bytes: Span<UInt8>) throws(LineProtocolFault) {
        var token = Token(start: position, end: position)
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 || bytes[position] == UInt8(ascii: "-")
        {
            position += 1
        }
        token.end = position
        if token.end > token.start { timestamp = token }
        if position < bytes.count {
            guard Self.isWhitespace(bytes[position]) else {
                throw fault(token.start, bytes, "expected a timestamp, found \(found(position, bytes))")
            }
            skipSpaces(bytes)
            if position < bytes.count, !skipLineEnd(bytes) {
                throw fault(position, bytes, "something follows the timestamp: \(found(position, bytes))")
            }
        }
        isLineDone = true
    }

    // MARK: - Bytes

    /// Takes bytes of the set, and those behind a backslash that may be escaped.
    private mutating func take(
        _ set: ByteSet, _ isEscape: (UInt8) -> Bool, _ bytes: Span<UInt8>
    ) throws(LineProtocolFault) -> Token {
        var token = Token(start: position, end: position)
        var highBits: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\\") {
                // Before another byte, or the end, it stands for itself.
                if position + 1 < bytes.count, isEscape(bytes[position + 1]) {
                    token.hasEscapes = true
                    position += 1
                }
            } else if !set.contains(byte) {
                break
            } else {
                highBits |= byte
                if byte == UInt8(ascii: "\n") { line += 1 }
            }
            position += 1
        }
        token.end = position
        if highBits >= 0x80, !Self.isUTF8(token, bytes) {
            throw fault(token.start, bytes, "the text is not UTF-8")
        }
        return token
    }

    private mutating func takeValue(_ bytes: Span<UInt8>) -> Token {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: ","), !Self.isWhitespace(bytes[position]) {
            position += 1
        }
        return Token(start: start, end: position)
    }

    private mutating func skipSpaces(_ bytes: Span<UInt8>) {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    }

    /// Skips LF, CRLF, a CR at the end of the text, or that end itself; false where something else comes.
    private mutating func skipLineEnd(_ bytes: Span<UInt8>) -> Bool {
        guard position < bytes.count else { return true }
        switch bytes[position] {
        case UInt8(ascii: "\n"):
            position += 1
        case UInt8(ascii: "\r"):
            guard position + 1 < bytes.count else {
                position += 1
                return true
            }
            guard bytes[position + 1] == UInt8(ascii: "\n") else { return false }
            position += 2
        default:
            return false
        }
        line += 1
        return true
    }

    private mutating func skipLine(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == UInt8(ascii: "\n") {
                line += 1
                break
            }
        }
        isLineDone = true
    }

    private mutating func skipEmptyLines(_ bytes: Span<UInt8>) {
        while true {
            let start = position
            skipSpaces(bytes)
            guard position < bytes.count else { return }
            switch bytes[position] {
            case UInt8(ascii: "#"):
                while position < bytes.count, bytes[position] >= 0x20, bytes[position] != 0x7F { position += 1 }
                if !skipLineEnd(bytes) {
                    // Read as an entry, it is refused at its place.
                    position = start
                    return
                }
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if !skipLineEnd(bytes) { return }
            default: return
            }
        }
    }

    // MARK: - Faults

    /// A fault at a byte of the entry.
    package func fault(_ offset: Int, _ bytes: Span<UInt8>, _ detail: String) -> LineProtocolFault {
        var place = entryPlace
        place.advance(to: offset, in: bytes)
        return LineProtocolFault(line: place.line, column: place.column, detail: detail)
    }

    /// Where the entry begins.
    var entryPlace: Place { Place(offset: entryStart, line: entryLine, lineStart: entryStart) }

    /// A byte as people count: in a line, from its start.
    struct Place {
        private(set) var offset: Int
        private(set) var line: Int
        private var lineStart: Int
        /// The byte in the line, from 1.
        var column: Int { offset - lineStart + 1 }

        fileprivate init(offset: Int, line: Int, lineStart: Int) {
            (self.offset, self.line, self.lineStart) = (offset, line, lineStart)
        }

        /// Goes on to a later byte.
        mutating func advance(to next: Int, in bytes: Span<UInt8>) {
            for index in offset..<max(offset, next) where bytes[index] == UInt8(ascii: "\n") {
                line += 1
                lineStart = index + 1
            }
            offset = next
        }
    }

    private func shown(_ token: Token, _ bytes: Span<UInt8>) -> String {
        "“\(ByteText.excerpt(bytes, from: token.start, to: token.end))”"
    }

    private func found(_ offset: Int, _ bytes: Span<UInt8>) -> String {
        guard offset < bytes.count else { return "the end" }
        switch bytes[offset] {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return "a line end"
        case UInt8(ascii: " "): return "a blank"
        case 0..<0x20, 0x7F: return "control character \(bytes[offset])"
        default: return "“\(ByteText.excerpt(bytes, from: offset, to: min(offset + 12, bytes.count)))”"
        }
    }
}
