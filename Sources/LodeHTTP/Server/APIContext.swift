import Foundation
import Hummingbird

/// What travels with a request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// A path parameter, percent-decoded.
    func parameter(_ name: String) throws(RequestFault) -> String {
        guard let raw = parameters.get(name), let decoded = raw.removingPercentEncoding else { throw .pathInvalid }
        return decoded
    }
}
