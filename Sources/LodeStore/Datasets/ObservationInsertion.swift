import GRDB
import LodeDomain

/// Writes tables of observations to a dataset, inside a transaction.
struct ObservationInsertion {
    private let dataset: Identifier<Dataset>
    private let db: Database
    private var names: SeriesAndChannelKeys
    /// Keys of the names of the table written last, by number.
    private var seriesKeys: [Int64] = []
    private var channelKeys: [Int64] = []
    private var growth = SeriesGrowth()
    private var inserted = 0
    private var updated = 0
    private var unchanged = 0

    /// Throws ``StoreError/datasetNotFound(_:)``.
    init(_ dataset: Identifier<Dataset>, _ db: Database) throws {
        _ = try DatasetRecord.existing(dataset, db)
        self.dataset = dataset
        self.db = db
        names = SeriesAndChannelKeys(dataset: dataset)
    }

    /// Writes a table; its names begin with those of the table before.
    mutating func write(_ table: consuming ObservationTable) throws {
        table.sort()
        for name in table.seriesNames[seriesKeys.count...] { seriesKeys.append(try names.series(name, db)) }
        for name in table.channelNames[channelKeys.count...] { channelKeys.append(try names.channel(name, db)) }
        let insert = try RawStatement(
            """
            INSERT INTO observation (series, channel, time, value) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO NOTHING
            """, db)
        let update = try RawStatement(
            """
            UPDATE observation SET value = ?4
            WHERE series = ?1 AND channel = ?2 AND time = ?3 AND value IS NOT ?4
            """, db)
        for group in groups(of: table) {
            // Bindings outlive a reset: the keys are bound once for the group.
            insert.bind(group.series, at: 1)
            insert.bind(group.channel, at: 2)
            update.bind(group.series, at: 1)
            update.bind(group.channel, at: 2)
            for row in table.rows[group.rows] {
                insert.bind(row.time, at: 3)
                insert.bind(row.value, at: 4)
                if try insert.run() == 1 {
                    inserted += 1
                    try growth.add(series: group.series, time: row.time, db)
                    continue
                }
                update.bind(row.time, at: 3)
                update.bind(row.value, at: 4)
                if try update.run() == 1 { updated += 1 } else { unchanged += 1 }
            }
        }
    }

    /// Completes what `series` and `dataset` say of the observations, and reports.
    mutating func finish() throws -> IngestReport {
        try growth.flush(db)
        return IngestReport(
            inserted: inserted, updated: updated, unchanged: unchanged,
            watermark: inserted + updated > 0
                ? try DatasetRecord.advanceRevision(of: dataset, db) : try DatasetRecord.watermark(of: dataset, db))
    }

    /// The rows of one channel of one series.
    private struct Group {
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
            while end < table.rows.count, table.rows[end].series == first.series,
                table.rows[end].channel == first.channel
            { end += 1 }
            groups.append(
                Group(
                    series: seriesKeys[Int(first.series)], channel: channelKeys[Int(first.channel)],
                    rows: start..<end))
            start = end
        }
        return groups.sorted { ($0.series, $0.channel) < ($1.series, $1.channel) }
    }
}
