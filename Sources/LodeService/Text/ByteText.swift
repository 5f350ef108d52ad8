/// Turns runs of bytes into strings.
enum ByteText {
    /// The bytes as text; what is not UTF-8 is shown as `U+FFFD`.
    static func string(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> String {
        var copy: [UInt8] = []
        copy.reserveCapacity(end - start)
        for index in start..<end { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }

    /// Throws ``IngestFault/Problem/binary`` where there is a zero byte in the first 4096: to look for the end of a line in a
    /// file that has none may take hours.
    static func refuseBinary(_ bytes: Span<UInt8>) throws(IngestFault) {
        for index in 0..<min(bytes.count, 4096) where bytes[index] == 0 {
            throw IngestFault(line: 1, place: .byte(index + 1), problem: .binary)
        }
    }

    /// The text for an error message: cut at 60 characters, without control characters.
    static func excerpt(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> String {
        let text = string(bytes, from: start, to: min(end, start + 240))
        return excerpt(text) + (end > start + 240 && text.count <= 60 ? "…" : "")
    }

    /// The same of a text.
    static func excerpt(_ text: String) -> String {
        // No more is looked at than is shown: the text may be megabytes long.
        let beginning = text.prefix(61)
        let shown = beginning.prefix(60).unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : String(scalar)
        }
        return shown.joined() + (beginning.count > 60 ? "…" : "")
    }
}
