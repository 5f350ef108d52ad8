/// Observations on their way in: each name is kept once, and rows refer to names by number.
public struct ObservationTable: Sendable {
    /// One observed value.
    public struct Row: Hashable, Sendable {
        /// The time on the dataset's axis, finite.
        public var time: Double
        /// The value, finite.
        public var value: Double
        /// Index into ``ObservationTable/seriesNames``.
        public var series: UInt32
        /// Index into ``ObservationTable/channelNames``.
        public var channel: UInt32
        /// Where it came from: the line of a text, or the place among other rows.
        ///
        /// Later rows have no smaller ones.
        public var line: Int

        /// A row; nothing is checked here.
        public init(series: UInt32, channel: UInt32, time: Double, value: Double, line: Int) {
            self.series = series
            self.channel = channel
            self.time = time
            self.value = value
            self.line = line
        }

        /// The series, then the channel, in one number.
        package var group: UInt64 { UInt64(series) << 32 | UInt64(channel) }
    }

    /// Names of series; a name appears once.
    public var seriesNames: [String]
    /// Names of channels; a name appears once.
    public var channelNames: [String]
    /// The observations.
    public var rows: [Row]

    /// A table.
    public init(seriesNames: [String] = [], channelNames: [String] = [], rows: [Row] = []) {
        self.seriesNames = seriesNames
        self.channelNames = channelNames
        self.rows = rows
    }

    /// A table of rows by name, in their order.
    public init(_ rows: some Sequence<ObservationRow>) {
        self.init()
        var series: [String: UInt32] = [:]
        var channels: [String: UInt32] = [:]
        for row in rows {
            self.rows.append(
                Row(
                    series: Self.number(of: row.series, in: &series, names: &seriesNames),
                    channel: Self.number(of: row.channel, in: &channels, names: &channelNames), time: row.time,
                    value: row.value, line: self.rows.count + 1))
        }
    }

    private static func number(
        of name: String, in numbers: inout [String: UInt32], names: inout [String]
    ) -> UInt32 {
        if let known = numbers[name] { return known }
        let number = UInt32(names.count)
        numbers[name] = number
        names.append(name)
        return number
    }

    /// Puts the rows in the order of series, channel, time and line.
    ///
    /// Linear where times ascend within each channel of each series, as they do in most texts.
    public mutating func sort() {
        let isSorted = rows.indices.dropFirst().allSatisfy { !Self.precedes(rows[$0], rows[$0 - 1]) }
        if isSorted { return }
        let groupCount = seriesNames.count * channelNames.count
        // Beyond this, counting rows in each possible group costs more than comparing rows.
        guard groupCount <= max(4 * rows.count, 1 << 16) else { return rows.sort(by: Self.precedes) }
        distribute(groupCount: groupCount)
        var start = 0
        while start < rows.count {
            var end = start + 1
            var isAscending = true
            while end < rows.count, rows[end].group == rows[start].group {
                if rows[end].time < rows[end - 1].time { isAscending = false }
                end += 1
            }
            if !isAscending { rows[start..<end].sort(by: Self.precedes) }
            start = end
        }
    }

    /// Brings the rows of each series and channel together, in their order (a counting sort).
    private mutating func distribute(groupCount: Int) {
        let channelCount = channelNames.count
        var starts = [Int32](repeating: 0, count: groupCount + 1)
        for row in rows { starts[Int(row.series) * channelCount + Int(row.channel) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        rows = [Row](unsafeUninitializedCapacity: rows.count) { sorted, count in
            for row in rows {
                let group = Int(row.series) * channelCount + Int(row.channel)
                sorted.initializeElement(at: Int(starts[group]), to: row)
                starts[group] += 1
            }
            // Every place was written once: the counts add up to the number of rows.
            count = rows.count
        }
    }

    private static func precedes(_ lhs: Row, _ rhs: Row) -> Bool {
        if lhs.group != rhs.group { return lhs.group < rhs.group }
        if lhs.time != rhs.time { return lhs.time < rhs.time }
        return lhs.line < rhs.line
    }
}
