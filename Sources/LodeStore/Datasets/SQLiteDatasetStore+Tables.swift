import GRDB
public import LodeDomain

extension SQLiteDatasetStore: TableWriter {
    /// Writes the tables that `next` gives, until nil, in one transaction.
    public func write(
        _ request: TableWriteRequest, _ next: @escaping @Sendable () throws -> ObservationTable?
    ) async throws(StoreError) -> TableWriteReport {
        guard Dataset.isValidName(request.dataset) else { throw .invalidName(request.dataset) }
        let now = now()
        return try await database.write { db in
            guard request.isRehearsal else { return try Self.insert(request, next, at: now, db) }
            var report: TableWriteReport?
            try db.inSavepoint {
                report = try Self.insert(request, next, at: now, db)
                return .rollback
            }
            guard let report else { throw StoreError.corrupt(detail: "a savepoint did not run") }
            return report
        }
    }

    private static func insert(
        _ request: TableWriteRequest, _ next: () throws -> ObservationTable?, at now: Timestamp, _ db: Database
    ) throws -> TableWriteReport {
        if let key = request.idempotencyKey,
            let known = try IdempotencyRecord.report(TableWriteReport.self, of: key, at: now, db)
        {
            return known
        }
        let (dataset, created) = try DatasetRecord.findOrCreate(
            request.dataset, timeAxis: request.timeAxis, at: now, db)
        var insertion = try ObservationInsertion(dataset.id, db)
        while let table = try next() { try insertion.write(table) }
        let report = TableWriteReport(created: created, rows: try insertion.finish())
        if let key = request.idempotencyKey { try IdempotencyRecord.note(report, of: key, at: now, db) }
        return report
    }
}
