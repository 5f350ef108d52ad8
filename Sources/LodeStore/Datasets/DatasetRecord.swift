import GRDB
import LodeDomain

/// Rows of `dataset` and `channel`.
enum DatasetRecord {
    private static let columns = "id, name, time_kind, time_unit, created_at, tags"

    static func named(_ name: String, _ db: Database) throws -> Dataset? {
        try Row.fetchOne(db, sql: "SELECT \(columns) FROM dataset WHERE name = ?", arguments: [name]).map(decode)
    }

    /// The dataset of that name, made if there is none; throws ``StoreError/timeAxisMismatch(dataset:stored:given:)``.
    static func findOrCreate(
        _ name: String, timeAxis: TimeAxis, at now: Timestamp, _ db: Database
    ) throws -> (dataset: Dataset, created: Bool) {
        try db.execute(
            sql: """
                INSERT INTO dataset (name, time_kind, time_unit, created_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO NOTHING
                """,
            arguments: [name, timeAxis.kindColumn, timeAxis.unitColumn, now.microseconds])
        let created = db.changesCount == 1
        // It was inserted or there already; a delete cannot come between, in one transaction.
        guard let dataset = try named(name, db) else {
            throw StoreError.corrupt(detail: "dataset is neither absent nor present")
        }
        guard dataset.timeAxis == timeAxis else {
            throw StoreError.timeAxisMismatch(dataset: name, stored: dataset.timeAxis, given: timeAxis)
        }
        return (dataset, created)
    }

    static func all(_ db: Database) throws -> [Dataset] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM dataset ORDER BY name").map(decode)
    }

    /// The dataset; throws ``StoreError/datasetNotFound(_:)``.
    static func existing(_ id: Identifier<Dataset>, _ db: Database) throws -> Dataset {
        let row = try db.firstRow(
            sql: "SELECT \(columns) FROM dataset WHERE id = ?", arguments: [id.rawValue])
        guard let row else { throw StoreError.datasetNotFound(id) }
        return try decode(row)
    }

    static func watermark(of id: Identifier<Dataset>, _ db: Database) throws -> DataWatermark {
        let revision = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT revision FROM dataset WHERE id = ?"), arguments: [id.rawValue])
        guard let revision else { throw StoreError.datasetNotFound(id) }
        return DataWatermark(revision: revision)
    }

    static func channels(of id: Identifier<Dataset>, _ db: Database) throws -> [Channel] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT id, name, unit, kind FROM channel WHERE dataset = ? ORDER BY name"),
            arguments: [id.rawValue]
        ).map { row in
            Channel(
                id: Identifier(rawValue: row["id"]), name: row["name"], unit: row["unit"],
                kind: ChannelKind(rawValue: row["kind"]) ?? .measured)
        }
    }

    /// Writes what a channel measures, and makes it where it is new; its key.
    static func describe(
        _ channel: ChannelDescription, of dataset: Identifier<Dataset>, _ db: Database
    ) throws -> Int64 {
        let id = try Int64.fetchOne(
            db,
            sql: """
                INSERT INTO channel (dataset, name, unit, kind) VALUES (?, ?, ?, ?)
                ON CONFLICT (dataset, name) DO UPDATE SET unit = excluded.unit, kind = excluded.kind
                RETURNING id
                """,
            arguments: [dataset.rawValue, channel.name, channel.unit, channel.kind.rawValue])
        guard let id else { throw StoreError.corrupt(detail: "a channel is neither absent nor present") }
        return id
    }

    /// Notes that the values of these channels are known for the future too; makes those that are new.
    static func noteInputs(_ channels: [String], of dataset: Identifier<Dataset>, _ db: Database) throws {
        for channel in channels {
            try db.executeCached(
                sql: """
                    INSERT INTO channel (dataset, name, kind) VALUES (?, ?, 'input')
                    ON CONFLICT (dataset, name) DO UPDATE SET kind = 'input' WHERE kind IS NOT 'input'
                    """,
                arguments: [dataset.rawValue, channel])
        }
    }

    /// Notes that the observations changed; the watermark after it.
    static func advanceRevision(of id: Identifier<Dataset>, _ db: Database) throws -> DataWatermark {
        try db.executeCached(
            sql: "UPDATE dataset SET revision = revision + 1 WHERE id = ?", arguments: [id.rawValue])
        return try watermark(of: id, db)
    }

    static func summary(of dataset: Dataset, _ db: Database) throws -> DatasetSummary {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) AS series_count, ifnull(sum(observation_count), 0) AS observation_count,
                       min(first_time) AS first_time, max(last_time) AS last_time
                FROM series WHERE dataset = ?
                """,
            arguments: [dataset.id.rawValue])
        return DatasetSummary(
            dataset: dataset, channels: try channels(of: dataset.id, db),
            seriesCount: row?["series_count"] ?? 0, observationCount: row?["observation_count"] ?? 0,
            timeRange: row.flatMap(SeriesRecord.timeRange))
    }

    private static func decode(_ row: Row) throws -> Dataset {
        try Dataset(
            id: Identifier(rawValue: row["id"]), name: row["name"],
            timeAxis: TimeAxis(kindColumn: row["time_kind"], unitColumn: row["time_unit"]),
            createdAt: Timestamp(microseconds: row["created_at"]),
            tags: JSONColumn.decode([String].self, row["tags"]))
    }
}
