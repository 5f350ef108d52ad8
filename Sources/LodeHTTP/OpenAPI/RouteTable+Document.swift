import Hummingbird
import LodeService

extension RouteTable {
    /// `/openapi.json`: what all routes declare of themselves, this one included.
    mutating func addDocument(version: String) {
        let path = "/openapi.json"
        let operation = Operation(.open, "Describes all routes", .json(.anyObject))
        let described =
            routes + [Route(method: .get, path: path, operation: operation) { _, _ in Response(status: .ok) }]
        let document = OpenAPIDocument.json(of: described, version: version)
        on(.get, path, operation) { _, _ in try .json(document) }
    }
}
