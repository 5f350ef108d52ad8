/// Which versions of a model there are, and which of them answers; see ``ModelService``.
public protocol ModelUseCases: Sendable {
    /// The models of all datasets that have one, by name.
    func all() async throws -> [ModelDescription]
    /// Makes an alias point at a version.
    func promote(
        _ reference: ModelReference, to alias: String, by: String, reason: String
    ) async throws -> ModelAliasDescription
    /// Makes an alias point at the version that it pointed at before.
    func rollBack(
        _ alias: String, of name: String, by: String, reason: String
    ) async throws -> ModelAliasDescription
    /// Takes an alias away; the version stays.
    func removeAlias(
        _ alias: String, of name: String, by: String, reason: String
    ) async throws -> AliasChangeDescription
    /// What became of the aliases of a dataset, or of one of them, oldest first.
    func history(of name: String, alias: String?) async throws -> [AliasChangeDescription]
    /// Deletes a version that no alias points at, and returns its number.
    func delete(_ reference: ModelReference) async throws -> Int
    /// Deletes the versions without an alias but for the newest `kept`; the numbers of those deleted, ascending.
    func prune(_ name: String, keepingUnaliased kept: Int) async throws -> [Int]
    /// Enqueues a look at how a version does on the data there are now.
    func requestEvaluation(_ request: EvaluationRequest) async throws -> JobDescription
    /// Enqueues a fit of a version's bands to the data there are now.
    func requestCalibration(_ request: CalibrationRequest) async throws -> JobDescription
    /// A version to be taken elsewhere.
    func export(_ reference: ModelReference) async throws -> ModelPackage
    /// Adds a package as the next version of a dataset's model.
    func add(_ package: ModelPackage, to name: String) async throws -> ModelVersionDescription
}

extension ModelService: ModelUseCases {}
