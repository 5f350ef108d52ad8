import GRDB
import LodeDomain
import LodeStore
import LodeTestSupport

/// A fresh database with one dataset.
struct StoreFixture {
    let folder: TemporaryFolder
    let database: LodeDatabase
    let store: SQLiteDatasetStore
    let dataset: Dataset

    var path: String { database.path }

    init(options: LodeDatabase.Options = .init()) async throws {
        folder = try TemporaryFolder()
        database = try LodeDatabase.create(at: folder.path("lode.db"), options: options)
        store = SQLiteDatasetStore(database, now: { Timestamp(microseconds: 1_000_000) })
        dataset = try await store.createDataset(named: "co2", timeAxis: .numeric(unit: "days"))
    }

    /// Another opening of the same file, as another process would have it.
    func reopened(options: LodeDatabase.Options = .init()) throws -> SQLiteDatasetStore {
        SQLiteDatasetStore(
            try LodeDatabase.open(at: path, options: options), now: { Timestamp(microseconds: 1_000_000) })
    }
}

/// A row of one letter names: `row("a", 1, "x", 2.5)`.
func row(_ series: String, _ time: Double, _ channel: String, _ value: Double) -> ObservationRow {
    ObservationRow(series: series, time: time, channel: channel, value: value)
}

extension StoreFixture {
    /// How many rows each table has, read past Lode.
    func rowCounts(_ tables: [String]) async throws -> [Int] {
        let connection = try DatabaseQueue(path: path)
        return try await connection.read { db in
            try tables.map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? -1 }
        }
    }

    /// Runs a statement past Lode.
    func execute(_ sql: String) async throws {
        let connection = try DatabaseQueue(path: path)
        try await connection.write { db in try db.execute(sql: sql) }
    }
}
