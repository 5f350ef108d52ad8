import HTTPTypes
import Hummingbird

/// Collects routes, so that a known path with another method is answered by 405 and not by 404.
struct RouteTable {
    typealias Action = @Sendable (Request, APIContext) async throws -> Response

    private var actions: [String: [HTTPRequest.Method: Action]] = [:]

    /// Adds a route; a segment in braces is a parameter.
    mutating func on(_ method: HTTPRequest.Method, _ path: String, use action: @escaping Action) {
        actions[path, default: [:]][method] = action
    }

    /// Registers all routes.
    func install(in router: Router<APIContext>) {
        for (path, byMethod) in actions {
            let allowed = Set(byMethod.keys.map(\.rawValue) + (byMethod[.get] == nil ? [] : ["HEAD"])).sorted()
            for (method, action) in byMethod {
                router.on(RouterPath(path), method: method) { try await action($0, $1) }
            }
            if let get = byMethod[.get] {
                router.on(RouterPath(path), method: .head) { try await get($0, $1).createHeadResponse() }
            }
            for method in [HTTPRequest.Method.get, .put, .post, .patch, .delete, .options]
            where byMethod[method] == nil {
                router.on(RouterPath(path), method: method) { (_, _) -> Response in
                    throw RequestFault.methodNotAllowed(allowed: allowed)
                }
            }
        }
    }
}
