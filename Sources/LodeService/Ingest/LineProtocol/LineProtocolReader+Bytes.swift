extension LineProtocolReader {
    // MARK: - Sets of the grammar

    private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

    /// Measurements end at a comma or a blank.
    static let measurementBytes = ByteSet {
        !isControl($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\\")
    }
    /// Keys of tags and fields, and values of tags, end at an equals sign too.
    static let keyBytes = ByteSet { measurementBytes.contains($0) && $0 != UInt8(ascii: "=") }
    /// Strings end at a double quote.
    static let stringBytes = ByteSet { $0 != UInt8(ascii: "\"") }

    static func isMeasurementEscape(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") }
    static func isKeyEscape(_ byte: UInt8) -> Bool { isMeasurementEscape(byte) || byte == UInt8(ascii: "=") }
    static func isStringEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): true
        default: false
        }
    }
    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    static func isUTF8(_ token: Token, _ bytes: Span<UInt8>) -> Bool {
        var copy: [UInt8] = []
        for index in token.start..<token.end { copy.append(bytes[index]) }
        return String(validating: copy, as: UTF8.self) != nil
    }

    // MARK: - What a token says

    /// The measurement's name.
    package func name(_ bytes: Span<UInt8>) -> [UInt8] { Self.unescaped(measurement, Self.isMeasurementEscape, bytes) }

    /// The text of a tag's key or value, or of a field's key.
    package static func text(_ token: Token, _ bytes: Span<UInt8>) -> [UInt8] {
        unescaped(token, isKeyEscape, bytes)
    }

    static func unescaped(_ token: Token, _ isEscape: (UInt8) -> Bool, _ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(token.end - token.start)
        var index = token.start
        while index < token.end {
            if token.hasEscapes, bytes[index] == UInt8(ascii: "\\"), index + 1 < token.end, isEscape(bytes[index + 1]) {
                index += 1
            }
            text.append(bytes[index])
            index += 1
        }
        return text
    }

    /// The value of a field.
    package func value(
        of field: Field, _ bytes: Span<UInt8>
    ) throws(LineProtocolFault) -> LineProtocolValue {
        let (start, end) = (field.value.start, field.value.end)
        switch field.kind {
        case .float:
            switch DecimalNumber.parse(bytes, from: start, to: end) {
            case .number(let number): return .float(number)
            case .notFinite: throw fault(start, bytes, "the number is too large")
            case .malformed:
                // Hexadecimal floating-point numbers are part of the grammar, if of nothing else.
                let text = ByteText.string(bytes, from: start, to: end)
                if text.contains(where: { $0 == "x" || $0 == "X" }), let number = Double(text), number.isFinite {
                    return .float(number)
                }
                throw fault(start, bytes, "not a number")
            }
        case .integer:
            let text = ByteText.string(bytes, from: start, to: end)
            guard let number = Int64(text) else { throw fault(start, bytes, "not an integer of 64 bits") }
            return .integer(number)
        case .unsigned:
            let text = ByteText.string(bytes, from: start, to: end)
            guard let number = UInt64(text) else { throw fault(start, bytes, "not an unsigned integer of 64 bits") }
            return .unsigned(number)
        case .bool:
            switch ByteText.string(bytes, from: start, to: end) {
            case "t", "T", "true", "True", "TRUE": return .bool(true)
            case "f", "F", "false", "False", "FALSE": return .bool(false)
            default: throw fault(start, bytes, "not a truth value")
            }
        case .string:
            return .string(string(field.value, bytes))
        }
    }

    private func string(_ token: Token, _ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var index = token.start
        while index < token.end {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < token.end, Self.isStringEscape(bytes[index + 1])
            else {
                text.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case let byte: text.append(byte)
            }
            index += 2
        }
        return text
    }

    /// The timestamp in units of the precision; nil without one.
    package func time(_ bytes: Span<UInt8>) throws(LineProtocolFault) -> Int64? {
        guard let timestamp else { return nil }
        var value: Int64 = 0
        let isNegative = bytes[timestamp.start] == UInt8(ascii: "-")
        let first = timestamp.start + (isNegative ? 1 : 0)
        guard first < timestamp.end else { throw fault(timestamp.start, bytes, "not a timestamp") }
        for index in first..<timestamp.end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw fault(timestamp.start, bytes, "not a timestamp") }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) =
                isNegative
                ? tens.subtractingReportingOverflow(Int64(digit)) : tens.addingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { throw fault(timestamp.start, bytes, "the timestamp is too large") }
            value = next
        }
        return value
    }
}
