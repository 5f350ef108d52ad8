import GRDB
import LodeDomain

/// Rows of `model_version`.
enum ModelVersionRecord {
    private static let columns = """
        model_version.id, model_version.dataset, number, job, origin, parent, revision, series_count, observation_count,
        first_time, last_time, code_version, metadata, created_at
        """

    /// Publishes a draft as the next version of its dataset, with what it says of aliases and older versions.
    ///
    /// Throws ``StoreError/datasetNotFound(_:)``.
    static func insert(
        _ draft: ModelVersionDraft, job: Identifier<Job>?, at now: Timestamp, _ db: Database
    ) throws -> ModelVersion {
        _ = try DatasetRecord.existing(draft.dataset, db)
        let number = try Int.fetchOne(
            db,
            sql:
                "UPDATE dataset SET last_model_number = last_model_number + 1 WHERE id = ? RETURNING last_model_number",
            arguments: [draft.dataset.rawValue])
        guard let number else { throw StoreError.datasetNotFound(draft.dataset) }
        let provenance = draft.provenance
        try db.executeCached(
            sql: """
                INSERT INTO model_version (dataset, number, job, origin, parent, revision, series_count,
                    observation_count, first_time, last_time, code_version, metadata, created_at, weights)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                draft.dataset.rawValue, number, job?.rawValue, provenance.origin.rawValue, provenance.parent,
                draft.watermark.revision, provenance.extent?.series, provenance.extent?.observations,
                provenance.extent?.firstTime, provenance.extent?.lastTime, provenance.codeVersion, draft.metadata,
                now.microseconds, Blob.data(draft.weights),
            ])
        let version = ModelVersion(
            id: Identifier(rawValue: db.lastInsertedRowID), dataset: draft.dataset, number: number, job: job,
            watermark: draft.watermark, metadata: draft.metadata, createdAt: now, provenance: provenance)
        if let verdict = draft.verdict { try ModelVerdictRecord.apply(verdict, to: version, at: now, db) }
        if let kept = draft.keepsUnaliased { _ = try prune(draft.dataset, keepingUnaliased: kept, db) }
        return version
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
        ).map(decode)
    }

    /// The version that an alias points at, or nil.
    static func fetch(aliased alias: String, of dataset: Identifier<Dataset>, _ db: Database) throws -> ModelVersion? {
        try db.firstRow(
            sql: """
                SELECT \(columns) FROM model_alias JOIN model_version ON model_version.id = model_alias.version
                WHERE model_alias.dataset = ? AND model_alias.name = ?
                """,
            arguments: [dataset.rawValue, alias]
        ).map(decode)
    }

    /// The version with that key; throws ``StoreError/modelVersionNotFound(_:)``.
    static func existing(_ id: Identifier<ModelVersion>, _ db: Database) throws -> ModelVersion {
        let row = try db.firstRow(
            sql: "SELECT \(columns) FROM model_version WHERE id = ?", arguments: [id.rawValue])
        guard let row else { throw StoreError.modelVersionNotFound(id) }
        return try decode(row)
    }

    /// Whether a version that the job made, or an evaluation, exists.
    static func exists(workOf job: Identifier<Job>, _ db: Database) throws -> Bool {
        try db.firstRow(
            sql: """
                SELECT 1 WHERE EXISTS (SELECT 1 FROM model_version WHERE job = ?1)
                    OR EXISTS (SELECT 1 FROM model_evaluation WHERE job = ?1)
                """,
            arguments: [job.rawValue]) != nil
    }

    /// Deletes a version; throws ``StoreError/modelVersionAliased(number:aliases:)`` where aliases point at it.
    static func deleteIfUnaliased(_ id: Identifier<ModelVersion>, _ db: Database) throws {
        let version = try existing(id, db)
        let aliases = try String.fetchAll(
            db, sql: "SELECT name FROM model_alias WHERE version = ? ORDER BY name", arguments: [id.rawValue])
        guard aliases.isEmpty else {
            throw StoreError.modelVersionAliased(number: version.number, aliases: aliases)
        }
        try db.executeCached(sql: "DELETE FROM model_version WHERE id = ?", arguments: [id.rawValue])
    }

    /// Deletes the versions without an alias but for the newest `kept`; the numbers of those deleted, ascending.
    static func prune(_ dataset: Identifier<Dataset>, keepingUnaliased kept: Int, _ db: Database) throws -> [Int] {
        try Int.fetchAll(
            db,
            sql: """
                DELETE FROM model_version WHERE id IN (
                    SELECT id FROM model_version
                    WHERE dataset = ? AND id NOT IN (SELECT version FROM model_alias)
                    ORDER BY number DESC LIMIT -1 OFFSET ?)
                RETURNING number
                """,
            arguments: [dataset.rawValue, kept]
        ).sorted()
    }

    private static func decode(_ row: Row) throws -> ModelVersion {
        let origin: String = row["origin"]
        guard let origin = ModelProvenance.Origin(rawValue: origin) else {
            throw StoreError.corrupt(detail: "model version \(row["id"] as Int64) has an unknown origin")
        }
        let series: Int? = row["series_count"]
        let extent = series.map { series in
            DataExtent(
                series: series, observations: row["observation_count"] ?? 0, firstTime: row["first_time"],
                lastTime: row["last_time"])
        }
        return ModelVersion(
            id: Identifier(rawValue: row["id"]), dataset: Identifier(rawValue: row["dataset"]), number: row["number"],
            job: (row["job"] as Int64?).map(Identifier.init(rawValue:)),
            watermark: DataWatermark(revision: row["revision"]), metadata: row["metadata"],
            createdAt: Timestamp(microseconds: row["created_at"]),
            provenance: ModelProvenance(
                origin: origin, parent: row["parent"], extent: extent, codeVersion: row["code_version"]))
    }
}
