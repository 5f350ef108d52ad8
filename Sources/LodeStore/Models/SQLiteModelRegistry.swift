import GRDB
public import LodeDomain

/// Model versions in a Lode database; ``SQLiteJobQueue/complete(_:result:publishing:at:)`` adds those that jobs make.
public struct SQLiteModelRegistry: ModelRegistry {
    let database: LodeDatabase

    /// The model versions of `database`.
    public init(_ database: LodeDatabase) {
        self.database = database
    }

    /// The newest version of a dataset, or nil where none was trained.
    public func latestVersion(of dataset: Identifier<Dataset>) async throws(StoreError) -> ModelVersion? {
        try await database.read { db in try ModelVersionRecord.fetch(of: dataset, limit: 1, db).first }
    }

    /// One version by its number, or nil.
    public func version(
        _ number: Int, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion? {
        try await database.read { db in try ModelVersionRecord.fetch(of: dataset, number: number, db).first }
    }

    /// The version that an alias points at, or nil.
    public func version(
        aliased alias: String, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion? {
        try await database.read { db in try ModelVersionRecord.fetch(aliased: alias, of: dataset, db) }
    }

    /// All versions of a dataset, newest first.
    public func versions(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelVersion] {
        try await database.read { db in try ModelVersionRecord.fetch(of: dataset, db) }
    }

    /// The weights of a version, a safetensors file.
    public func weights(of version: Identifier<ModelVersion>) async throws(StoreError) -> [UInt8] {
        try await database.read { db in
            let weights = try Blob.fetch(
                db, sql: "SELECT weights FROM model_version WHERE id = ?", key: version.rawValue)
            guard let weights else { throw StoreError.modelVersionNotFound(version) }
            return weights
        }
    }

    /// The aliases of a dataset, by name.
    public func aliases(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelAlias] {
        try await database.read { db in try ModelAliasRecord.fetch(of: dataset, db) }
    }

    /// What became of the aliases of a dataset, or of one of them, oldest first.
    public func aliasHistory(
        of dataset: Identifier<Dataset>, alias: String?
    ) async throws(StoreError) -> [AliasChange] {
        try await database.read { db in try ModelAliasRecord.history(of: dataset, alias: alias, db) }
    }

    /// What rules said of the versions of a dataset, oldest first.
    public func verdicts(of dataset: Identifier<Dataset>) async throws(StoreError) -> [StoredVerdict] {
        try await database.read { db in try ModelVerdictRecord.fetch(of: dataset, db) }
    }

    /// How a version did on later data, oldest first.
    public func evaluations(
        of version: Identifier<ModelVersion>
    ) async throws(StoreError) -> [ModelEvaluation] {
        try await database.read { db in try ModelEvaluationRecord.fetch(of: version, db) }
    }
}
