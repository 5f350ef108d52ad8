import Foundation
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

/// A database that may not, or need not, be written; scripts/store-faults does the same on a file system that is read-only.
@Suite struct ReadOnlyTests {
    private let fixture: StoreFixture
    private let now: Now = { Timestamp(microseconds: 0) }

    init() async throws {
        fixture = try await StoreFixture()
        _ = try await fixture.store.write([row("a", 1, "x", 1)], to: fixture.dataset.id)
    }

    private func files() throws -> [String] {
        let folder = URL(fileURLWithPath: fixture.path).deletingLastPathComponent()
        return try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
    }

    @Test func `everything can be read, nothing written, and the file stays as it is`() async throws {
        try fixture.database.close()
        let before = try Data(contentsOf: URL(filePath: fixture.path))
        let database = try LodeDatabase.openForReading(fixture.path, options: .init(), schema: .current)
        #expect(database.isReadOnly)
        let store = SQLiteDatasetStore(database, now: now)
        #expect(try await store.contents(of: fixture.dataset.id).series.count == 1)
        await #expect(throws: StoreError.readOnly(path: fixture.path)) {
            _ = try await store.write([row("a", 2, "x", 1)], to: fixture.dataset.id)
        }
        #expect(try await !database.examine(at: now()).contains { $0.severity == .error })
        _ = try await database.backup(to: fixture.folder.path("copy.db"))
        try database.close()
        #expect(try Data(contentsOf: URL(filePath: fixture.path)) == before)
    }

    @Test func `while another process writes, a reader neither waits nor fails`() async throws {
        let lock = try WriterLock(path: fixture.path + "-lock", databasePath: fixture.path)
        let path = fixture.path
        let database = try lock.withLock(timeout: 1) { try LodeDatabase.open(at: path, for: .reading) }
        #expect(database.isReadOnly)
        #expect(try await SQLiteDatasetStore(database, now: now).datasetSummaries().first?.observationCount == 1)
        // A restore is kept out by readers too.
        try fixture.database.close()
        await #expect(throws: StoreError.busy) {
            try await LodeDatabase.restore(from: path, to: path, at: Timestamp(microseconds: 1))
        }
        try database.close()
    }

    @Test func `a reader on its own leaves no log behind`() throws {
        try fixture.database.close()
        let before = try files()
        let database = try LodeDatabase.open(at: fixture.path, for: .reading)
        try database.close()
        #expect(try files() == before)
    }

    @Test func `a close does not wait for another writer`() async throws {
        let lock = try WriterLock(path: fixture.path + "-lock", databasePath: fixture.path)
        try lock.withLock(timeout: 1) { try fixture.database.close() }
        let reopened = try fixture.reopened()
        #expect(try await reopened.datasetSummaries().first?.observationCount == 1)
    }
}
