import Foundation
import GRDB
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct LodeDatabaseTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var path: String { folder.path("lode.db") }

    @Test func `opening a missing file says so and makes none`() {
        #expect(throws: StoreError.databaseMissing(path: path)) { try LodeDatabase.open(at: path) }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(!FileManager.default.fileExists(atPath: path + "-lock"))
    }

    @Test func `a folder that does not exist is a missing database`() {
        let path = folder.path("no/such/lode.db")
        #expect(throws: StoreError.databaseMissing(path: path)) { try LodeDatabase.create(at: path) }
    }

    @Test func `creating twice keeps what is there`() async throws {
        let first = try LodeDatabase.create(at: path)
        _ = try await SQLiteDatasetStore(first, now: { Timestamp(microseconds: 0) })
            .createDataset(named: "d", timeAxis: .dateTime)
        try first.close()
        let second = try LodeDatabase.create(at: path)
        #expect(
            try await SQLiteDatasetStore(second, now: { Timestamp(microseconds: 0) }).dataset(named: "d") != nil)
    }

    @Test func `an SQLite file of another program is refused and left alone`() throws {
        let foreign = try DatabaseQueue(path: path)
        try foreign.write { try $0.execute(sql: "CREATE TABLE secret (a)") }
        try foreign.close()
        let before = try Data(contentsOf: URL(filePath: path))
        #expect(throws: StoreError.notADatabase(path: path)) { try LodeDatabase.open(at: path) }
        #expect(throws: StoreError.notADatabase(path: path)) { try LodeDatabase.create(at: path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test(arguments: ["series,time,channel,value\n", String(repeating: "x", count: 10_000)])
    func `a file that is no database is refused and left alone`(content: String) throws {
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: StoreError.notADatabase(path: path)) { try LodeDatabase.open(at: path) }
        #expect(throws: StoreError.notADatabase(path: path)) { try LodeDatabase.create(at: path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
    }

    @Test func `a newer database is refused with both versions`() throws {
        try LodeDatabase.create(at: path).close()
        let newer = Schema.current.version + 1
        try withConnection { try $0.execute(sql: "PRAGMA user_version = \(newer)") }
        let refusal = StoreError.databaseTooNew(path: path, found: newer, supported: Schema.current.version)
        #expect(throws: refusal) { try LodeDatabase.open(at: path) }
        #expect(throws: refusal) { try LodeDatabase.create(at: path) }
    }

    @Test func `every migration file is embedded, in order`() throws {
        // Tests/LodeStoreTests/LodeDatabaseTests.swift → the package's folder.
        let package = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let files = try FileManager.default.contentsOfDirectory(
            at: package.appending(path: "migrations"), includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "sql" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
        #expect(!files.isEmpty)
        #expect(try files.map { [UInt8](try Data(contentsOf: $0)) } == Schema.current.migrations)
    }

    @Test func `the file says what it is and how it is written`() throws {
        try LodeDatabase.create(at: path).close()
        try withConnection { db in
            #expect(try Int.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID)
            #expect(try Int.fetchOne(db, sql: "PRAGMA user_version") == Schema.current.version)
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
            let loose = try String.fetchAll(
                db, sql: "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict")
            #expect(loose.filter { !$0.hasPrefix("sqlite_") } == [])
        }
    }

    @Test func `closing leaves one file with everything in it`() async throws {
        let database = try LodeDatabase.create(at: path)
        let store = SQLiteDatasetStore(database, now: { Timestamp(microseconds: 0) })
        _ = try await store.createDataset(named: "d", timeAxis: .dateTime)
        _ = try await store.datasetSummaries()
        try database.close()
        for suffix in ["-wal", "-shm"] { #expect(!FileManager.default.fileExists(atPath: path + suffix)) }
        await #expect(throws: StoreError.self) { try await store.dataset(named: "d") }
    }

    @Test func `a database that another program has locked is busy after the wait`() async throws {
        let database = try LodeDatabase.create(at: path, options: .init(busyTimeout: 0.05))
        let store = SQLiteDatasetStore(database, now: { Timestamp(microseconds: 0) })
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let shell = try DatabaseQueue(path: path, configuration: configuration)
        try await shell.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
        }
        await #expect(throws: StoreError.busy) {
            try await store.createDataset(named: "d", timeAxis: .dateTime)
        }
        #expect(try await store.datasetSummaries().isEmpty)
        try await shell.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        _ = try await store.createDataset(named: "d", timeAxis: .dateTime)
    }

    private func withConnection(_ body: (Database) throws -> Void) throws {
        let connection = try DatabaseQueue(path: path)
        try connection.writeWithoutTransaction(body)
        try connection.close()
    }
}
