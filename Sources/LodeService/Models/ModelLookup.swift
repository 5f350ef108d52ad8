import LodeDomain

/// Finds the model version that a reference means.
struct ModelLookup: Sendable {
    let models: any ModelRegistry

    /// The version; throws ``ServiceError/datasetUntrained(_:)``, ``ServiceError/versionNotFound(_:dataset:latest:)`` or
    /// ``ServiceError/aliasNotFound(_:dataset:nearest:known:)``.
    func version(_ selector: ModelReference.Selector, of dataset: Dataset) async throws(ServiceError) -> ModelVersion {
        switch selector {
        case .standard:
            if let version = try await aliased(ModelAlias.production, of: dataset) { return version }
            return try await latest(of: dataset)
        case .latest:
            return try await latest(of: dataset)
        case .number(let number):
            let found = try await callStore { () async throws(StoreError) in
                try await models.version(number, of: dataset.id)
            }
            if let found { return found }
            let latest = try await newest(of: dataset)
            throw .versionNotFound(number, dataset: dataset.name, latest: latest?.number)
        case .alias(let alias):
            if let version = try await aliased(alias, of: dataset) { return version }
            let known = try await callStore { () async throws(StoreError) in
                try await models.aliases(of: dataset.id).map(\.name)
            }
            throw .aliasNotFound(
                alias, dataset: dataset.name, nearest: NearestName.of(alias, among: known), known: known)
        }
    }

    /// What may answer in the place of a version that cannot be read, the best first.
    ///
    /// For an alias those that it pointed at before, else the versions before. None for a version named by its number.
    func substitutes(
        for version: ModelVersion, _ selector: ModelReference.Selector, of dataset: Dataset
    ) async throws(ServiceError) -> [ModelVersion] {
        if case .number = selector { return [] }
        let versions = try await callStore { () async throws(StoreError) in
            try await models.versions(of: dataset.id)
        }
        let alias: String? =
            switch selector {
            case .alias(let alias): alias
            case .standard: ModelAlias.production
            case .latest, .number: nil
            }
        if let alias, try await aliased(alias, of: dataset) != nil {
            let history = try await callStore { () async throws(StoreError) in
                try await models.aliasHistory(of: dataset.id, alias: alias)
            }
            let numbers = AliasChange.rollbackTargets(history, existing: Set(versions.map(\.number)))
            return numbers.compactMap { number in versions.first { $0.number == number } }
        }
        return versions.filter { $0.number < version.number }
    }

    private func aliased(_ alias: String, of dataset: Dataset) async throws(ServiceError) -> ModelVersion? {
        try await callStore { () async throws(StoreError) in
            try await models.version(aliased: alias, of: dataset.id)
        }
    }

    private func newest(of dataset: Dataset) async throws(ServiceError) -> ModelVersion? {
        try await callStore { () async throws(StoreError) in try await models.latestVersion(of: dataset.id) }
    }

    private func latest(of dataset: Dataset) async throws(ServiceError) -> ModelVersion {
        guard let version = try await newest(of: dataset) else { throw .datasetUntrained(dataset.name) }
        return version
    }
}
