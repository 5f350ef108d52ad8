import GRDB
import LodeDomain

/// Rows of `static_covariate` and `label`.
enum FactRecord {
    /// Which table.
    enum Table: String {
        case statics = "static_covariate"
        case labels = "label"

        init(_ kind: FactKind) {
            self =
                switch kind {
                case .statics: .statics
                case .labels: .labels
                }
        }
    }

    /// The facts of a dataset, by series and name.
    static func all(of dataset: Identifier<Dataset>, in table: Table, _ db: Database) throws -> [SeriesFact] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT series.name AS series, fact.name AS name, fact.value AS value
                FROM series JOIN \(table.rawValue) AS fact ON fact.series = series.id
                WHERE series.dataset = ? ORDER BY series.name, fact.name
                """,
            arguments: [dataset.rawValue]
        ).map { SeriesFact(series: $0["series"], name: $0["name"], value: $0["value"]) }
    }

    static func facts(of series: Int64, in table: Table, _ db: Database) throws -> [String: Double] {
        let statement = try db.cachedStatement(
            sql: "SELECT name, value FROM \(table.rawValue) WHERE series = ? ORDER BY name")
        let rows = try Row.fetchAll(statement, arguments: [series])
        // The database tells spellings of one letter apart, Swift does not: of two such names the first counts.
        return Dictionary(rows.map { ($0["name"], $0["value"]) }) { first, _ in first }
    }

    /// Counts as ``SQLiteDatasetStore/write(_:to:)`` does: row after row.
    static func write(
        _ rows: [SeriesFact], to dataset: Identifier<Dataset>, in table: Table, _ db: Database
    ) throws -> IngestReport {
        _ = try DatasetRecord.existing(dataset, db)
        let names = try SeriesAndChannelKeys(dataset: dataset, db)
        var keys: [String: Int64] = [:]
        let insert = try db.cachedStatement(
            sql: "INSERT INTO \(table.rawValue) (series, name, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        let update = try db.cachedStatement(
            sql: "UPDATE \(table.rawValue) SET value = ?3 WHERE series = ?1 AND name = ?2 AND value IS NOT ?3")
        var inserted = 0
        var updated = 0
        for row in rows {
            let key = try keys[row.series] ?? names.series(row.series).key
            keys[row.series] = key
            let arguments: StatementArguments = [key, row.name, row.value]
            try insert.execute(arguments: arguments)
            if db.changesCount == 1 {
                inserted += 1
                continue
            }
            try update.execute(arguments: arguments)
            updated += db.changesCount
        }
        return IngestReport(
            inserted: inserted, updated: updated, unchanged: rows.count - inserted - updated,
            watermark: inserted + updated > 0
                ? try DatasetRecord.advanceRevision(of: dataset, db) : try DatasetRecord.watermark(of: dataset, db))
    }
}
