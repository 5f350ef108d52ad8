/// How a version did on the data of a later day, before it is stored.
public struct ModelEvaluationDraft: Hashable, Sendable, Codable {
    /// The version.
    public var version: Identifier<ModelVersion>
    /// The data it was measured on.
    public var watermark: DataWatermark
    /// The report, a JSON object.
    public var report: String

    /// A draft.
    public init(version: Identifier<ModelVersion>, watermark: DataWatermark, report: String) {
        self.version = version
        self.watermark = watermark
        self.report = report
    }
}

/// How a version did on the data of a later day.
public struct ModelEvaluation: Hashable, Sendable {
    /// The job that measured it.
    public var job: Identifier<Job>
    /// The data it was measured on.
    public var watermark: DataWatermark
    /// The report, a JSON object.
    public var report: String
    /// When it was stored.
    public var at: Timestamp

    /// An evaluation.
    public init(job: Identifier<Job>, watermark: DataWatermark, report: String, at: Timestamp) {
        self.job = job
        self.watermark = watermark
        self.report = report
        self.at = at
    }
}
