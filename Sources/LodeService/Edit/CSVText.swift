import LodeDomain

/// Writes observations as CSV in the long form.
package struct CSVText: Sendable {
    static let header = Array("series,time,channel,value\n".utf8)

    private let channels: [[UInt8]]
    private let timeAxis: TimeAxis

    init(channels: [String], timeAxis: TimeAxis) {
        self.channels = channels.map(Self.field)
        self.timeAxis = timeAxis
    }

    /// How many lines are handed out at once.
    private static let linesPerPart = 1 << 14

    /// Hands out the lines of a series, some at a time, until `write` returns false, which it returns then.
    func write(_ series: SeriesObservations, _ write: ([UInt8]) -> Bool) -> Bool {
        let name = Self.field(series.name)
        var start = 0
        while start < series.points.count {
            let end = min(start + Self.linesPerPart, series.points.count)
            var text: [UInt8] = []
            text.reserveCapacity((end - start) * (name.count + 32))
            for point in series.points[start..<end] { append(point, of: name, to: &text) }
            guard write(text) else { return false }
            start = end
        }
        return true
    }

    private func append(_ point: SeriesObservations.Point, of name: [UInt8], to text: inout [UInt8]) {
        text += name
        text.append(UInt8(ascii: ","))
        switch timeAxis {
        case .numeric: text += Self.number(point.time)
        case .dateTime: text += RFC3339.string(microseconds: Int64(point.time)).utf8
        }
        text.append(UInt8(ascii: ","))
        text += channels[point.channel]
        text.append(UInt8(ascii: ","))
        text += Self.number(point.value)
        text.append(UInt8(ascii: "\n"))
    }

    /// Facts of series, as they are taken in.
    static func facts(_ facts: [SeriesFact]) -> [UInt8] {
        var text = Array("series,name,value\n".utf8)
        for fact in facts { text += joined([field(fact.series), field(fact.name), number(fact.value)]) }
        return text
    }

    /// What channels measure, as it is taken in.
    static func channels(_ channels: [Channel]) -> [UInt8] {
        var text = Array("channel,unit,kind\n".utf8)
        for channel in channels {
            text += joined([field(channel.name), field(channel.unit ?? ""), Array(channel.kind.rawValue.utf8)])
        }
        return text
    }

    private static func joined(_ fields: [[UInt8]]) -> [UInt8] {
        Array(fields.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "\n")]
    }

    /// The shortest text that reads as the same number, whole numbers without a point.
    private static func number(_ value: Double) -> [UInt8] {
        if let whole = Int64(exactly: value), abs(value) <= 0x1p53 { return Array(String(whole).utf8) }
        return Array(value.description.utf8)
    }

    /// A name, in quotes where the form needs them: for a separator, a blank at its ends, or a mark of comment.
    package static func field(_ name: String) -> [UInt8] {
        // Byte for byte, as it will be read: a mark of comment with an accent on it is another character, but the same byte.
        let bytes = Array(name.utf8)
        let quote = UInt8(ascii: "\"")
        let needsQuotes =
            bytes.contains { [quote, UInt8(ascii: ","), 0x0A, 0x0D].contains($0) } || bytes.first == UInt8(ascii: "#")
            || bytes.first == UInt8(ascii: " ") || bytes.last == UInt8(ascii: " ")
            || bytes.starts(with: [0xEF, 0xBB, 0xBF])
        guard needsQuotes else { return bytes }
        return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }
}
