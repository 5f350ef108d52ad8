import GRDB
public import LodeDomain

extension SQLiteModelRegistry: ModelCurator {
    /// Makes an alias point at a version, if its condition holds.
    public func moveAliasIfConditionHolds(
        _ move: AliasMove, of dataset: Identifier<Dataset>, to version: Identifier<ModelVersion>, at now: Timestamp
    ) async throws(StoreError) -> ModelAlias {
        try await database.write { db in
            try ModelAliasRecord.moveIfConditionHolds(move, of: dataset, to: version, at: now, db)
        }
    }

    /// Takes an alias away.
    public func removeAlias(
        _ alias: String, of dataset: Identifier<Dataset>, by: String, reason: String, at now: Timestamp
    ) async throws(StoreError) -> AliasChange {
        try await database.write { db in
            try ModelAliasRecord.remove(alias, of: dataset, by: by, reason: reason, at: now, db)
        }
    }

    /// Deletes a version that no alias points at.
    public func deleteIfUnaliased(_ version: Identifier<ModelVersion>) async throws(StoreError) {
        try await database.write { db in try ModelVersionRecord.deleteIfUnaliased(version, db) }
    }

    /// Deletes the versions without an alias but for the newest `kept`.
    public func prune(
        _ dataset: Identifier<Dataset>, keepingUnaliased kept: Int
    ) async throws(StoreError) -> [Int] {
        try await database.write { db in try ModelVersionRecord.prune(dataset, keepingUnaliased: kept, db) }
    }

    /// Adds a version that no job made.
    public func add(_ draft: ModelVersionDraft, at now: Timestamp) async throws(StoreError) -> ModelVersion {
        try await database.write { db in try ModelVersionRecord.insert(draft, job: nil, at: now, db) }
    }
}
