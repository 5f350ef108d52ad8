import Foundation
import GRDB
import LodeDomain

/// Replaces a database file by a backup while nobody has it open.
///
/// A log that lies beside another database than its own would be replayed into it, and a database without its log lacks what was
/// committed last; two names cannot be changed at once. So what the old log holds is first copied into the old file. Then log and
/// journal are taken away, which changes nothing, and are gone from the disk before the new file takes the name. Whatever moment the
/// machine stops at, the name leads to all of the old database or to all of the new one, and running it again completes it. What the old
/// file cannot take in is kept beside its other name.
struct Restoration {
    let backup: String
    let path: String
    let previous: String

    /// What SQLite keeps beside a database that belongs to its contents.
    private static let companions = ["-wal", "-journal"]

    func run() throws -> LodeDatabase.RestoreReport {
        guard FileManager.default.fileExists(atPath: backup) else {
            throw StoreError.databaseMissing(path: backup)
        }
        let lock = try WriterLock(path: path + "-lock", databasePath: path)
        try lock.requireAlone()
        let staged = path + ".restoring"
        try remove(staged)
        _ = try BackupFile(path: staged).copy(from: source())
        let hadDatabase = FileManager.default.fileExists(atPath: path)
        let isWhole = try foldLog()
        if hadDatabase { try give(path, previous) }
        // Of a damaged database, or one of which the log alone is left, all that there is.
        if !isWhole { try keepCompanions() }
        try FileSync.syncFolder(of: path)
        for suffix in Self.companions + ["-shm"] { try remove(path + suffix) }
        try FileSync.syncFolder(of: path)
        guard rename(staged, path) == 0 else { throw StoreError(errno: errno, path: path) }
        try FileSync.syncFolder(of: path)
        return LodeDatabase.RestoreReport(path: path, previous: hadDatabase ? previous : nil)
    }

    /// The backup, once it is known to be a Lode database of a version that this build can use.
    private func source() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.prepareDatabase { db in
            try Schema.current.requireSupported(db, path: backup, mayCreate: false)
        }
        do {
            return try DatabaseQueue(path: backup, configuration: configuration)
        } catch {
            throw StoreError(error, path: backup)
        }
    }

    /// Copies into the old database what its log holds, and undoes what a journal says is half done; false where that cannot be: a file
    /// that is damaged, empty or not there, a disk that does not give it back.
    ///
    /// Throws ``StoreError/busy`` where another program, such as the `sqlite3` shell, has the file open, and where the disk is full.
    private func foldLog() throws -> Bool {
        guard companions.contains(where: { FileManager.default.fileExists(atPath: $0) }) else { return true }
        var status = stat()
        // SQLite makes a database where there is none, and throws the log of an empty one away.
        guard stat(path, &status) == 0, status.st_size > 0 else { return false }
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            let old = try DatabaseQueue(path: path, configuration: configuration)
            let isBlocked = try old.writeWithoutTransaction { db in
                try Bool.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? false
            }
            try old.close()
            if isBlocked { throw StoreError.busy }
            return true
        } catch {
            switch StoreError(error, path: path) {
            case .busy: throw StoreError.busy
            case .diskFull: throw error
            default: return false
            }
        }
    }

    private var companions: [String] { Self.companions.map { path + $0 } }

    private func keepCompanions() throws {
        for suffix in Self.companions where FileManager.default.fileExists(atPath: path + suffix) {
            try give(path + suffix, previous + suffix)
        }
    }

    /// Gives a file another name beside its own.
    private func give(_ path: String, _ name: String) throws {
        guard link(path, name) == 0 else { throw StoreError(errno: errno, path: name) }
    }

    private func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw StoreError(errno: errno, path: path) }
    }
}
