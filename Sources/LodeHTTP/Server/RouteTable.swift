import HTTPTypes
import Hummingbird
import LodeService
import Logging

/// Collects routes, each with what it declares of itself.
struct RouteTable {
    typealias Action = @Sendable (Request, APIContext) async throws -> Response

    /// A route.
    struct Route: Sendable {
        var method: HTTPRequest.Method
        /// A segment in braces is a parameter.
        var path: String
        var operation: Operation
        var action: Action

        /// The names of the path's parameters, in order.
        var parameters: [String] {
            path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        }

        /// Whether its answers are named, so that a client can ask whether they have changed.
        var isTagged: Bool {
            method == .get && operation.answers.contains { $0.status == 200 && $0.content["application/json"] != nil }
        }

        /// Whether a path, of which these are the segments, is this route's.
        func matches(_ segments: [Substring]) -> Bool {
            let own = path.split(separator: "/")
            return own.count == segments.count && zip(own, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }

        /// A name of its own, made of method and path.
        var name: String {
            method.rawValue.lowercased()
                + path.replacing("{", with: "").replacing("}", with: "").replacing("/", with: "-")
        }
    }

    private(set) var routes: [Route] = []

    /// Adds a route with what it declares of itself.
    mutating func on(
        _ method: HTTPRequest.Method, _ path: String, _ operation: Operation, use action: @escaping Action
    ) {
        routes.append(Route(method: method, path: path, operation: operation, action: action))
    }

    /// Registers all routes behind `gate`.
    func install(in router: Router<APIContext>, behind gate: Gate) {
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { try await gate.answer($0, $1, by: route) }
            guard route.method == .get else { continue }
            router.on(RouterPath(route.path), method: .head) {
                try await gate.answer($0, $1, by: route).createHeadResponse()
            }
        }
    }

    /// The methods of the routes that a path may be one of; empty where it is no route's.
    func methods(at path: String) -> [String] {
        let segments = path.split(separator: "/")
        let methods = routes.filter { $0.matches(segments) }.flatMap { route in
            route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue]
        }
        return Set(methods).sorted()
    }
}
