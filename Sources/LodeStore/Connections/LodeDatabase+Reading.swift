import Foundation
import GRDB
import Glibc
package import LodeDomain

extension LodeDatabase {
    /// Opens for reading alone.
    ///
    /// SQLite reads a database in WAL mode through files beside it. Where those can neither be found nor made, as on a disk that
    /// is mounted read-only, a file without a log is opened as one that nobody changes.
    package static func openForReading(
        _ path: String, options: Options, schema: Schema
    ) throws(StoreError) -> LodeDatabase {
        let presence = try PresenceMark(path: path + "-lock")
        do {
            return try openForReading(path, options: options, schema: schema, name: path, presence: presence)
        } catch {
            let canBeMended: Bool
            switch error {
            case .readOnly, .engine: canBeMended = true
            default: canBeMended = false
            }
            guard canBeMended else { throw error }
            guard logIsEmpty(path) else { throw .readOnly(path: path) }
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

    private static func logIsEmpty(_ path: String) -> Bool {
        var status = stat()
        return stat(path + "-wal", &status) != 0 || status.st_size == 0
    }

    /// The file's name as SQLite takes it for a file that does not change.
    private static func immutableName(_ path: String) -> String {
        URL(fileURLWithPath: path).absoluteString + "?immutable=1"
    }
}
