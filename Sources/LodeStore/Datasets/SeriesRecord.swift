import GRDB
import LodeDomain

/// Rows of `series`.
enum SeriesRecord {
    static func summaries(
        of dataset: Identifier<Dataset>, containing part: String?, after: String?, limit: Int, _ db: Database
    ) throws -> [SeriesSummary] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT id, name, observation_count, first_time, last_time FROM series
                WHERE dataset = ? AND name > ? AND instr(lower(name), lower(?)) > 0 ORDER BY name LIMIT ?
                """,
            // No name sorts before the empty one, and a series may not be called that; every name contains it.
            arguments: [dataset.rawValue, after ?? "", part ?? "", limit]
        ).map { row in
            SeriesSummary(
                id: Identifier(rawValue: row["id"]), name: row["name"],
                observationCount: row["observation_count"], timeRange: timeRange(row))
        }
    }

    static func key(of name: String, in dataset: Identifier<Dataset>, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM series WHERE dataset = ? AND name = ?"),
            arguments: [dataset.rawValue, name])
    }

    /// All series of a dataset, by name.
    static func keys(
        of dataset: Identifier<Dataset>, _ db: Database
    ) throws -> [(name: String, key: Int64)] {
        try Row.fetchAll(
            db, sql: "SELECT name, id FROM series WHERE dataset = ? ORDER BY name",
            arguments: [dataset.rawValue]
        ).map { ($0["name"], $0["id"]) }
    }

    /// The range between the columns `first_time` and `last_time`, nil where they are NULL.
    static func timeRange(_ row: Row) -> ClosedRange<Double>? {
        guard let first: Double = row["first_time"], let last: Double = row["last_time"] else { return nil }
        return first...last
    }
}
