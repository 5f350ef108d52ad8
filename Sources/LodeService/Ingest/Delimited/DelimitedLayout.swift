/// How a delimited text is laid out, as far as it was told; the rest is found out from the text.
public struct DelimitedLayout: Hashable, Sendable {
    /// The byte between fields; nil guesses it from the header.
    public var delimiter: UInt8?
    /// The column that names the series (`series`).
    public var seriesColumn: String?
    /// The name of the one series of a text without such a column.
    public var seriesName: String?
    /// The column of the time (`time`).
    public var timeColumn: String?
    /// The columns to take as channels; nil takes the long form's `channel` and `value`, or all other columns.
    public var channelColumns: [String]?
    /// What stands where nothing was observed, besides an empty field in a column of a channel.
    public var missingMarks: Set<String>
    /// What a line of comment begins with; nil for none.
    public var comment: UInt8?

    /// A layout.
    public init(
        delimiter: UInt8? = nil, seriesColumn: String? = nil, seriesName: String? = nil, timeColumn: String? = nil,
        channelColumns: [String]? = nil, missingMarks: Set<String> = [], comment: UInt8? = UInt8(ascii: "#")
    ) {
        self.delimiter = delimiter
        self.seriesColumn = seriesColumn
        self.seriesName = seriesName
        self.timeColumn = timeColumn
        self.channelColumns = channelColumns
        self.missingMarks = missingMarks
        self.comment = comment
    }

    /// The delimiters that are guessed, with their names.
    static let delimiters: [(byte: UInt8, name: String)] = [
        (UInt8(ascii: ","), "comma"), (UInt8(ascii: "\t"), "tab"), (UInt8(ascii: ";"), "semicolon"),
        (UInt8(ascii: "|"), "bar"),
    ]

    /// The delimiter that occurs most in the first line that is no comment, outside quotes; the comma without any.
    func guessedDelimiter(of bytes: Span<UInt8>) -> UInt8 {
        var counts = [Int](repeating: 0, count: 256)
        var isQuoted = false
        var isLineStart = true
        var isComment = false
        var hasText = false
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"), !isQuoted {
                if hasText, !isComment { break }
                (isLineStart, isComment, hasText) = (true, false, false)
                continue
            }
            if isLineStart, byte == comment { isComment = true }
            isLineStart = false
            if isComment { continue }
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted { counts[Int(byte)] += 1 }
            hasText = true
        }
        var best = Self.delimiters[0].byte
        for (byte, _) in Self.delimiters where counts[Int(byte)] > counts[Int(best)] { best = byte }
        return best
    }
}
