import GRDB
import GRDBSQLite

/// A prepared statement stepped without GRDB's boxing of values, for loops over observations.
///
/// The statement belongs to the connection's cache; the view is used on the connection's queue only, inside one access.
final class RawStatement {
    private let db: Database
    // Keeps the handle alive.
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ sql: String, _ db: Database) throws {
        self.db = db
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
    }

    deinit {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Binds parameter `index`, from 1.
    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(handle, index, value)
    }

    /// Binds parameter `index`, from 1; NaN becomes NULL.
    func bind(_ value: Double, at index: Int32) {
        sqlite3_bind_double(handle, index, value)
    }

    /// Binds parameter `index`, from 1.
    func bind(_ value: String, at index: Int32) {
        var value = value
        value.withUTF8 { text in
            // The statement keeps a copy of its own; a text without bytes has no address.
            let start = UnsafeRawPointer(text.baseAddress).map { $0.assumingMemoryBound(to: CChar.self) }
            sqlite3_bind_text(handle, index, start, Int32(text.count), Self.transient)
        }
    }

    /// `SQLITE_TRANSIENT`, which Swift does not import: a macro that casts -1 to a function pointer.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Moves to the next row; false at the end.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let message = String(cString: sqlite3_errmsg(db.sqliteConnection))
            sqlite3_reset(handle)
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    /// Runs a statement that returns no rows and makes it ready to run again; how many rows it changed.
    func run() throws -> Int32 {
        _ = try step()
        sqlite3_reset(handle)
        return sqlite3_changes(db.sqliteConnection)
    }

    /// Makes the statement ready to run again.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Column `index` of the current row, from 0.
    func integer(_ index: Int32) -> Int64 {
        sqlite3_column_int64(handle, index)
    }

    /// Column `index` of the current row, from 0.
    func double(_ index: Int32) -> Double {
        sqlite3_column_double(handle, index)
    }
}
