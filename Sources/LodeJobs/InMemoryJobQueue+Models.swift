public import LodeDomain

extension InMemoryJobQueue: ModelCurator {
    /// The newest version of a dataset, or nil where none was trained.
    public func latestVersion(of dataset: Identifier<Dataset>) async throws(StoreError) -> ModelVersion? {
        models.versions(of: dataset).first
    }

    /// One version by its number, or nil.
    public func version(
        _ number: Int, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion? {
        models.versions(of: dataset).first { $0.number == number }
    }

    /// The version that an alias points at, or nil.
    public func version(
        aliased alias: String, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion? {
        models.version(aliased: alias, of: dataset)
    }

    /// All versions of a dataset, newest first.
    public func versions(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelVersion] {
        models.versions(of: dataset)
    }

    /// The weights of a version, a safetensors file.
    public func weights(of version: Identifier<ModelVersion>) async throws(StoreError) -> [UInt8] {
        try models.weights(of: version)
    }

    /// The aliases of a dataset, by name.
    public func aliases(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelAlias] {
        models.aliases(of: dataset)
    }

    /// What became of the aliases of a dataset, or of one of them, oldest first.
    public func aliasHistory(
        of dataset: Identifier<Dataset>, alias: String?
    ) async throws(StoreError) -> [AliasChange] {
        models.history(of: dataset, alias: alias)
    }

    /// What rules said of the versions of a dataset, oldest first.
    public func verdicts(of dataset: Identifier<Dataset>) async throws(StoreError) -> [StoredVerdict] {
        models.verdicts(of: dataset)
    }

    /// How a version did on later data, oldest first.
    public func evaluations(
        of version: Identifier<ModelVersion>
    ) async throws(StoreError) -> [ModelEvaluation] {
        models.evaluations(of: version)
    }

    /// Makes an alias point at a version, if its condition holds.
    public func moveAliasIfConditionHolds(
        _ move: AliasMove, of dataset: Identifier<Dataset>, to version: Identifier<ModelVersion>, at now: Timestamp
    ) async throws(StoreError) -> ModelAlias {
        try models.move(move, of: dataset, to: version, at: now)
    }

    /// Takes an alias away.
    public func removeAlias(
        _ alias: String, of dataset: Identifier<Dataset>, by: String, reason: String, at now: Timestamp
    ) async throws(StoreError) -> AliasChange {
        try models.removeAlias(alias, of: dataset, by: by, reason: reason, at: now)
    }

    /// Deletes a version that no alias points at.
    public func deleteIfUnaliased(_ version: Identifier<ModelVersion>) async throws(StoreError) {
        try models.delete(version)
    }

    /// Deletes the versions without an alias but for the newest `kept`.
    public func prune(
        _ dataset: Identifier<Dataset>, keepingUnaliased kept: Int
    ) async throws(StoreError) -> [Int] {
        models.prune(dataset, keepingUnaliased: kept)
    }

    /// Adds a version that no job made.
    public func add(_ draft: ModelVersionDraft, at now: Timestamp) async throws(StoreError) -> ModelVersion {
        models.publish(draft, job: nil, at: now)
    }
}
