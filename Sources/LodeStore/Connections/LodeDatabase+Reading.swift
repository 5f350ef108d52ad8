import Foundation
import GRDB
import Glibc
package import LodeDomain

extension LodeDatabase {
    /// Opens for reading alone.
    ///
    /// SQLite reads a database in WAL mode through files beside it. Where those can neither be found nor made because the disk is
    /// mounted read-only, a file without a log is opened as one that nobody changes. Where the folder alone cannot be written,
    /// somebody else may change the file at any time, and a reader without those files would take old and new pages for one
    /// state: then ``StoreError/readOnly(path:)`` is thrown.
    package static func openForReading(
        _ path: String, options: Options, schema: Schema
    ) throws(StoreError) -> LodeDatabase {
        let presence = try PresenceMark(path: path + "-lock")
        do {
            return try openForReading(path, options: options, schema: schema, name: path, presence: presence)
        } catch {
            switch error {
            case .readOnly: break
            // SQLITE_CANTOPEN: it is the log or its index that could not be made.
            case .engine(let code, _) where code & 0xFF == 14 || isOnReadOnlyDisk(path): break
            default: throw error
            }
            guard isOnReadOnlyDisk(path), logIsEmpty(path) else { throw .readOnly(path: path) }
            return try openForReading(
                path, options: options, schema: schema, name: immutableName(path), presence: presence)
        }
    }

    private static func openForReading(
        _ path: String, options: Options, schema: Schema, name: String, presence: PresenceMark?
    ) throws(StoreError) -> LodeDatabase {
        do {
            var configuration = Configuration.lode(path: path, mayCreate: false, schema: schema, options: options)
            configuration.readonly = true
            let pool = try DatabasePool(path: name, configuration: configuration)
            try pool.read { db in
                try schema.requireSupported(db, path: path, mayCreate: false)
                // An older one would have to be written to be read.
                guard try schema.present(db) == schema.version else { throw StoreError.readOnly(path: path) }
            }
            return LodeDatabase(reading: pool, path: path, presence: presence)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Whether the file system is mounted read-only, so that nobody can write to it.
    private static func isOnReadOnlyDisk(_ path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
    }

    private static func logIsEmpty(_ path: String) -> Bool {
        var status = stat()
        return stat(path + "-wal", &status) != 0 || status.st_size == 0
    }

    /// The file's name as SQLite takes it for a file that does not change.
    private static func immutableName(_ path: String) -> String {
        URL(fileURLWithPath: path).absoluteString + "?immutable=1"
    }
}
