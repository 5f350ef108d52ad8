import GRDB
import LodeDomain

/// The schema and its versions.
///
/// `PRAGMA application_id` marks a file as Lode's and `PRAGMA user_version` counts the migrations it has had.
/// Migrations are the files of migrations/, embedded in the binary, applied in order, each in one transaction with
/// its version number; a file that was released is never changed.
package struct Schema: Sendable {
    /// "Lode" in ASCII.
    package static let applicationID = 0x4C6F_6465

    /// The schema that this build reads and writes.
    package static let current = Schema(migrations: [
        PackageResources._001_initial_sql, PackageResources._002_schedules_sql,
        PackageResources._003_model_registry_sql, PackageResources._004_access_tokens_sql,
    ])

    /// The text of each migration; the first makes version 1.
    package let migrations: [[UInt8]]

    /// A schema of these migrations.
    package init(migrations: [[UInt8]]) {
        self.migrations = migrations
    }

    /// The number of migrations.
    package var version: Int { migrations.count }

    /// Throws unless the file is a Lode database of this or an earlier version, or empty where `mayCreate`.
    ///
    /// Reads only.
    func requireSupported(_ db: Database, path: String, mayCreate: Bool) throws {
        guard try Self.integer("application_id", db) == Self.applicationID else {
            let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
            guard mayCreate, isEmpty, try Self.integer("application_id", db) == 0 else {
                throw StoreError.notADatabase(path: path)
            }
            return
        }
        let found = try present(db)
        guard found <= version else {
            throw StoreError.databaseTooNew(path: path, found: found, supported: version)
        }
    }

    /// How many migrations the database has had.
    func present(_ db: Database) throws -> Int {
        try Self.integer("user_version", db)
    }

    /// Applies the migrations that the database has not had.
    func migrate(_ db: Database) throws {
        for version in try present(db)..<max(present(db), migrations.count) {
            try db.inTransaction(.immediate) {
                try db.execute(sql: String(decoding: migrations[version], as: UTF8.self))
                try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(version + 1)")
                return .commit
            }
        }
    }

    private static func integer(_ pragma: String, _ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0
    }
}
