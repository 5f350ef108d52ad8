import Dispatch
import Foundation
import GRDB
public import LodeDomain

extension LodeDatabase: DatabaseBackup {
    /// As ``backup(to:)``; the size of the copy in bytes.
    public func copyWhole(to path: String) async throws(StoreError) -> Int {
        try await backup(to: path).byteCount
    }

    /// What a restore did.
    public struct RestoreReport: Hashable, Sendable, Codable {
        /// The database that now holds what the backup held.
        public var path: String
        /// Where the database that was there before went; nil where there was none.
        public var previous: String?
    }

    /// Copies the database, as of one moment, to a new file, and checks the copy page by page.
    ///
    /// Reads and writes go on meanwhile. The file stands alone and may be opened with `lode` or restored. Throws
    /// ``StoreError/fileExists(path:)`` where there is one already; what it throws leaves no file.
    public func backup(to path: String) async throws(StoreError) -> BackupReport {
        let pool = pool
        return try await Self.offPool(path: path) {
            BackupReport(path: path, byteCount: try BackupFile(path: path).copy(from: pool))
        }
    }

    /// Puts a checked copy of a backup in the place of the database at `path`, or where there is none.
    ///
    /// The old database is kept, as `<path>.before-restore-<microseconds of now>`; a log that it cannot take in, or
    /// that is all there is, as `…-wal`. Throws ``StoreError/busy`` while a process has the database open, ``StoreError/databaseMissing(path:)`` or
    /// ``StoreError/notADatabase(path:)`` of the backup, ``StoreError/corrupt(detail:)`` where it is damaged.
    public static func restore(
        from backup: String, to path: String, at now: Timestamp
    ) async throws(StoreError) -> RestoreReport {
        try await offPool(path: path) {
            try Restoration(backup: backup, path: path, previous: "\(path).before-restore-\(now.microseconds)").run()
        }
    }

    /// Runs long, blocking work outside Swift's cooperative threads.
    private static func offPool<Value: Sendable>(
        path: String, _ work: @escaping @Sendable () throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { try work() }.mapError { StoreError($0, path: path) })
            }
        }
        return try result.get()
    }
}
