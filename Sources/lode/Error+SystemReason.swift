import Foundation
import Glibc

extension Error {
    /// Why something failed: in the system's words where it gave a number, for Foundation's own leave that out.
    var systemReason: String {
        if let cause = (self as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError {
            return String(cString: strerror(cause.code.rawValue))
        }
        let text = localizedDescription
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
