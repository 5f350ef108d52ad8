import Foundation
import GRDB
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct BackupTests {
    private let fixture: StoreFixture
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)
    private var dataset: Identifier<Dataset> { fixture.dataset.id }
    private var copy: String { fixture.folder.path("copy.db") }

    init() async throws {
        fixture = try await StoreFixture()
        _ = try await fixture.store.write(
            (0..<5000).map { row("s\($0 % 10)", Double($0), "x", Double($0)) }, to: dataset)
    }

    private func contents(at path: String) async throws -> DatasetContents {
        let store = SQLiteDatasetStore(try LodeDatabase.open(at: path), now: { Timestamp(microseconds: 0) })
        return try await store.contents(of: dataset)
    }

    @Test func `a backup is one file that opens with everything in it`() async throws {
        let report = try await fixture.database.backup(to: copy)
        #expect(report.path == copy)
        let attributes = try FileManager.default.attributesOfItem(atPath: copy)
        #expect(attributes[.size] as? Int == report.byteCount)
        for suffix in ["-wal", "-shm", ".partial", ".partial-wal"] {
            #expect(!FileManager.default.fileExists(atPath: copy + suffix))
        }
        #expect(try await contents(at: copy) == fixture.store.contents(of: dataset))
    }

    @Test func `a backup replaces no file`() async throws {
        try "precious".write(toFile: copy, atomically: true, encoding: .utf8)
        await #expect(throws: StoreError.fileExists(path: copy)) { try await fixture.database.backup(to: copy) }
        #expect(try String(contentsOfFile: copy, encoding: .utf8) == "precious")
    }

    @Test func `a backup beside writes holds one committed state`() async throws {
        let store = fixture.store
        let dataset = dataset
        let writing = Task {
            var bodies = 0
            while !Task.isCancelled {
                _ = try await store.write((0..<100).map { row("w\(bodies)", Double($0), "x", 1) }, to: dataset)
                bodies += 1
            }
        }
        _ = try await fixture.database.backup(to: copy)
        writing.cancel()
        try await writing.value
        let copied = try await contents(at: copy)
        #expect(copied.series.filter { $0.name.hasPrefix("w") }.allSatisfy { $0.points.count == 100 })
        #expect(copied.series.filter { $0.name.hasPrefix("s") }.allSatisfy { $0.points.count == 500 })
    }

    @Test func `a restore brings the backup back and keeps what was there`() async throws {
        let before = try await fixture.store.contents(of: dataset)
        _ = try await fixture.database.backup(to: copy)
        _ = try await fixture.store.write([row("later", 1, "x", 1)], to: dataset)
        let later = try await fixture.store.contents(of: dataset)
        try fixture.database.close()

        let report = try await LodeDatabase.restore(from: copy, to: fixture.path, at: now)
        #expect(try await contents(at: fixture.path) == before)
        let previous = try #require(report.previous)
        #expect(try await contents(at: previous) == later)
    }

    @Test func `a restore of a killed database ignores its log`() async throws {
        let before = try await fixture.store.contents(of: dataset)
        _ = try await fixture.database.backup(to: copy)
        try fixture.database.close()
        let path = fixture.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = SQLiteDatasetStore(try LodeDatabase.open(at: path), now: { Timestamp(microseconds: 0) })
            let dataset = try #require(try await store.dataset(named: "co2")).id
            _ = try await store.write((0..<5000).map { row("later", Double($0), "x", 1) }, to: dataset)
            kill(getpid(), SIGKILL)
        }
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
        let report = try await LodeDatabase.restore(from: copy, to: path, at: now)
        #expect(try await contents(at: path) == before)
        let previous = try #require(report.previous)
        #expect(try await contents(at: previous).series.contains { $0.name == "later" })
    }

    @Test(arguments: [false, true])
    func `a log whose database is gone or empty is kept`(hasEmptyFile: Bool) async throws {
        _ = try await fixture.database.backup(to: copy)
        let log = try Data(contentsOf: URL(filePath: fixture.path + "-wal"))
        #expect(!log.isEmpty)
        let place = fixture.folder.path("alone.db")
        try log.write(to: URL(filePath: place + "-wal"))
        if hasEmptyFile { try Data().write(to: URL(filePath: place)) }
        _ = try await LodeDatabase.restore(from: copy, to: place, at: now)
        #expect(try Data(contentsOf: URL(filePath: "\(place).before-restore-1700000000000000-wal")) == log)
        #expect(try await contents(at: place) == fixture.store.contents(of: dataset))
    }

    @Test func `an open database is not replaced`() async throws {
        _ = try await fixture.database.backup(to: copy)
        await #expect(throws: StoreError.busy) {
            try await LodeDatabase.restore(from: copy, to: fixture.path, at: now)
        }
    }

    @Test func `a restore to a new place makes a database there`() async throws {
        _ = try await fixture.database.backup(to: copy)
        let place = fixture.folder.path("new.db")
        let report = try await LodeDatabase.restore(from: copy, to: place, at: now)
        #expect(report.previous == nil)
        #expect(try await contents(at: place) == fixture.store.contents(of: dataset))
    }

    @Test func `what is no sound backup is refused, and the database stays`() async throws {
        let before = try await fixture.store.contents(of: dataset)
        _ = try await fixture.database.backup(to: copy)
        try fixture.database.close()
        let text = fixture.folder.path("notes.txt")
        try String(repeating: "notes ", count: 2000).write(toFile: text, atomically: true, encoding: .utf8)
        let missing = fixture.folder.path("missing.db")
        let damaged = fixture.folder.path("damaged.db")
        var bytes = try Data(contentsOf: URL(filePath: copy))
        // Page 5 and those after it; the first ones hold the schema.
        for index in 4 * 4096..<12 * 4096 { bytes[index] = 0xAB }
        try bytes.write(to: URL(filePath: damaged))

        await #expect(throws: StoreError.notADatabase(path: text)) {
            try await LodeDatabase.restore(from: text, to: fixture.path, at: now)
        }
        await #expect(throws: StoreError.databaseMissing(path: missing)) {
            try await LodeDatabase.restore(from: missing, to: fixture.path, at: now)
        }
        await #expect {
            try await LodeDatabase.restore(from: damaged, to: fixture.path, at: now)
        } throws: { error in
            guard case StoreError.corrupt = error else { return false }
            return true
        }
        #expect(try await contents(at: fixture.path) == before)
    }
}
