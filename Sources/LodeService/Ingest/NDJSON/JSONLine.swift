/// Reads the tokens of one line of JSON.
struct JSONLine {
    /// A string or number in the line.
    struct Token {
        /// Where its text lies, without quotes.
        var start: Int
        var end: Int
        /// Whether it is a string with escapes in it.
        var hasEscapes = false
    }

    /// The byte that comes next.
    var position: Int
    /// The end of the line.
    let end: Int

    mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            default: return
            }
        }
    }

    /// Skips blanks and the byte; false where another one comes.
    mutating func skip(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        skipBlanks(bytes)
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// The byte after blanks; nil at the end of the line.
    mutating func peek(_ bytes: Span<UInt8>) -> UInt8? {
        skipBlanks(bytes)
        return position < end ? bytes[position] : nil
    }

    /// Skips a word such as `null`.
    mutating func skip(word: StaticString, _ bytes: Span<UInt8>) -> Bool {
        skipBlanks(bytes)
        let count = word.utf8CodeUnitCount
        guard end - position >= count else { return false }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += count
        return true
    }

    /// Reads a string; nil where there is none, or it is not closed.
    mutating func string(_ bytes: Span<UInt8>) -> Token? {
        guard skip(UInt8(ascii: "\""), bytes) else { return nil }
        var token = Token(start: position, end: position)
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                token.end = position
                position += 1
                return token
            case UInt8(ascii: "\\"):
                token.hasEscapes = true
                position += 2
            case 0..<0x20: return nil
            default: position += 1
            }
        }
        return nil
    }

    /// Reads what may be a number, up to what ends one.
    mutating func number(_ bytes: Span<UInt8>) -> Token {
        skipBlanks(bytes)
        var token = Token(start: position, end: position)
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: " "), UInt8(ascii: "\t"),
                UInt8(ascii: "\r"):
                token.end = position
                return token
            default: position += 1
            }
        }
        token.end = position
        return token
    }

    /// The text of a string with escapes; nil where one is wrong.
    static func unescaped(_ token: Token, _ bytes: Span<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        var index = token.start
        while index < token.end {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < token.end else {
                text.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "u"):
                guard let first = codeUnit(bytes, index + 2, token.end) else { return nil }
                var units = [first]
                index += 6
                if (0xD800..<0xDC00).contains(first), index + 1 < token.end, bytes[index] == UInt8(ascii: "\\"),
                    bytes[index + 1] == UInt8(ascii: "u"), let second = codeUnit(bytes, index + 2, token.end)
                {
                    units.append(second)
                    index += 6
                }
                guard let decoded = String(validating: units, as: UTF16.self) else { return nil }
                text.append(contentsOf: decoded.utf8)
                continue
            case let byte where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte):
                text.append(byte)
            default: return nil
            }
            index += 2
        }
        return text
    }

    private static func codeUnit(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt16? {
        guard start + 4 <= end else { return nil }
        var unit: UInt16 = 0
        for index in start..<start + 4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
