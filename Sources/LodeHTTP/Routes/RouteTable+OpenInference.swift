import HTTPTypes
import Hummingbird
import LodeService
import NIOCore

extension RouteTable {
    /// The Open Inference Protocol, version 2, for clients of KServe and Triton.
    mutating func addOpenInference(_ services: APIServices, places: WorkPlaces) {
        on(.get, "/v2", Operation(.open, "Says what this server is", .json(.reference("InferenceServer")))) { _, _ in
            try .json(ServerDescription())
        }
        on(
            .get, "/v2/health/live",
            Operation(.open, "Says that the process runs", .json(.object(["live": .boolean])))
        ) { _, _ in try .json(["live": true]) }
        on(
            .get, "/v2/health/ready",
            Operation(.open, "Says whether it can serve", .json(.object(["ready": .boolean])), problems: [507])
        ) { _, _ in
            try await services.checkReadiness()
            return try .json(["ready": true])
        }
        for path in ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"] {
            on(
                .get, path,
                Operation(
                    .read, "Shows a model and its tensors", .json(.reference("InferenceModel")), problems: [409])
            ) { _, context in
                let reference = try Self.inferenceModel(context)
                // A version that cannot be read is refused with its problem.
                _ = try await services.prediction.load(reference)
                let version = try await services.catalog.modelVersion(reference)
                let model = try await services.models.describe(dataset: reference.dataset)
                return try .json(
                    OpenInference.ModelDescription(
                        name: reference.dataset, versions: model.versions.map(\.version).sorted(),
                        channels: version.metadata?.channels.count ?? 0))
            }
            on(
                .get, path + "/ready",
                Operation(
                    .read, "Says whether a model can answer", .json(.object(["ready": .boolean])), problems: [409])
            ) { _, context in
                let reference = try Self.inferenceModel(context)
                _ = try await services.prediction.load(reference)
                return try .json(["ready": true])
            }
            on(
                .post, path + "/infer",
                Operation(
                    .read, "Answers a question in tensors", body: .json(.reference("InferenceOrder")),
                    .json(.reference("InferenceAnswer")), problems: [409])
            ) { _, context in
                let reference = try Self.inferenceModel(context)
                let sent = try await context.json(OpenInference.Request.self)
                let question = try sent.question(model: reference.description, version: nil)
                let answer = try await places.run { try await services.prediction.predict(question) }
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
