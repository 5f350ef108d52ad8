import GRDB
public import LodeDomain

extension SQLiteDatasetStore: IdempotentWriter {
    /// Writes as ``write(_:to:)`` does, or returns the report of the first time where the key is known.
    public func write(
        _ rows: [ObservationRow], to dataset: Identifier<Dataset>, once key: IdempotencyKey
    ) async throws(StoreError) -> IngestReport {
        let now = now()
        return try await database.write { db in
            if let report = try IdempotencyRecord.report(IngestReport.self, of: key, at: now, db) { return report }
            var insertion = try ObservationInsertion(dataset, db)
            try insertion.write(ObservationTable(rows))
            let report = try insertion.finish()
            try IdempotencyRecord.note(report, of: key, at: now, db)
            return report
        }
    }
}
