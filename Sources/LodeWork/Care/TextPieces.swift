internal import Foundation

/// Cuts a text into pieces at ends of lines, none inside a quoted field.
struct TextPieces {
    /// A piece that can be read by itself.
    struct Piece {
        /// The header, where there is one, and the lines.
        var text: Data
        /// Where the next piece begins.
        var end: Int
        /// How many lines it has, the header only in the first.
        var lineCount: Int
    }

    private let data: Data
    private let header: Data
    private let pieceBytes: Int

    init(_ data: Data, hasHeader: Bool, pieceBytes: Int) {
        self.data = data
        self.pieceBytes = pieceBytes
        header = hasHeader ? data.prefix(Self.endOfLine(data, from: 0, atLeast: 0).end) : Data()
    }

    /// The piece that begins at `start`; nil at the end.
    func piece(from start: Int) -> Piece? {
        guard start < data.count else { return nil }
        let (end, lineCount) = Self.endOfLine(data, from: start, atLeast: pieceBytes)
        let body = data.subdata(in: (data.startIndex + start)..<(data.startIndex + end))
        return Piece(text: start == 0 ? body : header + body, end: end, lineCount: lineCount)
    }

    /// The first end of a line that lies `least` bytes or more after `start` and outside quotes; and the lines up to it.
    private static func endOfLine(_ data: Data, from start: Int, atLeast least: Int) -> (end: Int, lineCount: Int) {
        data.withUnsafeBytes { bytes in
            var isQuoted = false
            var lineCount = 0
            var index = start
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                guard byte == UInt8(ascii: "\n") else { continue }
                lineCount += 1
                if !isQuoted, index - start > least { return (index, lineCount) }
            }
            let isWhole = bytes.last == UInt8(ascii: "\n")
            return (bytes.count, isWhole ? lineCount : lineCount + 1)
        }
    }
}
