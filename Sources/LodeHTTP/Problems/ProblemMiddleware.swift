import Foundation
import HTTPTypes
import Hummingbird
import LodeService
import Logging
import NIOCore

/// Turns every error into a problem document, gives every response the request's id, and logs each request.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = APIContext

    /// The monotonic clock, for how long a request took.
    let uptime: @Sendable () -> UInt64
    /// The methods of the routes that a path may be one of.
    let methods: @Sendable (_ path: String) -> [String]
    let failures: RepeatedLog

    init(uptime: @escaping @Sendable () -> UInt64, methods: @escaping @Sendable (_ path: String) -> [String]) {
        self.uptime = uptime
        self.methods = methods
        failures = RepeatedLog(uptime: uptime)
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = uptime()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = try self.response(to: known(error, request), context)
        }
        if let name = HTTPField.Name("x-request-id") { response.headers[name] = context.requestID }
        context.logger.info(
            "request",
            metadata: [
                "method": .string(request.method.rawValue), "path": .string(request.uri.path),
                "status": .stringConvertible(response.status.code),
                "milliseconds": .stringConvertible(Double(uptime() - start) / 1e6),
            ])
        return response
    }

    /// A path that is known, but not with that method, is told from one that is not.
    private func known(_ error: any Error, _ request: Request) -> any Error {
        guard let error = error as? HTTPError, error.status == .notFound else { return error }
        let allowed = methods(request.uri.path)
        return allowed.isEmpty ? RequestFault.pathUnknown : RequestFault.methodNotAllowed(allowed: allowed)
    }

    private func response(to error: any Error, _ context: Context) throws -> Response {
        var headers = HTTPFields()
        let problem = self.problem(of: error, context)
        if let fault = error as? RequestFault {
            if case .methodNotAllowed(let allowed) = fault { headers[.allow] = allowed.joined(separator: ", ") }
            headers[.wwwAuthenticate] = fault.challenge
        }
        if let seconds = RetryDelay.seconds(status: problem.status) { headers[.retryAfter] = "\(seconds)" }
        headers[.contentType] = "application/problem+json"
        let body = try JSONText.bytes(problem)
        return Response(
            status: HTTPResponse.Status(code: problem.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private func problem(of error: any Error, _ context: Context) -> Problem {
        switch error {
        case let error as ServiceError:
            let problem = Problem(error, requestID: context.requestID)
            if problem.status >= 500 { log(problem.code, error.message, context) }
            return problem
        case let invalid as InvalidBody:
            return Problem(invalid.first, others: invalid.others, requestID: context.requestID)
        case let fault as RequestFault: return Problem(fault, requestID: context.requestID)
        case let error as HTTPError where error.status.code < 500:
            return Problem(
                .badRequest, detail: error.body ?? error.status.reasonPhrase, requestID: context.requestID)
        default:
            log("unexpected", "\(error)", context)
            return .unexpected(requestID: context.requestID)
        }
    }

    private func log(_ code: String, _ detail: String, _ context: Context) {
        failures.log(
            context.logger, .error, "request failed", key: "\(code) \(context.endpointPath ?? "")", error: detail)
    }
}
