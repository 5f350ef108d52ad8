import GRDB
import LodeDomain

/// Rows of `idempotency_key`.
enum IdempotencyRecord {
    /// The report that a key was answered with, or nil where it is new; forgets keys older than a day.
    ///
    /// Throws ``StoreError/idempotencyKeyReused(_:)`` where the key came with another fingerprint.
    static func report<Report: Decodable>(
        _ type: Report.Type, of key: IdempotencyKey, at now: Timestamp, _ db: Database
    ) throws -> Report? {
        let dayAgo = now.advanced(bySeconds: -86_400)
        try db.execute(sql: "DELETE FROM idempotency_key WHERE created_at < ?", arguments: [dayAgo.microseconds])
        let known = try Row.fetchOne(
            db, sql: "SELECT fingerprint, report FROM idempotency_key WHERE key = ?", arguments: [key.key])
        guard let known else { return nil }
        guard known["fingerprint"] == key.fingerprint else { throw StoreError.idempotencyKeyReused(key.key) }
        return try JSONColumn.decode(type, known["report"])
    }

    /// Notes what a key was answered with.
    static func note(
        _ report: some Encodable, of key: IdempotencyKey, at now: Timestamp, _ db: Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO idempotency_key (key, fingerprint, report, created_at) VALUES (?, ?, ?, ?)",
            arguments: [key.key, key.fingerprint, try JSONColumn.encode(report), now.microseconds])
    }
}
