public import LodeDomain

/// Which versions of a model there are, and which of them answers.
public struct ModelService: Sendable {
    let catalog: CatalogService
    let models: any ModelCurator
    let loader: any ForecasterLoader
    let queue: any JobQueue
    let now: Now

    /// Curates `models`; `loader` proves that a version can be read before an alias points at it,
    /// `queue` takes what is work for a worker.
    public init(
        store: any DatasetStore, models: any ModelCurator, loader: any ForecasterLoader, queue: any JobQueue,
        now: @escaping Now
    ) {
        catalog = CatalogService(store: store, models: models)
        self.models = models
        self.loader = loader
        self.queue = queue
        self.now = now
    }

    /// The models of all datasets that have one, by name.
    public func all() async throws(ServiceError) -> [ModelDescription] {
        var descriptions: [ModelDescription] = []
        for dataset in try await catalog.datasets() where dataset.latestModelVersion != nil {
            descriptions.append(try await describe(dataset: dataset.name))
        }
        return descriptions
    }

    /// All versions of a dataset's model, with its aliases.
    public func describe(dataset name: String) async throws(ServiceError) -> ModelDescription {
        let dataset = try await catalog.dataset(named: name)
        let aliases = try await aliases(of: dataset)
        return ModelDescription(
            dataset: name, aliases: aliases.map(ModelAliasDescription.init),
            versions: try await catalog.modelVersions(of: name))
    }

    /// Makes an alias point at a version, once that has proved readable.
    ///
    /// Throws ``ServiceError/versionCorrupt(_:dataset:detail:)`` and leaves the alias where it is, where it is not.
    public func promote(
        _ reference: ModelReference, to alias: String = ModelAlias.production, by: String, reason: String
    ) async throws(ServiceError) -> ModelAliasDescription {
        try ModelReference.requireAlias(alias)
        let dataset = try await catalog.dataset(named: reference.dataset)
        let version = try await catalog.version(reference.selector, of: dataset)
        try await requireReadable(version, of: dataset)
        return try await move(
            AliasMove(alias: alias, by: by, reason: reason), of: dataset, to: version)
    }

    /// Makes an alias point at the version that it pointed at before.
    ///
    /// Throws ``ServiceError/nothingToRollBackTo(alias:dataset:)``. Several in a row go back further each time.
    public func rollBack(
        _ alias: String = ModelAlias.production, of name: String, by: String, reason: String
    ) async throws(ServiceError) -> ModelAliasDescription {
        let dataset = try await catalog.dataset(named: name)
        let current = try await catalog.version(.alias(alias), of: dataset)
        let history = try await history(of: dataset, alias: alias)
        let versions = try await callStore { () async throws(StoreError) in
            try await models.versions(of: dataset.id)
        }
        let targets = AliasChange.rollbackTargets(history, existing: Set(versions.map(\.number)))
        guard let target = targets.first, let version = versions.first(where: { $0.number == target }) else {
            throw .nothingToRollBackTo(alias: alias, dataset: name)
        }
        try await requireReadable(version, of: dataset)
        return try await move(
            AliasMove(.rolledBack, alias: alias, condition: .at(current.number), by: by, reason: reason),
            of: dataset, to: version)
    }

    /// Takes an alias away; the version stays.
    public func removeAlias(
        _ alias: String, of name: String, by: String, reason: String
    ) async throws(ServiceError) -> AliasChangeDescription {
        let dataset = try await catalog.dataset(named: name)
        // Finds the alias, or tells of one that is spelled like it.
        _ = try await catalog.version(.alias(alias), of: dataset)
        return AliasChangeDescription(
            try await callStore { () async throws(StoreError) in
                try await models.removeAlias(alias, of: dataset.id, by: by, reason: reason, at: now())
            })
    }

    /// What became of the aliases of a dataset, or of one of them, oldest first.
    public func history(
        of name: String, alias: String? = nil
    ) async throws(ServiceError) -> [AliasChangeDescription] {
        let dataset = try await catalog.dataset(named: name)
        let changes = try await history(of: dataset, alias: alias)
        // One that never was may be spelled wrong; one that was taken away has a history.
        if let alias, changes.isEmpty { _ = try await catalog.version(.alias(alias), of: dataset) }
        return changes.map(AliasChangeDescription.init)
    }

    /// Deletes a version that no alias points at, and returns its number.
    public func delete(_ reference: ModelReference) async throws(ServiceError) -> Int {
        try reference.requireSelector(for: "delete")
        let dataset = try await catalog.dataset(named: reference.dataset)
        let version = try await catalog.version(reference.selector, of: dataset)
        try await callStore { () async throws(StoreError) in try await models.deleteIfUnaliased(version.id) }
        return version.number
    }

    /// Deletes the versions without an alias but for the newest `kept`; the numbers of those deleted, ascending.
    public func prune(_ name: String, keepingUnaliased kept: Int) async throws(ServiceError) -> [Int] {
        guard (0...1_000_000).contains(kept) else {
            throw .invalidRequest(pointer: "keep", value: "\(kept)", expected: "a whole number from 0 to 1000000")
        }
        let dataset = try await catalog.dataset(named: name)
        return try await callStore { () async throws(StoreError) in
            try await models.prune(dataset.id, keepingUnaliased: kept)
        }
    }

    // MARK: - Shared

    /// Throws ``ServiceError/versionCorrupt(_:dataset:detail:)`` where a version cannot answer.
    func requireReadable(_ version: ModelVersion, of dataset: Dataset) async throws(ServiceError) {
        let weights = try await callStore { () async throws(StoreError) in
            try await models.weights(of: version.id)
        }
        let failure = await BlockingWork.run { [loader] () -> ForecastError? in
            do throws(ForecastError) {
                _ = try loader.forecaster(for: version, weights: weights)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw ServiceError(failure, version: version, of: dataset) }
    }

    func aliases(of dataset: Dataset) async throws(ServiceError) -> [ModelAlias] {
        try await callStore { () async throws(StoreError) in try await models.aliases(of: dataset.id) }
    }

    private func history(of dataset: Dataset, alias: String?) async throws(ServiceError) -> [AliasChange] {
        try await callStore { () async throws(StoreError) in
            try await models.aliasHistory(of: dataset.id, alias: alias)
        }
    }

    private func move(
        _ move: AliasMove, of dataset: Dataset, to version: ModelVersion
    ) async throws(ServiceError) -> ModelAliasDescription {
        ModelAliasDescription(
            try await callStore { () async throws(StoreError) in
                try await models.moveAliasIfConditionHolds(move, of: dataset.id, to: version.id, at: now())
            })
    }
}

extension ServiceError {
    /// What a model said of itself, with the version that it was; other failures as they are.
    init(_ error: ForecastError, version: ModelVersion, of dataset: Dataset) {
        switch error {
        case .corruptModel(let detail):
            self = .versionCorrupt(version.number, dataset: dataset.name, detail: detail)
        default: self = .forecast(error)
        }
    }
}
