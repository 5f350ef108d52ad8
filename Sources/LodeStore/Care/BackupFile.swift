import Foundation
import GRDB
import LodeDomain

/// Makes a copy of a database that is whole or not there.
///
/// The copy is made beside its place as `<path>.partial`, checked, synced, and only then given its name, which it never
/// takes from another file.
struct BackupFile {
    /// Where the copy goes.
    let path: String

    private var partialPath: String { path + ".partial" }

    /// Copies one committed state of `source`, checks the copy, and returns its size in bytes.
    ///
    /// Throws ``StoreError/fileExists(path:)`` or ``StoreError/corrupt(detail:)``.
    func copy(from source: some DatabaseReader) throws -> Int {
        guard !FileManager.default.fileExists(atPath: path) else { throw StoreError.fileExists(path: path) }
        try removePartial()
        do {
            let target = try DatabaseQueue(path: partialPath)
            // In one step: it reads one snapshot, beside which writers go on.
            try source.backup(to: target)
            try target.writeWithoutTransaction { db in
                // One file, that needs no log beside it.
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
                try IntegrityCheck.require(db)
            }
            try target.close()
            try FileSync.sync(path: partialPath)
            try publish()
        } catch {
            try removePartial()
            throw error
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return attributes[.size] as? Int ?? 0
    }

    /// Copies a database to `<path>.schema-<version>.backup`, or with a number before the end where that exists.
    static func copyBeforeMigrating(_ source: some DatabaseReader, path: String, version: Int) throws {
        let names = (1...).lazy.map { number in
            "\(path).schema-\(version)\(number == 1 ? "" : "-\(number)").backup"
        }
        guard let free = names.first(where: { !FileManager.default.fileExists(atPath: $0) }) else { return }
        _ = try BackupFile(path: free).copy(from: source)
    }

    /// A link fails where the name is taken; a rename would replace the file.
    private func publish() throws {
        guard link(partialPath, path) == 0 else {
            let code = errno
            throw code == EEXIST ? StoreError.fileExists(path: path) : StoreError(errno: code, path: path)
        }
        try removePartial()
        try FileSync.syncFolder(of: path)
    }

    private func removePartial() throws {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let path = partialPath + suffix
            guard unlink(path) == 0 || errno == ENOENT else { throw StoreError(errno: errno, path: path) }
        }
    }
}
