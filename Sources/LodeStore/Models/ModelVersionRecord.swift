import GRDB
import LodeDomain

/// Rows of `model_version`.
enum ModelVersionRecord {
    private static let columns = "id, dataset, number, job, revision, metadata, created_at"

    /// Publishes a draft as the next version of its dataset; throws ``StoreError/datasetNotFound(_:)``.
    static func insert(
        _ draft: ModelVersionDraft, job: Identifier<Job>, at now: Timestamp, _ db: Database
    ) throws -> ModelVersion {
        _ = try DatasetRecord.existing(draft.dataset, db)
        let newest = try Int.fetchOne(
            db, sql: "SELECT max(number) FROM model_version WHERE dataset = ?",
            arguments: [draft.dataset.rawValue])
        let number = (newest ?? 0) + 1
        try db.executeCached(
            sql: """
                INSERT INTO model_version (dataset, number, job, revision, metadata, created_at, weights)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                draft.dataset.rawValue, number, job.rawValue, draft.watermark.revision, draft.metadata,
                now.microseconds, Blob.data(draft.weights),
            ])
        return ModelVersion(
            id: Identifier(rawValue: db.lastInsertedRowID), dataset: draft.dataset, number: number, job: job,
            watermark: draft.watermark, metadata: draft.metadata, createdAt: now)
    }

    /// The versions of a dataset, newest first, at most `limit`, or the one with `number`.
    static func fetch(
        of dataset: Identifier<Dataset>, number: Int? = nil, limit: Int = -1, _ db: Database
    ) throws -> [ModelVersion] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT \(columns) FROM model_version WHERE dataset = ? AND number = ifnull(?, number)
                ORDER BY number DESC LIMIT ?
                """,
            arguments: [dataset.rawValue, number, limit]
        ).map { row in
            ModelVersion(
                id: Identifier(rawValue: row["id"]), dataset: Identifier(rawValue: row["dataset"]),
                number: row["number"], job: Identifier(rawValue: row["job"]),
                watermark: DataWatermark(revision: row["revision"]), metadata: row["metadata"],
                createdAt: Timestamp(microseconds: row["created_at"]))
        }
    }
}
