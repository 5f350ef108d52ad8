import Hummingbird
import LodeService

extension RouteTable {
    /// Whether the process runs (`/livez`), and whether it can serve (`/readyz`), all or one model.
    mutating func addHealth(_ services: APIServices) {
        on(.get, "/livez", Operation(.open, "Says that the process runs", .json(.object(["status": .string])))) {
            _, _ in
            try .json(["status": "alive"])
        }
        on(
            .get, "/readyz",
            Operation(.open, "Says whether it can serve", .json(.object(["status": .string])), problems: [507])
        ) { _, _ in
            try await services.checkReadiness()
            return try .json(["status": "ready"])
        }
        on(
            .get, "/readyz/{model}",
            Operation(
                .read, "Says whether a model can answer, or why not",
                .json(.object(["status": .string, "model": .string, "version": .integer])), problems: [409])
        ) { _, context in
            let reference = try ModelReference(parsing: context.parameter("model"))
            let version = try await services.prediction.load(reference)
            return try .json(ModelReadiness(model: reference.description, version: version))
        }
    }
}

private struct ModelReadiness: Encodable {
    var status = "ready"
    var model: String
    /// The number of the version that answers.
    var version: Int
}
