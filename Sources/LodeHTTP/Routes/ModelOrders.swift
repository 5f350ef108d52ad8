import Foundation
import LodeDomain
import LodeService

/// Where an alias is to point, who wants it and why.
struct AliasOrder: Decodable, Sendable {
    /// Who is noted where a request names nobody: the daemon asks nobody for a name.
    static let anybody = "http"

    var version: SentVersion?
    var by: String?
    var reason: String?

    var author: String { by ?? Self.anybody }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case version, by, reason
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decodeIfPresent(SentVersion.self, forKey: .version)
        by = try container.decodeIfPresent(String.self, forKey: .by)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
    }
}

/// A version as a request names it: `3`, `"candidate"`, `"latest"`, or `"co2@3"`.
struct SentVersion: Decodable, Sendable {
    private var text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            text = String(try container.decode(Int.self))
        } catch DecodingError.typeMismatch {
            text = try container.decode(String.self)
        }
    }

    /// The version of `dataset`; throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for another one's.
    func reference(of dataset: String) throws(ServiceError) -> ModelReference {
        guard text.contains("@") else {
            return ModelReference(dataset: dataset, selector: try ModelReference.Selector(parsing: text))
        }
        let reference = try ModelReference(parsing: text)
        guard reference.dataset == dataset else {
            throw .invalidRequest(
                pointer: "/version", value: "“\(text)”",
                expected: "a version of “\(dataset)”: an alias points at versions of its own model")
        }
        return reference
    }
}

/// How many of the newest versions without an alias stay.
struct PruneOrder: Decodable, Sendable {
    var keep: Int

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case keep
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        keep = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .keep)
    }
}

/// A model package in one JSON object, its weights in base64.
struct SentPackage: Decodable, Sendable {
    var package: ModelPackage

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case document, weights
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let document = try container.decode(ModelPackage.Document.self, forKey: .document)
        guard document.format == ModelPackage.format else {
            throw ServiceError.packageRefused(
                "its format is “\(document.format)”; this build reads “\(ModelPackage.format)”")
        }
        package = ModelPackage(document: document, weights: Array(try container.decode(Data.self, forKey: .weights)))
    }
}

/// When a calibrated version takes over an alias, and how many old ones stay.
struct CalibrationOrder: Decodable, Sendable {
    var promote: PromotionRule?
    var keepVersions: Int?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case promote, keepVersions
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        promote = try container.decodeIfPresent(SentPromotionRule.self, forKey: .promote)?.rule
        keepVersions = try container.decodeIfPresent(Int.self, forKey: .keepVersions)
    }
}
