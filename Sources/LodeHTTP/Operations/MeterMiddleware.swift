import HTTPTypes
import Hummingbird

/// Counts and times requests.
struct MeterMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let meter: Meter
    /// The monotonic clock, in nanoseconds.
    let uptime: @Sendable () -> UInt64

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = uptime()
        meter.add(1, to: Metric.inFlight.name)
        defer { meter.add(-1, to: Metric.inFlight.name) }
        let response = try await next(request, context)
        let route = context.endpointPath ?? "unknown"
        meter.observe(Double(uptime() - start) / 1e9, in: Metric.duration.name, ["route", route])
        meter.add(
            1, to: Metric.requests.name,
            [
                "method", Self.known.contains(request.method) ? request.method.rawValue : "other", "route", route,
                "status",
                "\(response.status.code)",
            ])
        return response
    }

    private static let known: Set<HTTPRequest.Method> = [.get, .head, .put, .post, .patch, .delete, .options]
}
