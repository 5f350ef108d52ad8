import Foundation
import HTTPTypes
import Hummingbird
import LodeService
import NIOCore

extension RouteTable {
    /// The Open Inference Protocol, version 2, for clients of KServe and Triton.
    mutating func addOpenInference(_ services: APIServices, bodyLimit: Int) {
        on(.get, "/v2") { _, _ in
            try .json(ServerDescription())
        }
        on(.get, "/v2/health/live") { _, _ in try .json(["live": true]) }
        on(.get, "/v2/health/ready") { _, _ in
            try await services.checkReadiness()
            return try .json(["ready": true])
        }
        for path in ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"] {
            on(.get, path) { _, context in
                let reference = try Self.inferenceModel(context)
                // A version that cannot be read is refused with its problem.
                try await services.prediction.load(reference)
                let version = try await services.catalog.modelVersion(reference)
                let model = try await services.models.describe(dataset: reference.dataset)
                return try .json(
                    OpenInference.ModelDescription(
                        name: reference.dataset, versions: model.versions.map(\.version).sorted(),
                        channels: version.metadata?.channels.count ?? 0))
            }
            on(.get, path + "/ready") { _, context in
                let reference = try Self.inferenceModel(context)
                try await services.prediction.load(reference)
                return try .json(["ready": true])
            }
            on(.post, path + "/infer") { request, context in
                let reference = try Self.inferenceModel(context)
                let sent = try await request.json(OpenInference.Request.self, limit: bodyLimit)
                let question = try sent.question(model: reference.description, version: nil)
                let answer = try await services.prediction.predict(question)
                var headers = HTTPFields()
                headers[.contentType] = "application/json"
                return Response(
                    status: .ok, headers: headers,
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: try sent.answer(answer))))
            }
        }
    }

    private static func inferenceModel(_ context: APIContext) throws -> ModelReference {
        let model = try context.parameter("model")
        guard context.parameters.get("version") != nil else { return try ModelReference(parsing: model, number: nil) }
        return ModelReference(
            dataset: model, selector: try ModelReference.Selector(parsing: context.parameter("version")))
    }
}

/// What this server says of itself.
private struct ServerDescription: Encodable {
    var name = "lode"
    var version = "1"
    var extensions: [String] = []
}
