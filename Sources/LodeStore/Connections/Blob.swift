import Foundation
import GRDB

/// Bytes in and out of BLOB columns.
enum Blob {
    static func data(_ bytes: [UInt8]) -> Data {
        Data(bytes)
    }

    /// The first column of the first row, or nil where there is no row.
    static func fetch(_ db: Database, sql: String, key: Int64) throws -> [UInt8]? {
        try Data.fetchOne(db.cachedStatement(sql: sql), arguments: [key]).map { [UInt8]($0) }
    }
}
