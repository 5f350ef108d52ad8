import LodeDomain

/// Where parsers put observations and refused lines.
struct ObservationSink: Sendable {
    /// Whether faulty rows are counted and left out, instead of refusing the whole text.
    let keepsGoodRows: Bool
    /// Names of series.
    var series = NameTable()
    /// Names of channels.
    var channels = NameTable()
    /// Observations of the part that is being read.
    var rows: [ObservationTable.Row] = []
    /// The first faults, at most ``faultLimit``.
    private(set) var faults: [IngestFault] = []
    /// How many points were refused.
    private(set) var rejectedCount = 0

    /// How many faults are kept to be shown.
    static let faultLimit = 100

    init(keepsGoodRows: Bool) {
        self.keepsGoodRows = keepsGoodRows
    }

    /// Refuses `points` points for one fault; throws it where the text is taken whole or not at all.
    mutating func reject(_ fault: IngestFault, points: Int = 1) throws(IngestFault) {
        guard keepsGoodRows else { throw fault }
        rejectedCount += points
        if faults.count < Self.faultLimit { faults.append(fault) }
    }

    /// Adds an observation.
    mutating func append(series: Int, channel: Int, time: Double, value: Double, line: Int) {
        rows.append(
            ObservationTable.Row(
                series: UInt32(truncatingIfNeeded: series), channel: UInt32(truncatingIfNeeded: channel), time: time,
                value: value, line: line))
    }

    /// The observations so far as a sorted table; the next part begins empty.
    ///
    /// Where `refusesConflicts`, of two rows with one key and different values the later is refused.
    mutating func takeTable(refusingConflicts refusesConflicts: Bool) throws(IngestFault) -> ObservationTable {
        var table = ObservationTable(seriesNames: series.names, channelNames: channels.names)
        swap(&table.rows, &rows)
        table.sort()
        if refusesConflicts { try removeConflicts(&table.rows) }
        return table
    }

    private mutating func removeConflicts(_ rows: inout [ObservationTable.Row]) throws(IngestFault) {
        guard !rows.isEmpty else { return }
        // The rows that stay move up, so that a text of nothing but contradictions takes no longer than another.
        var first = 0
        var kept = 1
        for index in rows.indices.dropFirst() {
            let row = rows[index]
            let isNew = row.time != rows[first].time || row.group != rows[first].group
            if isNew || row.value == rows[first].value {
                if isNew { first = kept }
                rows[kept] = row
                kept += 1
                continue
            }
            try reject(
                IngestFault(
                    line: row.line, name: channels.names[Int(row.channel)], value: "\(row.value)",
                    problem: .conflict(firstLine: rows[first].line, firstValue: rows[first].value)))
        }
        rows.removeSubrange(kept...)
    }
}
