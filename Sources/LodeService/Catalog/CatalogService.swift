public import LodeDomain

/// Tells what is there: datasets, series and model versions.
public struct CatalogService: Sendable {
    private let store: any DatasetStore
    private let models: any ModelRegistry

    /// Reads from `store` and `models`.
    public init(store: any DatasetStore, models: any ModelRegistry) {
        self.store = store
        self.models = models
    }

    /// All datasets, by name.
    public func datasets() async throws(ServiceError) -> [DatasetDescription] {
        let summaries = try await callStore { () async throws(StoreError) in try await store.datasetSummaries() }
        var descriptions: [DatasetDescription] = []
        for summary in summaries { descriptions.append(try await describe(summary)) }
        return descriptions
    }

    /// One dataset.
    public func describe(dataset name: String) async throws(ServiceError) -> DatasetDescription {
        try await describe(summary(of: dataset(named: name)))
    }

    /// At most `limit` series of a dataset, by name, after the name `after`; with `part`, those whose name contains it.
    public func series(
        of name: String, containing part: String? = nil, after: String?, limit: Int
    ) async throws(ServiceError) -> SeriesPage {
        guard (1...10_000).contains(limit) else {
            throw .invalidRequest(pointer: "limit", value: "\(limit)", expected: "a whole number from 1 to 10000")
        }
        let dataset = try await dataset(named: name)
        let found = try await callStore { () async throws(StoreError) in
            try await store.series(of: dataset.id, containing: part, after: after, limit: limit + 1)
        }
        return SeriesPage(
            series: found.prefix(limit).map { SeriesDescription($0, axis: dataset.timeAxis) },
            next: found.count > limit ? found[limit - 1].name : nil)
    }

    /// The model versions of a dataset, newest first.
    public func modelVersions(of name: String) async throws(ServiceError) -> [ModelVersionDescription] {
        let dataset = try await dataset(named: name)
        let (versions, aliases, verdicts) = try await callStore { () async throws(StoreError) in
            let versions = try await models.versions(of: dataset.id)
            return (versions, try await models.aliases(of: dataset.id), try await models.verdicts(of: dataset.id))
        }
        var descriptions: [ModelVersionDescription] = []
        for version in versions {
            descriptions.append(
                try ModelVersionDescription(version, dataset: dataset, aliases: aliases, promotions: verdicts))
        }
        return descriptions
    }

    /// One model version, with everything that is known of it.
    public func modelVersion(_ reference: ModelReference) async throws(ServiceError) -> ModelVersionDescription {
        let dataset = try await dataset(named: reference.dataset)
        let version = try await version(reference.selector, of: dataset)
        let (aliases, verdicts, evaluations) = try await callStore { () async throws(StoreError) in
            let aliases = try await models.aliases(of: dataset.id)
            let verdicts = try await models.verdicts(of: dataset.id)
            return (aliases, verdicts, try await models.evaluations(of: version.id))
        }
        return try ModelVersionDescription(
            version, dataset: dataset, aliases: aliases, promotions: verdicts, evaluations: evaluations)
    }

    // MARK: - Look-ups that other use cases share

    /// The dataset and the version that a reference means.
    package func resolve(
        _ reference: ModelReference
    ) async throws(ServiceError) -> (dataset: Dataset, version: ModelVersion) {
        let dataset = try await dataset(named: reference.dataset)
        return (dataset, try await version(reference.selector, of: dataset))
    }

    /// The dataset, or ``ServiceError/datasetNotFound(_:nearest:)``.
    func dataset(named name: String) async throws(ServiceError) -> Dataset {
        try await store.existingDataset(named: name)
    }

    func summary(of dataset: Dataset) async throws(ServiceError) -> DatasetSummary {
        try await callStore { () async throws(StoreError) in try await store.summary(of: dataset.id) }
    }

    /// The version that a reference to the dataset's model means; see ``ModelLookup``.
    func version(
        _ selector: ModelReference.Selector, of dataset: Dataset
    ) async throws(ServiceError) -> ModelVersion {
        try await ModelLookup(models: models).version(selector, of: dataset)
    }

    /// See ``ModelLookup/substitutes(for:_:of:)``.
    func substitutes(
        for version: ModelVersion, _ selector: ModelReference.Selector, of dataset: Dataset
    ) async throws(ServiceError) -> [ModelVersion] {
        try await ModelLookup(models: models).substitutes(for: version, selector, of: dataset)
    }

    /// What a model is asked with, or ``ServiceError/seriesNotFound(_:dataset:nearest:)``.
    func reading(
        of series: String, in dataset: Dataset, channels: [String], inputs: [String] = [], asOf: Double?
    ) async throws(ServiceError) -> SeriesReading {
        let found = try await callStore { () async throws(StoreError) in
            try await store.reading(of: series, in: dataset.id, channels: channels, inputs: inputs, asOf: asOf)
        }
        if let found { return found }
        let names = try await callStore { () async throws(StoreError) in
            try await store.series(of: dataset.id, after: nil, limit: 10_000).map(\.name)
        }
        throw .seriesNotFound(series, dataset: dataset.name, nearest: NearestName.of(series, among: names))
    }

    private func describe(_ summary: DatasetSummary) async throws(ServiceError) -> DatasetDescription {
        let latest = try await callStore { () async throws(StoreError) in
            try await models.latestVersion(of: summary.dataset.id)
        }
        return DatasetDescription(summary, latestModelVersion: latest?.number)
    }
}
