import LodeDomain

/// Writes JSON text piece by piece, as ``JSONText`` does: for answers that are mostly numbers, for which an encoder takes
/// longer than the model.
///
/// Whoever uses it writes keys in ascending order, and ends what was begun.
struct JSONBytes {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// An object, whose keys and values `body` writes.
    mutating func object(_ body: (inout JSONBytes) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// An array, whose values `body` writes.
    mutating func array(_ body: (inout JSONBytes) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The key of the value that follows.
    mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x08: append("\\b")
            case 0x09: append("\\t")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case 0..<0x20: append(byte < 0x10 ? "\\u000" : "\\u001", hexDigit: byte & 15)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// The shortest text that reads as the same number, whole numbers without a point; a string where it is none.
    mutating func number(_ value: Double) {
        separate()
        NumberBytes.append(value, to: &bytes)
        needsComma = true
    }

    mutating func integer(_ value: some BinaryInteger) {
        separate()
        append(String(value))
        needsComma = true
    }

    mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
        needsComma = true
    }

    mutating func null() {
        separate()
        append("null")
        needsComma = true
    }

    /// A line's end, after which nothing goes on.
    mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func append(_ text: String) {
        bytes += text.utf8
    }

    private mutating func append(_ text: String, hexDigit: UInt8) {
        append(text)
        bytes.append(hexDigit < 10 ? UInt8(ascii: "0") + hexDigit : UInt8(ascii: "a") + hexDigit - 10)
    }
}

extension JSONBytes {
    mutating func numbers(_ values: [Double]) {
        array { array in
            for value in values { array.number(value) }
        }
    }

    mutating func time(_ value: TimeValue) {
        switch value {
        case .number(let number): self.number(number)
        case .text(let text): string(text)
        }
    }
}
