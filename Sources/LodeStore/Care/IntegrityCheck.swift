import GRDB
import LodeDomain

/// SQLite's own check of a whole file.
enum IntegrityCheck {
    /// What is wrong, at most 20 lines; empty where nothing is.
    ///
    /// Reads every page.
    static func problems(_ db: Database) throws -> [String] {
        let lines = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
        return lines == ["ok"] ? [] : lines
    }

    /// Throws ``StoreError/corrupt(detail:)`` with the first problem.
    static func require(_ db: Database) throws {
        if let problem = try problems(db).first { throw StoreError.corrupt(detail: problem) }
    }
}
