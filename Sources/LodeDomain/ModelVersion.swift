/// A trained model, ready to answer.
public struct ModelVersion: Hashable, Sendable {
    /// The key of the version.
    public var id: Identifier<ModelVersion>
    /// The dataset it answers for.
    public var dataset: Identifier<Dataset>
    /// Counts the versions of the dataset, from 1; the number of a deleted version is not given again.
    public var number: Int
    /// The job that made it; nil where it was imported.
    public var job: Identifier<Job>?
    /// What it was trained on.
    public var watermark: DataWatermark
    /// Configuration, normalisation, metrics and baselines: the JSON of docs/formats/model.md.
    public var metadata: String
    /// When it was published.
    public var createdAt: Timestamp
    /// Where it comes from.
    public var provenance: ModelProvenance

    /// A version as stored.
    public init(
        id: Identifier<ModelVersion>, dataset: Identifier<Dataset>, number: Int, job: Identifier<Job>?,
        watermark: DataWatermark, metadata: String, createdAt: Timestamp,
        provenance: ModelProvenance = ModelProvenance()
    ) {
        self.id = id
        self.dataset = dataset
        self.number = number
        self.job = job
        self.watermark = watermark
        self.metadata = metadata
        self.createdAt = createdAt
        self.provenance = provenance
    }
}

/// Where a model version comes from.
public struct ModelProvenance: Hashable, Sendable, Codable {
    /// How a version comes about.
    public enum Origin: String, Hashable, Sendable, Codable, CaseIterable {
        /// By training on the dataset.
        case trained
        /// By fitting the bands of its parent to newer data.
        case calibrated
        /// From another database or file.
        case imported
    }

    /// How it came about.
    public var origin: Origin
    /// The number of the version that it takes over from; that one may be deleted by now.
    public var parent: Int?
    /// What the data held that it was trained on; nil where that was not noted.
    public var extent: DataExtent?
    /// The build of Lode that made it; nil where that was not noted.
    public var codeVersion: String?

    /// A provenance.
    public init(
        origin: Origin = .trained, parent: Int? = nil, extent: DataExtent? = nil, codeVersion: String? = nil
    ) {
        self.origin = origin
        self.parent = parent
        self.extent = extent
        self.codeVersion = codeVersion
    }
}

/// How much data there was, and from when to when.
public struct DataExtent: Hashable, Sendable, Codable {
    /// How many series.
    public var series: Int
    /// How many observed values.
    public var observations: Int
    /// The first time observed, in the dataset's unit; nil without observations.
    public var firstTime: Double?
    /// The last time observed.
    public var lastTime: Double?

    /// An extent.
    public init(series: Int, observations: Int, firstTime: Double?, lastTime: Double?) {
        self.series = series
        self.observations = observations
        self.firstTime = firstTime
        self.lastTime = lastTime
    }

    /// The extent of what was read.
    public init(of contents: DatasetContents) {
        // A series' points are sorted by time.
        self.init(
            series: contents.series.count, observations: contents.series.reduce(0) { $0 + $1.points.count },
            firstTime: contents.series.compactMap { $0.points.first?.time }.min(),
            lastTime: contents.series.compactMap { $0.points.last?.time }.max())
    }
}

/// A model version before it is published.
public struct ModelVersionDraft: Hashable, Sendable, Codable {
    /// The dataset it answers for.
    public var dataset: Identifier<Dataset>
    /// What it was trained on.
    public var watermark: DataWatermark
    /// The JSON of docs/formats/model.md.
    public var metadata: String
    /// The weights, a safetensors file.
    public var weights: [UInt8]
    /// Where it comes from.
    public var provenance: ModelProvenance
    /// Whether an alias is to point at it, decided by a rule; nil where none was asked.
    public var verdict: PromotionVerdict?
    /// How many of the newest versions without an alias stay when older ones are deleted; nil keeps all.
    public var keepsUnaliased: Int?

    /// A draft.
    public init(
        dataset: Identifier<Dataset>, watermark: DataWatermark, metadata: String, weights: [UInt8],
        provenance: ModelProvenance = ModelProvenance(), verdict: PromotionVerdict? = nil, keepsUnaliased: Int? = nil
    ) {
        self.dataset = dataset
        self.watermark = watermark
        self.metadata = metadata
        self.weights = weights
        self.provenance = provenance
        self.verdict = verdict
        self.keepsUnaliased = keepsUnaliased
    }
}
