import CFaultDisk
import Foundation
import GRDB
import Glibc
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

/// Migrating, copying and restoring on a disk that fails at every call that changes it, names included.
extension FaultyDiskTests {
    /// What is done to a database.
    enum Care: String, CaseIterable {
        case migrate
        case backUp = "back up"
        case restore
        case restoreOverLog = "restore over a database whose log holds what was committed last"
        case restoreOverDamage = "restore over a damaged database"

        fileprivate var restores: Bool { [.restore, .restoreOverLog, .restoreOverDamage].contains(self) }
    }

    /// How the disk fails.
    enum Fault: String, CaseIterable {
        case powerCut = "a power cut"
        case ioError = "an I/O error"
        case fullDisk = "a full disk"

        fileprivate var kind: fault_kind {
            switch self {
            case .powerCut: FAULT_POWER_CUT
            case .ioError: FAULT_IO_ERROR
            case .fullDisk: FAULT_DISK_FULL
            }
        }
    }

    private var copy: String { folder.path("copy.db") }

    /// Where a restore at `now` keeps what was there before.
    private func previous(at now: Timestamp) -> String { "\(path).before-restore-\(now.microseconds)" }

    /// A database of the first schema, with observations over many pages; their values are all `value`.
    private func makeOld(at path: String, value: Int) throws {
        let first = Schema(migrations: Array(Schema.current.migrations.prefix(1)))
        try LodeDatabase.openForWriting(path, options: .init(), mayCreate: true, schema: first).close()
        let connection = try DatabaseQueue(path: path)
        try connection.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    INSERT INTO dataset (id, name, time_kind, time_unit, revision, tags, created_at)
                        VALUES (1, 'co2', 'numeric', 'days', 7, '[]', 1);
                    INSERT INTO channel (id, dataset, name, kind) VALUES (1, 1, 'x', 'measured');
                    INSERT INTO series (id, dataset, name, observation_count, first_time, last_time)
                        VALUES (1, 1, 'a', 2000, 1, 2000);
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                        INSERT INTO observation SELECT 1, 1, i, \(value) FROM n;
                    PRAGMA wal_checkpoint(TRUNCATE);
                    """)
        }
        try connection.close()
    }

    private func prepare(_ care: Care) throws {
        try clear()
        try makeOld(at: path, value: care == .restoreOverLog ? 0 : 1)
        if care != .migrate { try LodeDatabase.open(at: path).close() }
        if care.restores {
            try makeOld(at: copy, value: 2)
            try LodeDatabase.open(at: copy).close()
        }
        if care == .restoreOverLog { try commitToLog() }
        if care == .restoreOverDamage {
            // As a killed process leaves it, and then the disk spoils the header.
            try commitToLog()
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.write(contentsOf: Data(repeating: 0xAB, count: 4096))
            try file.close()
        }
    }

    /// Sets all values to 1 in a log that nobody copies back: as a process does that is killed then.
    private func commitToLog() throws {
        let connection = try DatabaseQueue(path: path)
        try connection.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "UPDATE observation SET value = 1")
        }
        // Closing would copy it back.
        let files = ["", "-wal"].map { path + $0 }
        for file in files { try FileManager.default.copyItem(atPath: file, toPath: file + "-kept") }
        try connection.close()
        for file in files {
            #expect(Glibc.rename(file + "-kept", file) == 0)
        }
    }

    private func take(_ care: Care, at now: Timestamp) async throws {
        switch care {
        case .migrate: try LodeDatabase.open(at: path).close()
        case .backUp:
            let database = try LodeDatabase.open(at: path)
            defer { try? database.close() }
            _ = try await database.backup(to: copy)
        case .restore, .restoreOverLog, .restoreOverDamage:
            _ = try await LodeDatabase.restore(from: copy, to: path, at: now)
        }
    }

    /// The values of a database, of which there is one; throws where it is damaged or its observations are not all there.
    private func value(at path: String) async throws -> Int {
        let connection = try DatabaseQueue(path: path)
        defer { try? connection.close() }
        return try await connection.read { db in
            let sound = try String.fetchAll(db, sql: "PRAGMA integrity_check")
            let broken = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
            let counts = try Row.fetchAll(db, sql: "SELECT value, count(*) AS rows FROM observation GROUP BY value")
            guard sound == ["ok"], broken == 0, counts.count == 1, counts[0]["rows"] == 2000 else {
                throw StoreError.corrupt(detail: "\(sound) \(broken) \(counts)")
            }
            return counts[0]["value"]
        }
    }

    @Test(arguments: Care.allCases, Fault.allCases)
    func `whatever call fails, the data are there, and the next attempt succeeds`(care: Care, fault: Fault) async throws
    {
        var random = SplitMix64(seed: seed)
        try prepare(care)
        fault_disk_watch(folder.path(""), FAULT_NONE, 0, seed)
        try await take(care, at: Timestamp(microseconds: 1))
        await closeAll()
        // Every call in turn where there is time for that, else at least the last ones, most of which are about names.
        let last = fault_disk_calls() - 25
        let stride: Int64 = ProcessInfo.processInfo.environment["LODE_POWER_CUTS"] == nil ? 19 : 1
        fault_disk_unwatch()
        var call: Int64 = 0
        var isWhole = false
        while !isWhole {
            try prepare(care)
            fault_disk_watch(folder.path(""), fault.kind, call, random.next())
            var hasSucceeded = true
            do {
                try await take(care, at: Timestamp(microseconds: 1))
            } catch {
                hasSucceeded = false
            }
            await closeAll()
            isWhole = fault_disk_has_failed() == 0
            if fault == .powerCut { #expect(fault_disk_restore_power() == 0) } else { fault_disk_unwatch() }
            let place = "\(care.rawValue), \(fault.rawValue) at call \(call), seed \(seed)"
            #expect(hasSucceeded || !isWhole, "\(place)")
            // What was damaged before may be damaged still.
            if care != .restoreOverDamage || hasSucceeded {
                let held = try await value(at: path)
                let wanted = !care.restores ? [1] : hasSucceeded ? [2] : [1, 2]
                #expect(wanted.contains(held), "\(place)")
            }
            let isCopied = FileManager.default.fileExists(atPath: copy)
            #expect(isCopied || !hasSucceeded || care == .migrate, "\(place)")
            if care == .backUp, isCopied { #expect(try await value(at: copy) == 1, "\(place)") }
            if care != .backUp || !isCopied { try await take(care, at: Timestamp(microseconds: 2)) }
            #expect(try await value(at: path) == (care.restores ? 2 : 1), "\(place)")
            if care.restores { try await expectKept(care, place) }
            if care == .migrate {
                let connection = try DatabaseQueue(path: path)
                let version = try await connection.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
                #expect(version == Schema.current.version, "\(place)")
                try connection.close()
            }
            call += call < last ? min(stride, last - call) : 1
        }
        #expect(call > 10)
        try clear()
    }

    /// What was there before the first restore is there under one of the names that the two attempts gave it.
    private func expectKept(_ care: Care, _ place: String) async throws {
        let kept = [1, 2].map { previous(at: Timestamp(microseconds: $0)) }
            .filter { FileManager.default.fileExists(atPath: $0) }
        guard care == .restoreOverDamage else {
            var values: [Int] = []
            for path in kept { values.append(try await value(at: path)) }
            #expect(values.contains(1), "\(place)")
            return
        }
        // The log of a damaged database is what may be saved of it.
        #expect(kept.contains { FileManager.default.fileExists(atPath: $0 + "-wal") }, "\(place)")
    }
}
