import Hummingbird
import LodeService

extension RouteTable {
    /// Whether the process runs (`/livez`), and whether it can serve (`/readyz`).
    mutating func addHealth(_ services: APIServices) {
        on(.get, "/livez") { _, _ in try .json(["status": "alive"]) }
        on(.get, "/readyz") { _, _ in
            try await services.checkReadiness()
            return try .json(["status": "ready"])
        }
    }
}
