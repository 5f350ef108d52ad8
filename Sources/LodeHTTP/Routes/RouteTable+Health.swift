import Hummingbird
import LodeService

extension RouteTable {
    /// `/livez`: the process runs. `/readyz`: it can serve.
    mutating func addHealth(_ services: APIServices) {
        on(.get, "/livez") { _, _ in try .json(["status": "alive"]) }
        on(.get, "/readyz") { _, _ in
            try await services.checkReadiness()
            return try .json(["status": "ready"])
        }
    }
}
