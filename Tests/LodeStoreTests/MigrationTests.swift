import Foundation
import GRDB
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct MigrationTests {
    private let older = Schema.current
    private let newer = Schema(
        migrations: Schema.current.migrations + [[UInt8]("ALTER TABLE dataset ADD COLUMN note TEXT;".utf8)])

    private func open(_ path: String, _ schema: Schema) throws -> LodeDatabase {
        try LodeDatabase.openForWriting(path, options: .init(), mayCreate: false, schema: schema)
    }

    @Test func `an older database is copied, then brought up to date with its data`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.store.write([row("a", 1, "x", 1)], to: fixture.dataset.id)
        let before = try await fixture.store.contents(of: fixture.dataset.id)
        try fixture.database.close()

        let migrated = SQLiteDatasetStore(
            try open(fixture.path, newer), now: { Timestamp(microseconds: 0) })
        #expect(try await migrated.contents(of: fixture.dataset.id) == before)
        let backup = SQLiteDatasetStore(
            try open(fixture.path + ".schema-\(older.version).backup", older), now: { Timestamp(microseconds: 0) })
        #expect(try await backup.contents(of: fixture.dataset.id) == before)
        #expect(
            throws: StoreError.databaseTooNew(
                path: fixture.path, found: newer.version, supported: older.version)
        ) { try open(fixture.path, older) }
    }

    @Test func `a migration that fails changes nothing`() async throws {
        let fixture = try await StoreFixture()
        try fixture.database.close()
        let broken = Schema(
            migrations: older.migrations + [[UInt8]("CREATE TABLE extra (a); SELECT nonsense;".utf8)])
        #expect(throws: StoreError.self) { try open(fixture.path, broken) }
        let database = try open(fixture.path, older)
        #expect(try await fixture.rowCounts(["sqlite_schema WHERE name = 'extra'"]) == [0])
        try database.close()
    }

    /// Something in every table of the first schema.
    private static let contents = """
        INSERT INTO dataset (id, name, time_kind, time_unit, revision, tags, created_at)
            VALUES (1, 'co2', 'numeric', 'days', 7, '["a"]', 1), (2, 'events', 'datetime', NULL, 1, '[]', 2);
        INSERT INTO channel (id, dataset, name, unit, kind)
            VALUES (1, 1, 'x', 'ppm', 'measured'), (2, 1, 'dose', NULL, 'input'), (3, 2, 'x', NULL, 'measured');
        INSERT INTO series (id, dataset, name, observation_count, first_time, last_time)
            VALUES (1, 1, 'a', 3, 0.5, 2.0), (2, 1, 'b', 0, NULL, NULL), (3, 2, 'a', 1, 1e15, 1e15);
        INSERT INTO observation VALUES (1, 1, 0.5, 1.25), (1, 1, 2.0, -3.5), (1, 2, 1.0, 10.0), (3, 3, 1e15, 4.0);
        INSERT INTO static_covariate VALUES (1, 'age', 61.0);
        INSERT INTO label VALUES (2, 'dead', 1.0);
        INSERT INTO idempotency_key VALUES ('k', 'f', '{}', 5);
        INSERT INTO job (id, kind, arguments, state, max_attempts, created_at, available_at, finished_at)
            VALUES (1, 'train', '{"dataset":"co2"}', 'completed', 3, 1, 1, 9);
        INSERT INTO job (id, kind, arguments, state, attempt, max_attempts, claim_count, worker, lease_expires_at,
            created_at, available_at) VALUES (2, 'train', '{}', 'running', 1, 3, 1, 'w', 99, 2, 2);
        INSERT INTO job_snapshot VALUES (2, 3, x'0102');
        INSERT INTO job_curve VALUES (1, 1, '{"loss":0.5}');
        INSERT INTO model_version (id, dataset, number, job, revision, metadata, created_at, weights)
            VALUES (1, 1, 1, 1, 7, '{"seed":1}', 9, x'00ff');
        """

    private static let tables = [
        "dataset", "channel", "series", "observation", "static_covariate", "label", "idempotency_key", "job",
        "job_snapshot", "job_curve", "model_version",
    ]

    /// The rows of each table, in the columns that it has in the first schema.
    private func dump(_ path: String, _ columns: [String: [String]]) throws -> [String] {
        let connection = try DatabaseQueue(path: path)
        defer { try? connection.close() }
        return try connection.read { db in
            try Self.tables.flatMap { table in
                let names = (columns[table] ?? []).joined(separator: ", ")
                return try Row.fetchAll(db, sql: "SELECT \(names) FROM \(table) ORDER BY 1, 2").map { "\(table) \($0)" }
            }
        }
    }

    @Test(arguments: 1...Schema.current.version)
    func `a database of every version keeps all that is in it`(version: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("lode.db")
        let schema = Schema(migrations: Array(Schema.current.migrations.prefix(version)))
        try LodeDatabase.openForWriting(path, options: .init(), mayCreate: true, schema: schema).close()
        let connection = try DatabaseQueue(path: path)
        var columns: [String: [String]] = [:]
        try connection.writeWithoutTransaction { db in
            try db.execute(sql: Self.contents)
            for table in Self.tables { columns[table] = try db.columns(in: table).map(\.name) }
        }
        try connection.close()
        let before = try dump(path, columns)
        #expect(before.count == 20)

        try LodeDatabase.open(at: path).close()
        #expect(try dump(path, columns) == before)
        let check = try DatabaseQueue(path: path)
        let (found, sound, broken) = try check.read { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA user_version"),
                try String.fetchOne(db, sql: "PRAGMA integrity_check"),
                try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
            )
        }
        #expect((found, sound, broken) == (Schema.current.version, "ok", 0))
        try check.close()
        if version < Schema.current.version {
            #expect(try dump(path + ".schema-\(version).backup", columns) == before)
        }
    }

    @Test func `an upgraded database has the schema of a new one`() throws {
        let folder = try TemporaryFolder()
        let first = Schema(migrations: Array(Schema.current.migrations.prefix(1)))
        try LodeDatabase.openForWriting(folder.path("old.db"), options: .init(), mayCreate: true, schema: first).close()
        try LodeDatabase.open(at: folder.path("old.db")).close()
        try LodeDatabase.create(at: folder.path("new.db")).close()
        let schemas = try ["old.db", "new.db"].map { name in
            let connection = try DatabaseQueue(path: folder.path(name))
            return try connection.read { db in
                try String.fetchAll(
                    db, sql: "SELECT type || name || ifnull(sql, '') FROM sqlite_schema ORDER BY type, name")
            }
        }
        #expect(schemas[0] == schemas[1])
    }
}
