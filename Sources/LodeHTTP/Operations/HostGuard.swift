import HTTPTypes
import Hummingbird

/// Answers only requests that were meant for this server, and marks its answers as its own.
///
/// A page in a browser can make a name of its own resolve to this machine ("DNS rebinding") and would then read answers; the
/// header `Host` gives it away, and `Origin` gives away a page that sends across sites.
struct HostGuard: RouterMiddleware {
    typealias Context = APIContext

    /// The names by which a machine speaks to itself.
    static let loopback: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    /// The names that are this server's; nil where every name may be, because each request shows a token, which no page of
    /// another site has.
    let hosts: Set<String>?

    init(hosts: [String], requiresTokens: Bool) {
        self.hosts =
            hosts.isEmpty && requiresTokens ? nil : Self.loopback.union(hosts.map { $0.lowercased() })
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        // The first field “host” is the authority; a second one is left among the others.
        guard !request.headers.contains(where: { $0.name.canonicalName == "host" }),
            request.head.authority?.isEmpty != true
        else { throw RequestFault.hostFieldInvalid }
        let authority = request.head.authority.map(Self.host)
        if let authority, hosts?.contains(authority) == false { throw RequestFault.hostUnknown(authority) }
        if let origin = request.headers[.origin], origin != "null" || !request.method.isSafe {
            let sender = origin.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first
                .map { Self.host(of: String($0)) }
            guard let sender, hosts?.contains(sender) ?? (sender == authority) else {
                throw RequestFault.originForeign(origin)
            }
        }
        var response = try await next(request, context)
        for (name, value) in Self.headers where response.headers[name] == nil { response.headers[name] = value }
        return response
    }

    private static let headers: [(HTTPField.Name, String)] = [
        (.xContentTypeOptions, "nosniff"), (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
    ]

    /// `host:port` without the port.
    private static func host(of authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("[") { return text.prefix { $0 != "]" } + "]" }
        return String(text.prefix { $0 != ":" })
    }
}

extension HTTPRequest.Method {
    /// Whether it only reads.
    fileprivate var isSafe: Bool { self == .get || self == .head || self == .options }
}
