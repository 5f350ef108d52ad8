import Foundation
import Hummingbird
import Logging

/// What travels with a request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in the log and in its answer.
    let requestID = RequestID().description

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
}
