/// Keeps published model versions, and the aliases that point at them.
public protocol ModelRegistry: Sendable {
    /// The newest version of a dataset, or nil where none was trained.
    func latestVersion(of dataset: Identifier<Dataset>) async throws(StoreError) -> ModelVersion?

    /// One version by its number, or nil.
    func version(
        _ number: Int, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion?

    /// The version that an alias points at, or nil.
    func version(
        aliased alias: String, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion?

    /// All versions of a dataset, newest first.
    func versions(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelVersion]

    /// The weights of a version, a safetensors file.
    func weights(of version: Identifier<ModelVersion>) async throws(StoreError) -> [UInt8]

    /// The aliases of a dataset, by name.
    func aliases(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelAlias]

    /// What became of the aliases of a dataset, or of one of them, oldest first.
    func aliasHistory(
        of dataset: Identifier<Dataset>, alias: String?
    ) async throws(StoreError) -> [AliasChange]

    /// What rules said of the versions of a dataset, oldest first.
    func verdicts(of dataset: Identifier<Dataset>) async throws(StoreError) -> [StoredVerdict]

    /// How a version did on later data, oldest first.
    func evaluations(of version: Identifier<ModelVersion>) async throws(StoreError) -> [ModelEvaluation]
}

/// Changes which versions there are, and where the aliases point.
public protocol ModelCurator: ModelRegistry {
    /// Makes an alias point at a version, if its ``AliasMove/condition`` holds.
    ///
    /// Throws ``StoreError/aliasMoved(_:to:)`` if it does not, ``StoreError/modelVersionNotFound(_:)``, and
    /// ``StoreError/modelVersionOfAnotherDataset(_:)``. A move to where it points already is no change and is not noted.
    func moveAliasIfConditionHolds(
        _ move: AliasMove, of dataset: Identifier<Dataset>, to version: Identifier<ModelVersion>, at now: Timestamp
    ) async throws(StoreError) -> ModelAlias

    /// Takes an alias away; throws ``StoreError/aliasNotFound(_:)``.
    func removeAlias(
        _ alias: String, of dataset: Identifier<Dataset>, by: String, reason: String, at now: Timestamp
    ) async throws(StoreError) -> AliasChange

    /// Deletes a version that no alias points at; throws ``StoreError/modelVersionAliased(number:aliases:)``.
    func deleteIfUnaliased(_ version: Identifier<ModelVersion>) async throws(StoreError)

    /// Deletes the versions without an alias but for the newest `kept`; the numbers of those deleted, ascending.
    func prune(
        _ dataset: Identifier<Dataset>, keepingUnaliased kept: Int
    ) async throws(StoreError) -> [Int]

    /// Adds a version that no job made.
    func add(_ draft: ModelVersionDraft, at now: Timestamp) async throws(StoreError) -> ModelVersion
}
