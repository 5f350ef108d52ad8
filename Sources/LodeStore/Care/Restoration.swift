import Foundation
import GRDB
import LodeDomain

/// Replaces a database file by a backup while nobody has it open.
///
/// The order matters: a log that lies beside another database than its own would be replayed into it. So the old log is
/// moved away before the new file takes the name. Whatever moment the machine stops at, running it again completes it.
struct Restoration {
    let backup: String
    let path: String
    let previous: String

    func run() throws -> LodeDatabase.RestoreReport {
        guard FileManager.default.fileExists(atPath: backup) else {
            throw StoreError.databaseMissing(path: backup)
        }
        let lock = try WriterLock(path: path + "-lock", databasePath: path)
        try lock.requireAlone()
        let staged = path + ".restoring"
        guard unlink(staged) == 0 || errno == ENOENT else { throw StoreError(errno: errno, path: staged) }
        _ = try BackupFile(path: staged).copy(from: source())
        let hadDatabase = FileManager.default.fileExists(atPath: path)
        try move(path + "-wal", to: previous + "-wal")
        guard unlink(path + "-shm") == 0 || errno == ENOENT else { throw StoreError(errno: errno, path: path) }
        if hadDatabase {
            guard link(path, previous) == 0 else { throw StoreError(errno: errno, path: previous) }
        }
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

    private func move(_ old: String, to new: String) throws {
        guard rename(old, new) == 0 || errno == ENOENT else { throw StoreError(errno: errno, path: old) }
    }
}
