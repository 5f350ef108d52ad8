import GRDB
public import LodeDomain
import Synchronization

extension SQLiteDatasetStore: TableWriter {
    /// Writes the tables that `next` gives, until nil, in one transaction.
    public func write(
        _ request: TableWriteRequest, _ next: @escaping @Sendable () throws -> ObservationTable?
    ) async throws(StoreError) -> TableWriteReport {
        guard Dataset.isValidName(request.dataset) else { throw .invalidName(request.dataset) }
        let now = now()
        if request.commitsTables, !request.isRehearsal { return try await writeEach(request, next, at: now) }
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

    /// Writes each table in a transaction of its own.
    private func writeEach(
        _ request: TableWriteRequest, _ next: @escaping @Sendable () throws -> ObservationTable?, at now: Timestamp
    ) async throws(StoreError) -> TableWriteReport {
        var total: TableWriteReport?
        while true {
            let table: ObservationTable?
            do {
                table = try next()
            } catch {
                throw StoreError(error, path: database.path)
            }
            // Without any table the dataset is made all the same, as in one transaction.
            guard table != nil || total == nil else { break }
            let single = SingleTable(table)
            let report = try await database.write { db in
                try Self.insert(request, { single.take() }, at: now, db)
            }
            total = total.map { $0.adding(report) } ?? report
            if table == nil { break }
        }
        guard let total else { throw .corrupt(detail: "a loop did not run") }
        return total
    }

    private static func insert(
        _ request: TableWriteRequest, _ next: () throws -> ObservationTable?, at now: Timestamp, _ db: Database
    ) throws -> TableWriteReport {
        if let key = request.idempotencyKey,
            var known = try IdempotencyRecord.report(TableWriteReport.self, of: key, at: now, db)
        {
            known.isReplay = true
            return known
        }
        let (dataset, created) = try DatasetRecord.findOrCreate(
            request.dataset, timeAxis: request.timeAxis, at: now, db)
        var insertion = try ObservationInsertion(dataset.id, db)
        while let table = try next() { try insertion.write(table) }
        try DatasetRecord.noteInputs(request.inputChannels, of: dataset.id, db)
        let report = TableWriteReport(created: created, rows: try insertion.finish())
        if let key = request.idempotencyKey { try IdempotencyRecord.note(report, of: key, at: now, db) }
        return report
    }
}

/// Gives one table, once.
private final class SingleTable: Sendable {
    private let table: Mutex<ObservationTable?>

    init(_ table: consuming ObservationTable?) {
        self.table = Mutex(table)
    }

    func take() -> ObservationTable? {
        table.withLock { table in
            defer { table = nil }
            return table
        }
    }
}

extension TableWriteReport {
    /// This report and that of a later transaction in one.
    fileprivate func adding(_ later: TableWriteReport) -> TableWriteReport {
        TableWriteReport(
            created: created,
            rows: IngestReport(
                inserted: rows.inserted + later.rows.inserted, updated: rows.updated + later.rows.updated,
                unchanged: rows.unchanged + later.rows.unchanged, watermark: later.rows.watermark))
    }
}
