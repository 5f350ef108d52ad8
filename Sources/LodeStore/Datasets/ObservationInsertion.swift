import GRDB
import LodeDomain

/// Writes tables of observations to a dataset, inside a transaction.
struct ObservationInsertion {
    private let dataset: Identifier<Dataset>
    private let db: Database
    private let names: SeriesAndChannelKeys
    private let batch: ObservationBatch
    private var growth: SeriesGrowth
    /// The series of the table written last, by number.
    private var series: [SeriesAndChannelKeys.Series] = []
    /// Keys of its channels, by number.
    private var channelKeys: [Int64] = []
    private var rows: [ObservationBatch.Row] = []
    private var inserted = 0
    private var updated = 0
    private var unchanged = 0

    /// Throws ``StoreError/datasetNotFound(_:)``.
    init(_ dataset: Identifier<Dataset>, _ db: Database) throws {
        _ = try DatasetRecord.existing(dataset, db)
        self.dataset = dataset
        self.db = db
        names = try SeriesAndChannelKeys(dataset: dataset, db)
        batch = try ObservationBatch(db)
        growth = try SeriesGrowth(db)
        rows.reserveCapacity(ObservationBatch.capacity)
    }

    /// Writes a table; its names begin with those of the table before.
    mutating func write(_ table: consuming ObservationTable) throws {
        table.sort()
        for name in table.seriesNames[series.count...] { series.append(try names.series(name)) }
        for name in table.channelNames[channelKeys.count...] { channelKeys.append(try names.channel(name)) }
        let groups = groups(of: table)
        for group in groups {
            if isBeyond(group, table) {
                try append(group, table)
            } else {
                try insertAppended()
                try merge(group, table)
            }
        }
        try insertAppended()
        // Only now: the channels of a series are all compared with what was there before.
        for group in groups {
            let last = table.rows[group.rows.upperBound - 1].time
            series[group.seriesNumber].lastTime = max(series[group.seriesNumber].lastTime, last)
        }
    }

    /// Completes what `series` and `dataset` say of the observations, and reports.
    mutating func finish() throws -> IngestReport {
        try growth.flush()
        return IngestReport(
            inserted: inserted, updated: updated, unchanged: unchanged,
            watermark: inserted + updated > 0
                ? try DatasetRecord.advanceRevision(of: dataset, db) : try DatasetRecord.watermark(of: dataset, db))
    }

    // MARK: - Groups

    /// The rows of one channel of one series.
    private struct Group {
        var seriesNumber: Int
        var series: Int64
        var channel: Int64
        var rows: Range<Int>
    }

    /// The groups of a sorted table in the order of the key, so that the write moves through the pages once.
    private func groups(of table: ObservationTable) -> [Group] {
        var groups: [Group] = []
        var start = 0
        while start < table.rows.count {
            let first = table.rows[start]
            var end = start + 1
            while end < table.rows.count, table.rows[end].group == first.group { end += 1 }
            let number = Int(first.series)
            groups.append(
                Group(
                    seriesNumber: number, series: series[number].key, channel: channelKeys[Int(first.channel)],
                    rows: start..<end))
            start = end
        }
        return groups.sorted { ($0.series, $0.channel) < ($1.series, $1.channel) }
    }

    /// Whether all rows lie behind everything that the series holds, each behind the one before: then all of them are new.
    private func isBeyond(_ group: Group, _ table: ObservationTable) -> Bool {
        var last = series[group.seriesNumber].lastTime
        for index in group.rows {
            guard table.rows[index].time > last else { return false }
            last = table.rows[index].time
        }
        return true
    }

    /// Inserts rows that are known to be new, together with those of other groups.
    private mutating func append(_ group: Group, _ table: ObservationTable) throws {
        for index in group.rows {
            try take(table.rows[index], of: group)
            if rows.count == ObservationBatch.capacity { try insertAppended() }
        }
        try grow(group, by: group.rows.count, table)
    }

    private mutating func insertAppended() throws {
        guard !rows.isEmpty else { return }
        guard try batch.insert(rows.span) == rows.count else {
            throw StoreError.corrupt(detail: "a series has observations behind the last time that is noted for it")
        }
        rows.removeAll(keepingCapacity: true)
    }

    /// Writes rows of which some may be there.
    private mutating func merge(_ group: Group, _ table: ObservationTable) throws {
        var outcome = ObservationBatch.Outcome()
        for index in group.rows {
            try take(table.rows[index], of: group)
            guard rows.count == ObservationBatch.capacity || index == group.rows.upperBound - 1 else { continue }
            let part = try batch.write(rows.span)
            outcome.inserted += part.inserted
            outcome.updated += part.updated
            rows.removeAll(keepingCapacity: true)
        }
        updated += outcome.updated
        unchanged += group.rows.count - outcome.inserted - outcome.updated
        if outcome.inserted > 0 { try grow(group, by: outcome.inserted, table) }
    }

    private mutating func take(_ row: ObservationTable.Row, of group: Group) throws {
        // What a constraint of the table would say, if rows that fail one were not left out.
        guard row.time.isFinite, row.value.isFinite else {
            throw DatabaseError(resultCode: .SQLITE_CONSTRAINT, message: "an observation is not finite")
        }
        rows.append(
            ObservationBatch.Row(series: group.series, channel: group.channel, time: row.time, value: row.value))
    }

    /// Rows that were there lie between the first and the last time anyway.
    private mutating func grow(_ group: Group, by count: Int, _ table: ObservationTable) throws {
        inserted += count
        try growth.add(
            count, to: group.series,
            times: table.rows[group.rows.lowerBound].time...table.rows[group.rows.upperBound - 1].time)
    }
}
