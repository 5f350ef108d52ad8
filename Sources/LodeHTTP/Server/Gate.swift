import Foundation
import HTTPTypes
import Hummingbird
import LodeDomain
import LodeGzip
import LodeService
import Logging
import NIOCore
import NIOHTTP1

/// What every request passes before the action of its route: who asks, with what in the query, with which body, for how long.
struct Gate: Sendable {
    /// Nil where nobody needs a token.
    let tokens: TokenGuard?
    let limits: DaemonLimits
    let bodies: BodyBudget
    let deadline: Deadline

    func answer(_ request: Request, _ context: APIContext, by route: RouteTable.Route) async throws -> Response {
        let operation = route.operation
        var context = context
        do {
            context.holder = try await holder(of: request, for: operation)
            try operation.check(request)
            if let body = operation.body {
                let loan = BodyBudget.Loan(bodies)
                context.bodyLoan = loan
                context.body = try await read(body, of: request, loan)
            }
            return EntityTag.answer(try await act(request, context, by: route), to: request)
        } catch  where operation.failures == .influx {
            let answer = InfluxError(error)
            if answer.status >= 500 {
                context.logger.error("write failed", metadata: ["error": .string("\(error)")])
            }
            return try answer.response()
        } catch ServiceError.invalidRequest(let pointer, let value, let expected) {
            throw InvalidBody(
                first: .invalidRequest(pointer: pointer, value: value, expected: expected),
                others: operation.faults(in: context.body, besides: pointer))
        }
    }

    private func act(
        _ request: Request, _ context: APIContext, by route: RouteTable.Route
    ) async throws -> Response {
        if route.operation.isEndless { return try await route.action(request, context) }
        let action = route.action
        return try await deadline.run { try await action(request, context) }
    }

    // MARK: - Who asks

    /// The token that the request shows; nil where none is needed.
    private func holder(of request: Request, for operation: Operation) async throws -> AccessToken? {
        guard let tokens, case .scope(let scope) = operation.access else { return nil }
        guard let text = Credentials.token(in: request, isInflux: operation.failures == .influx) else {
            throw RequestFault.tokenMissing
        }
        guard let token = try await tokens.token(text) else { throw RequestFault.tokenUnknown }
        guard tokens.isValid(token) else { throw RequestFault.tokenOver(token.name) }
        guard token.permits(scope) else { throw RequestFault.scopeMissing(scope, token: token.name) }
        return token
    }

    // MARK: - The body

    /// The body's bytes, unpacked where it is gzip; no longer than the limit either way.
    private func read(
        _ body: Operation.Body, of request: Request, _ loan: BodyBudget.Loan
    ) async throws -> [UInt8] {
        if let types = body.mediaTypes {
            guard let given = request.mediaType, types.contains(given) else {
                throw RequestFault.mediaTypeUnsupported(expected: types)
            }
        }
        let encoding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard ["identity", "gzip", "x-gzip"].contains(encoding) else {
            throw RequestFault.encodingUnsupported(encoding)
        }
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= limits.bodyBytes else { throw RequestFault.bodyTooLarge(limit: limits.bodyBytes) }
        var bytes: [UInt8] = []
        do {
            for try await part in request.body {
                guard bytes.count + part.readableBytes <= limits.bodyBytes else {
                    throw RequestFault.bodyTooLarge(limit: limits.bodyBytes)
                }
                try loan.take(part.readableBytes)
                // Never more than is there by now: what a header promises takes no memory.
                part.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
            }
        } catch is HTTPParserError {
            throw RequestFault.bodyBroken
        }
        guard encoding != "identity" else { return bytes }
        return try await unpacked(bytes, loan)
    }

    private func unpacked(_ packed: [UInt8], _ loan: BodyBudget.Loan) async throws -> [UInt8] {
        let limit = limits.bodyBytes
        // Before it is known how much comes out, all that may.
        try loan.take(limit)
        let bytes = try await BlockingWork.run { () -> Result<[UInt8], RequestFault> in
            do throws(GzipText.Fault) {
                return .success(try GzipText.unpacked(packed, limit: limit))
            } catch {
                switch error {
                case .tooLarge: return .failure(.bodyTooLarge(limit: limit))
                case .damaged: return .failure(.gzipDamaged)
                }
            }
        }.get()
        loan.giveBack(limit - bytes.count)
        return bytes
    }
}

/// A body or query at fault, with everything else that is wrong with it.
struct InvalidBody: Error {
    var first: ServiceError
    var others: [SchemaFault]
}

extension Operation {
    /// Larger bodies have their first fault told alone: to look all of one through takes long.
    private static let mostBytesLookedThrough = 1 << 16

    /// Throws ``RequestFault`` for a query parameter that is not declared, missing, or named twice.
    fileprivate func check(_ request: Request) throws(RequestFault) {
        guard let query, request.uri.query != nil || query.contains(where: \.isRequired) else { return }
        var seen: Set<String> = []
        for (name, _) in request.uri.queryParameters {
            let name = String(name)
            guard query.contains(where: { $0.name == name }) else {
                let names = query.map(\.name).sorted().joined(separator: ", ")
                throw .queryInvalid(parameter: name, expected: query.isEmpty ? "no parameters here" : "one of \(names)")
            }
            guard seen.insert(name).inserted else { throw .queryInvalid(parameter: name, expected: "it once") }
        }
        for parameter in query where parameter.isRequired && !seen.contains(parameter.name) {
            throw .queryInvalid(parameter: parameter.name, expected: "a value, but it is missing")
        }
    }

    /// What else is wrong with a body of which one place is known.
    fileprivate func faults(in bytes: [UInt8], besides pointer: String) -> [SchemaFault] {
        guard case .json(let schema)? = body, bytes.count <= Self.mostBytesLookedThrough else { return [] }
        do {
            let value = try JSONText.decode(JSONValue.self, from: Data(bytes))
            return schema.faults(in: value).filter { $0.pointer != pointer && !($0.pointer.isEmpty && pointer == "/") }
        } catch {
            // It was JSON enough to find the first fault; more cannot be said of it.
            return []
        }
    }
}
