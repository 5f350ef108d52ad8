import GRDB
import LodeDomain

/// Rows of `model_evaluation`.
enum ModelEvaluationRecord {
    /// Stores how a version did; throws ``StoreError/modelVersionNotFound(_:)``.
    static func insert(
        _ draft: ModelEvaluationDraft, job: Identifier<Job>, at now: Timestamp, _ db: Database
    ) throws {
        _ = try ModelVersionRecord.existing(draft.version, db)
        try db.executeCached(
            sql: "INSERT INTO model_evaluation (version, job, revision, report, evaluated_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                draft.version.rawValue, job.rawValue, draft.watermark.revision, draft.report, now.microseconds,
            ])
    }

    /// How a version did on later data, oldest first.
    static func fetch(of version: Identifier<ModelVersion>, _ db: Database) throws -> [ModelEvaluation] {
        try Row.fetchAll(
            db,
            sql: "SELECT job, revision, report, evaluated_at FROM model_evaluation WHERE version = ? ORDER BY id",
            arguments: [version.rawValue]
        ).map { row in
            ModelEvaluation(
                job: Identifier(rawValue: row["job"]), watermark: DataWatermark(revision: row["revision"]),
                report: row["report"], at: Timestamp(microseconds: row["evaluated_at"]))
        }
    }
}
