import Foundation
public import LodeDomain

/// A model version outside a database: a JSON document and a safetensors file; docs/formats/model-package.md.
public struct ModelPackage: Hashable, Sendable {
    /// What this build writes and reads.
    public static let format = "lode-model-1"
    /// The name of the document's file.
    public static let documentName = "model.json"
    /// The name of the weights' file.
    public static let weightsName = "weights.safetensors"

    /// The JSON document.
    public struct Document: Hashable, Sendable, Codable {
        /// ``ModelPackage/format``.
        public var format: String
        /// The dataset it was exported from.
        public var dataset: String
        /// Its number there.
        public var version: Int
        /// How the dataset counts time.
        public var timeAxis: TimeAxisDescription
        /// When it was published there, in RFC 3339.
        public var createdAt: String
        /// The dataset's change counter when it was read.
        public var dataRevision: Int64
        /// Where it comes from.
        public var provenance: ModelProvenance
        /// How many bytes the weights' file has.
        public var weightsBytes: Int
        /// The metadata, as docs/formats/model.md says.
        public var metadata: JSONValue
    }

    /// The JSON document.
    public var document: Document
    /// The weights, a safetensors file.
    public var weights: [UInt8]

    /// A package.
    public init(document: Document, weights: [UInt8]) {
        self.document = document
        self.weights = weights
    }
}

extension ModelPackage.Document {
    /// Reads the document of a package; throws ``ServiceError/packageRefused(_:)``.
    public init(parsing bytes: [UInt8]) throws(ServiceError) {
        struct Header: Decodable { var format: String }
        do {
            let header = try JSONDecoder().decode(Header.self, from: Data(bytes))
            guard header.format == ModelPackage.format else {
                throw ServiceError.packageRefused(
                    "its format is “\(header.format)”; this build reads “\(ModelPackage.format)”")
            }
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch let error as ServiceError {
            throw error
        } catch let error as DecodingError {
            throw .packageRefused("\(ModelPackage.documentName): \(ServiceError(error).message)")
        } catch {
            throw .packageRefused("\(ModelPackage.documentName) is not JSON")
        }
    }
}
