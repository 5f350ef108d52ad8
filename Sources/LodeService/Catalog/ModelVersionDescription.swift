import Foundation
public import LodeDomain

/// A model version as it is shown.
public struct ModelVersionDescription: Hashable, Sendable, Encodable {
    /// The dataset it was trained on.
    public var dataset: String
    /// Counts the versions of the dataset, from 1.
    public var version: Int
    /// The job that made it.
    public var job: Int64
    /// The dataset's change counter when it was read.
    public var dataRevision: Int64
    /// When it was published, in RFC 3339.
    public var createdAt: String
    /// What was chosen, and how the model did beside the baselines.
    public var metadata: ModelMetadata
    /// In plain words, how the model compares with the baselines in each regime.
    public var verdicts: [String]

    /// The description of a version.
    public init(_ version: ModelVersion, dataset: String) throws(ServiceError) {
        self.dataset = dataset
        self.version = version.number
        job = version.job.rawValue
        dataRevision = version.watermark.revision
        createdAt = RFC3339.string(microseconds: version.createdAt.microseconds)
        metadata = try ModelMetadata(of: version)
        verdicts = metadata.evaluation.verdicts
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
