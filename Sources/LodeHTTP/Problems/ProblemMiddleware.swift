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

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = uptime()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = try self.response(to: error, context)
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

    private func response(to error: any Error, _ context: Context) throws -> Response {
        var headers = HTTPFields()
        let problem: Problem
        switch error {
        case let error as ServiceError:
            problem = Problem(error, requestID: context.requestID)
            if problem.status >= 500 {
                context.logger.error("request failed", metadata: ["error": .string(error.message)])
            }
        case let fault as RequestFault:
            problem = Problem(fault, requestID: context.requestID)
            if case .methodNotAllowed(let allowed) = fault { headers[.allow] = allowed.joined(separator: ", ") }
        case let error as HTTPError where error.status == .notFound:
            problem = Problem(.pathUnknown, requestID: context.requestID)
        case let error as HTTPError where error.status.code < 500:
            problem = Problem(
                code: RequestProfile.badRequest.code, title: error.status.reasonPhrase, status: error.status.code,
                detail: error.body ?? error.status.reasonPhrase, requestID: context.requestID)
        default:
            problem = .unexpected(requestID: context.requestID)
            context.logger.error("request failed", metadata: ["error": .string("\(error)")])
        }
        if let seconds = RetryDelay.seconds(status: problem.status) { headers[.retryAfter] = "\(seconds)" }
        headers[.contentType] = "application/problem+json"
        let body = try JSONText.bytes(problem)
        return Response(
            status: HTTPResponse.Status(code: problem.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
