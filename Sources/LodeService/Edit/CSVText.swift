import LodeDomain

/// Writes observations as CSV in the long form.
struct CSVText: Sendable {
    static let header = Array("series,time,channel,value\n".utf8)

    private let channels: [[UInt8]]
    private let timeAxis: TimeAxis

    init(channels: [String], timeAxis: TimeAxis) {
        self.channels = channels.map(Self.field)
        self.timeAxis = timeAxis
    }

    /// The lines of a series.
    func lines(of series: SeriesObservations) -> [UInt8] {
        let name = Self.field(series.name)
        var text: [UInt8] = []
        text.reserveCapacity(series.points.count * (name.count + 32))
        for point in series.points {
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
        return text
    }

    /// The shortest text that reads as the same number, whole numbers without a point.
    private static func number(_ value: Double) -> [UInt8] {
        if let whole = Int64(exactly: value), abs(value) <= 0x1p53 { return Array(String(whole).utf8) }
        return Array(value.description.utf8)
    }

    /// A name, in quotes where the form needs them: for a separator, a blank at its ends, or a mark of comment.
    private static func field(_ name: String) -> [UInt8] {
        let needsQuotes =
            name.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) } || name.hasPrefix("#") || name.hasPrefix(" ")
            || name.hasSuffix(" ")
        guard needsQuotes else { return Array(name.utf8) }
        return Array(("\"" + name.replacing("\"", with: "\"\"") + "\"").utf8)
    }
}
