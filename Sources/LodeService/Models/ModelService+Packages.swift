import LodeDomain

extension ModelService {
    /// A version to be taken elsewhere.
    public func export(_ reference: ModelReference) async throws(ServiceError) -> ModelPackage {
        let dataset = try await catalog.dataset(named: reference.dataset)
        let version = try await catalog.version(reference.selector, of: dataset)
        let weights = try await callStore { () async throws(StoreError) in
            try await models.weights(of: version.id)
        }
        return ModelPackage(
            document: ModelPackage.Document(
                format: ModelPackage.format, dataset: dataset.name, version: version.number,
                timeAxis: TimeAxisDescription(dataset.timeAxis),
                createdAt: RFC3339.string(microseconds: version.createdAt.microseconds),
                dataRevision: version.watermark.revision, provenance: version.provenance,
                weightsBytes: weights.count, metadata: try JSONValue(parsing: version.metadata)),
            weights: weights)
    }

    /// Adds a package as the next version of a dataset's model; nothing points at it yet.
    ///
    /// Checks first that the dataset counts time like the one it comes from and has the model's channels, and that weights
    /// and metadata are whole, fit each other and hold finite numbers. Throws ``ServiceError/packageRefused(_:)``.
    public func add(_ package: ModelPackage, to name: String) async throws(ServiceError) -> ModelVersionDescription {
        let dataset = try await catalog.dataset(named: name)
        let document = package.document
        guard package.weights.count == document.weightsBytes else {
            throw .packageRefused(
                "\(ModelPackage.weightsName) has \(package.weights.count) bytes, \(ModelPackage.documentName) says "
                    + "\(document.weightsBytes)")
        }
        guard document.timeAxis.axis == dataset.timeAxis else {
            throw .packageRefused(
                "the model counts time as \(document.timeAxis.axis.phrase), dataset “\(name)” as "
                    + dataset.timeAxis.phrase)
        }
        let draft = ModelVersionDraft(
            dataset: dataset.id, watermark: DataWatermark(revision: document.dataRevision),
            metadata: try JSONText.string(document.metadata), weights: package.weights,
            provenance: ModelProvenance(
                origin: .imported, extent: document.provenance.extent, codeVersion: document.provenance.codeVersion))
        let channels = try await channels(of: draft)
        let known = try await catalog.describe(dataset: name).channels.map(\.name)
        let missing = channels.filter { !known.contains($0) }
        guard missing.isEmpty else {
            throw .packageRefused(
                "dataset “\(name)” has no channel \(missing.map { "“\($0)”" }.joined(separator: ", "))")
        }
        let version = try await callStore { () async throws(StoreError) in try await models.add(draft, at: now()) }
        return try ModelVersionDescription(version, dataset: dataset)
    }

    /// The channels of a model that proves readable.
    private func channels(of draft: ModelVersionDraft) async throws(ServiceError) -> [String] {
        let version = ModelVersion(
            id: Identifier(rawValue: 0), dataset: draft.dataset, number: 0, job: nil, watermark: draft.watermark,
            metadata: draft.metadata, createdAt: now(), provenance: draft.provenance)
        _ = try ModelMetadata(of: version)
        let result = await BlockingWork.run { [loader] () -> Result<[String], ForecastError> in
            do throws(ForecastError) {
                let forecaster = try loader.forecaster(for: version, weights: draft.weights)
                return .success(forecaster.channels + forecaster.inputs)
            } catch {
                return .failure(error)
            }
        }
        do {
            return try result.get()
        } catch {
            guard case .corruptModel(let detail) = error else { throw .forecast(error) }
            throw .packageRefused(detail)
        }
    }
}
