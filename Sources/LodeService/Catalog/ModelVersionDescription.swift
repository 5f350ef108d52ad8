import Foundation
public import LodeDomain

/// A model version as it is shown.
public struct ModelVersionDescription: Hashable, Sendable, Codable {
    /// What the data held that it was trained on.
    public struct Extent: Hashable, Sendable, Codable {
        /// How many series.
        public var series: Int
        /// How many observed values.
        public var observations: Int
        /// The first time observed.
        public var firstTime: TimeValue?
        /// The last time observed.
        public var lastTime: TimeValue?
    }

    /// What a promotion rule said of the version.
    public struct Promotion: Hashable, Sendable, Codable {
        /// The verdict, with its reasons.
        public var verdict: PromotionVerdict
        /// When, in RFC 3339.
        public var at: String
    }

    /// How the version did on later data.
    public struct LaterEvaluation: Hashable, Sendable, Codable {
        /// The job that measured it.
        public var job: Int64
        /// The dataset's change counter then.
        public var dataRevision: Int64
        /// When, in RFC 3339.
        public var at: String
        /// The report.
        public var report: JSONValue
    }

    /// The dataset it answers for.
    public var dataset: String
    /// Counts the versions of the dataset, from 1.
    public var version: Int
    /// The aliases that point at it, by name.
    public var aliases: [String]
    /// How it came about.
    public var origin: ModelProvenance.Origin
    /// The version it takes over from.
    public var parent: Int?
    /// The job that made it; nil where it was imported.
    public var job: Int64?
    /// The dataset's change counter when it was read.
    public var dataRevision: Int64
    /// What the data held then.
    public var data: Extent?
    /// The build of Lode that made it.
    public var codeVersion: String?
    /// When it was published, in RFC 3339.
    public var createdAt: String
    /// What was chosen, and how the model did beside the baselines; nil where that cannot be read.
    public var metadata: ModelMetadata?
    /// Why the version cannot be read; nil where it can, as far as its metadata tell.
    public var problem: String?
    /// The architecture, as docs/formats/model.md says.
    public var configuration: JSONValue?
    /// By what its bands are stretched.
    public var calibration: JSONValue?
    /// In plain words, how the model compares with the baselines in each regime.
    public var verdicts: [String]
    /// What promotion rules said of it, oldest first.
    public var promotions: [Promotion]
    /// How it did on later data, oldest first; nil where that was not looked up.
    public var evaluations: [LaterEvaluation]?

    /// The description of a version; of `aliases` and `promotions` those of other versions are left out.
    public init(
        _ version: ModelVersion, dataset: Dataset, aliases: [ModelAlias] = [], promotions: [StoredVerdict] = [],
        evaluations: [ModelEvaluation]? = nil
    ) throws(ServiceError) {
        self.dataset = dataset.name
        self.version = version.number
        self.aliases = aliases.filter { $0.version == version.number }.map(\.name)
        origin = version.provenance.origin
        parent = version.provenance.parent
        job = version.job?.rawValue
        dataRevision = version.watermark.revision
        data = version.provenance.extent.map { extent in
            Extent(
                series: extent.series, observations: extent.observations,
                firstTime: extent.firstTime.map { TimeValue($0, on: dataset.timeAxis) },
                lastTime: extent.lastTime.map { TimeValue($0, on: dataset.timeAxis) })
        }
        codeVersion = version.provenance.codeVersion
        createdAt = RFC3339.string(microseconds: version.createdAt.microseconds)
        do throws(ServiceError) {
            metadata = try ModelMetadata(of: version)
            if case .object(let members) = try JSONValue(parsing: version.metadata) {
                configuration = members["configuration"]
                calibration = members["calibration"]
            }
        } catch {
            // One version that is spoilt must not hide the others of a list.
            problem = error.message
        }
        verdicts = metadata?.evaluation.verdicts ?? []
        self.promotions = promotions.filter { $0.version == version.number }.map {
            Promotion(verdict: $0.verdict, at: RFC3339.string(microseconds: $0.at.microseconds))
        }
        var later: [LaterEvaluation] = []
        for evaluation in evaluations ?? [] {
            later.append(
                LaterEvaluation(
                    job: evaluation.job.rawValue, dataRevision: evaluation.watermark.revision,
                    at: RFC3339.string(microseconds: evaluation.at.microseconds),
                    report: try JSONValue(parsing: evaluation.report)))
        }
        self.evaluations = evaluations == nil ? nil : later
    }
}

extension ModelMetadata {
    /// What people are shown of a stored version.
    init(of version: ModelVersion) throws(ServiceError) {
        do {
            self = try JSONDecoder().decode(ModelMetadata.self, from: Data(version.metadata.utf8))
        } catch {
            throw .forecast(.corruptModel(detail: "its metadata is not what docs/formats/model.md says"))
        }
    }
}
