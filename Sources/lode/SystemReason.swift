import Foundation
import Glibc

extension Error {
    /// Why something failed: in the system's words where it gave a number, for Foundation's own leave that out.
    var systemReason: String {
        var cause: NSError? = self as NSError
        while let error = cause {
            if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
            cause = error.userInfo[NSUnderlyingErrorKey] as? NSError
        }
        let text = localizedDescription
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
