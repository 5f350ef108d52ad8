import GRDB
public import LodeDomain

/// Model versions in a Lode database; ``SQLiteJobQueue/complete(_:result:publishing:at:)`` writes them.
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
}
