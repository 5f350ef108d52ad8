import GRDB
import LodeDomain

/// The schema and its versions.
///
/// `PRAGMA application_id` marks a file as Lode's and `PRAGMA user_version` counts the migrations it has had.
/// Migrations are the files of migrations/, embedded in the binary, applied in order, each in one transaction with
/// its version number; a file that was released is never changed.
package enum Schema {
    /// "Lode" in ASCII.
    package static let applicationID = 0x4C6F_6465

    /// The text of each migration; the first makes version 1.
    package static let migrations: [[UInt8]] = [
        PackageResources._001_initial_sql
    ]

    /// The version this build reads and writes.
    package static var version: Int { migrations.count }

    /// Throws unless the file is a Lode database of this or an earlier version, or empty where `mayCreate`.
    ///
    /// Reads only.
    static func requireSupported(_ db: Database, path: String, mayCreate: Bool) throws {
        let found = try integer("application_id", db)
        guard found == applicationID else {
            let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
            guard mayCreate, found == 0, isEmpty else { throw StoreError.notADatabase(path: path) }
            return
        }
        let version = try integer("user_version", db)
        guard version <= self.version else {
            throw StoreError.databaseTooNew(path: path, found: version, supported: self.version)
        }
    }

    /// Applies the migrations that the database has not had.
    static func migrate(_ db: Database, path: String) throws {
        try requireSupported(db, path: path, mayCreate: true)
        let present = try integer("user_version", db)
        for version in present..<max(present, migrations.count) {
            try db.inTransaction(.immediate) {
                try db.execute(sql: String(decoding: migrations[version], as: UTF8.self))
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(version + 1)")
                return .commit
            }
        }
    }

    private static func integer(_ pragma: String, _ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0
    }
}
