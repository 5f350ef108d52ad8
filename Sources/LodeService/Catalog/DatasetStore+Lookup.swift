import LodeDomain

extension DatasetStore {
    /// The dataset of that name; throws ``ServiceError/invalidDatasetName(_:)`` or ``ServiceError/datasetNotFound(_:nearest:)``.
    func existingDataset(named name: String) async throws(ServiceError) -> Dataset {
        guard Dataset.isValidName(name) else { throw .invalidDatasetName(name) }
        let found = try await callStore { () async throws(StoreError) in try await dataset(named: name) }
        if let found { return found }
        let names = try await callStore { () async throws(StoreError) in
            try await datasetSummaries().map(\.dataset.name)
        }
        throw .datasetNotFound(name, nearest: NearestName.of(name, among: names))
    }
}
