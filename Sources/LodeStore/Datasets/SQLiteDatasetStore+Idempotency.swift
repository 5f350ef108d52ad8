import GRDB
public import LodeDomain

extension SQLiteDatasetStore: IdempotentWriter {
    /// Writes as ``write(_:to:)`` does, or returns the report of the first time where the key is known.
    public func write(
        _ rows: [ObservationRow], to dataset: Identifier<Dataset>, once key: IdempotencyKey
    ) async throws(StoreError) -> IngestReport {
        let now = now()
        return try await database.write { db in
            let dayAgo = now.advanced(bySeconds: -86_400)
            try db.execute(
                sql: "DELETE FROM idempotency_key WHERE created_at < ?", arguments: [dayAgo.microseconds])
            let known = try Row.fetchOne(
                db, sql: "SELECT fingerprint, report FROM idempotency_key WHERE key = ?", arguments: [key.key])
            if let known {
                guard known["fingerprint"] == key.fingerprint else {
                    throw StoreError.idempotencyKeyReused(key.key)
                }
                return try JSONColumn.decode(IngestReport.self, known["report"])
            }
            let report = try ObservationBatch.write(rows, to: dataset, db)
            try db.execute(
                sql: "INSERT INTO idempotency_key (key, fingerprint, report, created_at) VALUES (?, ?, ?, ?)",
                arguments: [key.key, key.fingerprint, try JSONColumn.encode(report), now.microseconds])
            return report
        }
    }
}
