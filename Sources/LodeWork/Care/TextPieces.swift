internal import Foundation
internal import LodeService

/// Cuts a text into pieces at ends of lines, none inside a text in quotes.
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

    /// How many lines of the text are repeated before each piece but the first.
    let headerLineCount: Int

    private let data: Data
    private let header: Data
    private let format: IngestRequest.Format
    private let pieceBytes: Int

    init(_ data: Data, format: IngestRequest.Format, pieceBytes: Int) {
        self.data = data
        self.format = format
        self.pieceBytes = pieceBytes
        guard case .delimited = format else {
            (header, headerLineCount) = (Data(), 0)
            return
        }
        (header, headerLineCount) = data.withUnsafeBytes { bytes in
            var lines = LineEnds(format: format)
            var count = 0
            while let end = lines.next(in: bytes) {
                count += lines.lineCount
                // What comes before the header, blank lines and comments, belongs to it.
                if !lines.isSkipped { return (data.prefix(end), count) }
            }
            return (data, count)
        }
    }

    /// The piece that begins at `start`; nil at the end.
    func piece(from start: Int) -> Piece? {
        guard start < data.count else { return nil }
        let (end, lineCount) = data.withUnsafeBytes { bytes in
            var lines = LineEnds(format: format, position: start)
            var (end, count, hasEntry) = (start, 0, false)
            while let next = lines.next(in: bytes) {
                // A piece has an entry, and takes what is to be skipped behind it: nothing cannot be read by itself.
                if hasEntry, !lines.isSkipped, end - start > pieceBytes { break }
                hasEntry = hasEntry || (!lines.isSkipped && next > header.count)
                (end, count) = (next, count + lines.lineCount)
            }
            return (end, count)
        }
        let body = data.subdata(in: (data.startIndex + start)..<(data.startIndex + end))
        return Piece(text: start == 0 ? body : header + body, end: end, lineCount: lineCount)
    }
}

/// Finds the ends of entries: of lines, but for those that a text in quotes goes over.
private struct LineEnds {
    let format: IngestRequest.Format
    /// Where the next entry begins.
    var position = 0
    /// How many lines the entry found last has.
    private(set) var lineCount = 0
    /// Whether it is blank or a comment.
    private(set) var isSkipped = false

    init(format: IngestRequest.Format, position: Int = 0) {
        self.format = format
        self.position = position
    }

    /// The byte after the next entry; nil at the end of the text.
    mutating func next(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard position < bytes.count else { return nil }
        let start = position
        lineCount = 1
        switch format {
        case .delimited(let layout) where bytes[start] != layout.comment: skipRecord(in: bytes)
        case .lineProtocol where bytes[start] != UInt8(ascii: "#"): skipEntry(in: bytes)
        // No text of JSON, and no comment, has an end of line in it.
        case .delimited, .lineProtocol, .ndjson: skipLine(in: bytes)
        }
        isSkipped = isComment(bytes[start]) || bytes[start..<position].allSatisfy { $0 <= UInt8(ascii: " ") }
        return position
    }

    private func isComment(_ first: UInt8) -> Bool {
        if case .delimited(let layout) = format { first == layout.comment } else { false }
    }

    private mutating func skipLine(in bytes: UnsafeRawBufferPointer) {
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == UInt8(ascii: "\n") { return }
        }
    }

    /// A record whose fields may be in quotes; a quote in them is doubled.
    private mutating func skipRecord(in bytes: UnsafeRawBufferPointer) {
        var isQuoted = false
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == UInt8(ascii: "\n") else { continue }
            guard isQuoted else { return }
            if position < bytes.count { lineCount += 1 }
        }
    }

    /// An entry of line protocol, whose fields may be strings; in measurement and tags a quote is a letter like others.
    private mutating func skipEntry(in bytes: UnsafeRawBufferPointer) {
        var isKey = true
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\n"): return
            case UInt8(ascii: "\\") where position < bytes.count && bytes[position] != UInt8(ascii: "\n"): position += 1
            case UInt8(ascii: " "): isKey = false
            case UInt8(ascii: "\"") where !isKey && position > 1 && bytes[position - 2] == UInt8(ascii: "="):
                skipString(in: bytes)
            default: continue
            }
        }
    }

    private mutating func skipString(in bytes: UnsafeRawBufferPointer) {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\") where position < bytes.count && bytes[position] != UInt8(ascii: "\n"): position += 1
            case UInt8(ascii: "\n") where position < bytes.count: lineCount += 1
            default: continue
            }
        }
    }
}
