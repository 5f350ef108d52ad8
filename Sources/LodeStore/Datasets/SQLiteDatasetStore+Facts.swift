import GRDB
public import LodeDomain

extension SQLiteDatasetStore: FactStore {
    /// Writes facts of series; the last row wins on an equal key.
    public func write(
        _ rows: [SeriesFact], _ request: FactWriteRequest
    ) async throws(StoreError) -> IngestReport {
        let now = now()
        return try await database.write { db in
            guard request.isRehearsal else { return try Self.insert(rows, request, at: now, db) }
            var report: IngestReport?
            try db.inSavepoint {
                report = try Self.insert(rows, request, at: now, db)
                return .rollback
            }
            guard let report else { throw StoreError.corrupt(detail: "a savepoint did not run") }
            return report
        }
    }

    /// All facts of a kind in a dataset, by series and name.
    public func facts(
        _ kind: FactKind, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> [SeriesFact] {
        try await database.read { db in
            _ = try DatasetRecord.existing(dataset, db)
            return try FactRecord.all(of: dataset, in: FactRecord.Table(kind), db)
        }
    }

    private static func insert(
        _ rows: [SeriesFact], _ request: FactWriteRequest, at now: Timestamp, _ db: Database
    ) throws -> IngestReport {
        if let key = request.idempotencyKey,
            let known = try IdempotencyRecord.report(IngestReport.self, of: key, at: now, db)
        {
            return known
        }
        let report = try FactRecord.write(rows, to: request.dataset, in: FactRecord.Table(request.kind), db)
        if let key = request.idempotencyKey { try IdempotencyRecord.note(report, of: key, at: now, db) }
        return report
    }
}
