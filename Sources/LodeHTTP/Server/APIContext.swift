import Foundation
import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import Logging

/// What travels with a request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in the log and in its answer.
    let requestID = RequestID().description
    /// The token that was shown; nil where none is needed.
    var holder: AccessToken?
    /// The body, unpacked, where the route declares one.
    var body: [UInt8] = []
    /// Given back when nobody works with the body any more.
    var bodyLoan: BodyBudget.Loan?

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        // Hummingbird's own identifier lives in the logger alone, where a handler without metadata would lose it.
        logger[metadataKey: "hb.request.id"] = nil
        logger[metadataKey: "request"] = .string(requestID)
    }

    /// A path parameter, percent-decoded.
    func parameter(_ name: String) throws(RequestFault) -> String {
        guard let raw = parameters.get(name), let decoded = raw.removingPercentEncoding else { throw .pathInvalid }
        return decoded
    }

    /// The body as a JSON object of the given type.
    func json<Value: Decodable & Sendable>(_ type: Value.Type) async throws -> Value {
        let body = body
        guard body.count > Self.mostBytesReadAtOnce else { return try JSONText.decode(type, from: Data(body)) }
        return try await BlockingWork.run {
            Result { try JSONText.decode(type, from: Data(body)) }
        }.get()
    }

    /// To read a larger body keeps a core busy for longer than others should wait.
    private static let mostBytesReadAtOnce = 1 << 15

    /// Throws ``RequestFault/scopeMissing(_:token:)`` where the token shown does not permit it: for what depends on the body.
    func require(_ scope: AccessScope) throws(RequestFault) {
        guard let holder, !holder.permits(scope) else { return }
        throw .scopeMissing(scope, token: holder.name)
    }
}
