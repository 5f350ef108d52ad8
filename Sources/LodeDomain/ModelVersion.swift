/// A trained model, ready to answer.
public struct ModelVersion: Hashable, Sendable {
    /// The key of the version.
    public var id: Identifier<ModelVersion>
    /// The dataset it was trained on.
    public var dataset: Identifier<Dataset>
    /// Counts the versions of the dataset, from 1.
    public var number: Int
    /// The job that made it.
    public var job: Identifier<Job>
    /// What it was trained on.
    public var watermark: DataWatermark
    /// Configuration, normalisation, metrics and baselines: the JSON of docs/formats/model.md.
    public var metadata: String
    /// When it was published.
    public var createdAt: Timestamp

    /// A version as stored.
    public init(
        id: Identifier<ModelVersion>, dataset: Identifier<Dataset>, number: Int, job: Identifier<Job>,
        watermark: DataWatermark, metadata: String, createdAt: Timestamp
    ) {
        self.id = id
        self.dataset = dataset
        self.number = number
        self.job = job
        self.watermark = watermark
        self.metadata = metadata
        self.createdAt = createdAt
    }
}

/// A model version before it is published.
public struct ModelVersionDraft: Hashable, Sendable {
    /// The dataset it was trained on.
    public var dataset: Identifier<Dataset>
    /// What it was trained on.
    public var watermark: DataWatermark
    /// The JSON of docs/formats/model.md.
    public var metadata: String
    /// The weights, a safetensors file.
    public var weights: [UInt8]

    /// A draft.
    public init(dataset: Identifier<Dataset>, watermark: DataWatermark, metadata: String, weights: [UInt8]) {
        self.dataset = dataset
        self.watermark = watermark
        self.metadata = metadata
        self.weights = weights
    }
}

/// Keeps published model versions.
public protocol ModelRegistry: Sendable {
    /// The newest version of a dataset, or nil where none was trained.
    func latestVersion(of dataset: Identifier<Dataset>) async throws(StoreError) -> ModelVersion?

    /// One version by its number, or nil.
    func version(
        _ number: Int, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> ModelVersion?

    /// All versions of a dataset, newest first.
    func versions(of dataset: Identifier<Dataset>) async throws(StoreError) -> [ModelVersion]

    /// The weights of a version, a safetensors file.
    func weights(of version: Identifier<ModelVersion>) async throws(StoreError) -> [UInt8]
}
