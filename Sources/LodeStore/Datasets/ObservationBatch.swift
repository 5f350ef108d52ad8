import GRDB
import LodeDomain

/// Observations with their keys, on the way into the table.
struct ObservationBatch {
    private struct KeyedRow {
        var series: Int64
        var channel: Int64
        var time: Double
        var value: Double
        /// The place in the body; the last of equal keys wins.
        var position: Int

        static func precedes(_ lhs: KeyedRow, _ rhs: KeyedRow) -> Bool {
            if lhs.series != rhs.series { return lhs.series < rhs.series }
            if lhs.channel != rhs.channel { return lhs.channel < rhs.channel }
            if lhs.time != rhs.time { return lhs.time < rhs.time }
            return lhs.position < rhs.position
        }
    }

    private var rows: [KeyedRow] = []

    /// Writes rows by name; see ``SQLiteDatasetStore/write(_:to:)``.
    static func write(
        _ rows: [ObservationRow], to dataset: Identifier<Dataset>, _ db: Database
    ) throws -> IngestReport {
        _ = try DatasetRecord.existing(dataset, db)
        var names = SeriesAndChannelKeys(dataset: dataset)
        var batch = ObservationBatch(rowCount: rows.count)
        for row in rows {
            batch.append(
                series: try names.series(row.series, db), channel: try names.channel(row.channel, db),
                time: row.time, value: row.value)
        }
        batch.sort()
        return try batch.write(to: dataset, db)
    }

    private init(rowCount: Int) {
        rows.reserveCapacity(rowCount)
    }

    private mutating func append(series: Int64, channel: Int64, time: Double, value: Double) {
        rows.append(
            KeyedRow(series: series, channel: channel, time: time, value: value, position: rows.count))
    }

    /// Puts the rows in the order of the table, so that the write moves through its pages once.
    private mutating func sort() {
        let isSorted = zip(rows, rows.dropFirst()).allSatisfy { KeyedRow.precedes($0, $1) }
        if !isSorted { rows.sort(by: KeyedRow.precedes) }
    }

    /// Writes the rows in order, and what `series` and `dataset` say of them.
    private func write(to dataset: Identifier<Dataset>, _ db: Database) throws -> IngestReport {
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
        var inserted = 0
        var updated = 0
        var growth = SeriesGrowth()
        for row in rows {
            insert.bind(row.series, at: 1)
            insert.bind(row.channel, at: 2)
            insert.bind(row.time, at: 3)
            insert.bind(row.value, at: 4)
            if try insert.run() == 1 {
                inserted += 1
                try growth.add(series: row.series, time: row.time, db)
                continue
            }
            update.bind(row.series, at: 1)
            update.bind(row.channel, at: 2)
            update.bind(row.time, at: 3)
            update.bind(row.value, at: 4)
            if try update.run() == 1 { updated += 1 }
        }
        try growth.flush(db)
        return IngestReport(
            inserted: inserted, updated: updated, unchanged: rows.count - inserted - updated,
            watermark: inserted + updated > 0
                ? try DatasetRecord.advanceRevision(of: dataset, db) : try DatasetRecord.watermark(of: dataset, db))
    }
}

/// Adds up what one series gained, and notes it once in its row.
private struct SeriesGrowth {
    private var series: Int64?
    private var count = 0
    private var firstTime = Double.infinity
    private var lastTime = -Double.infinity

    /// Rows come ordered by series.
    mutating func add(series: Int64, time: Double, _ db: Database) throws {
        if series != self.series {
            try flush(db)
            self.series = series
        }
        count += 1
        firstTime = min(firstTime, time)
        lastTime = max(lastTime, time)
    }

    mutating func flush(_ db: Database) throws {
        guard let series, count > 0 else { return }
        let update = try db.cachedStatement(
            sql: """
                UPDATE series SET observation_count = observation_count + ?2,
                    first_time = min(ifnull(first_time, ?3), ?3), last_time = max(ifnull(last_time, ?4), ?4)
                WHERE id = ?1
                """)
        try update.execute(arguments: [series, count, firstTime, lastTime])
        self = SeriesGrowth()
    }
}
