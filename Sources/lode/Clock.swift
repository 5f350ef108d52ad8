import Dispatch
import Foundation
import LodeDomain

/// The clocks of the machine, read nowhere else.
enum Clock {
    /// The wall clock; one beyond ``range`` stands at its end.
    static let now: Now = {
        let microseconds = (Date().timeIntervalSince1970 * 1e6).rounded()
        return Timestamp(microseconds: Int64(min(max(microseconds, range.lowerBound), range.upperBound)))
    }

    /// Some 146,000 years before and after 1970, in microseconds: half of what 64 bits hold, so that any delay may be added.
    private static let range = -0x1p62...0x1p62

    /// Throws where the machine's clock says what cannot be reckoned with.
    static func check() throws(SettingsError) {
        let seconds = Date().timeIntervalSince1970
        guard range.contains(seconds * 1e6) else { throw .clockUnusable(years: seconds / 31_556_952) }
    }
    /// Nanoseconds of a monotonic clock.
    static let uptime: @Sendable () -> UInt64 = { DispatchTime.now().uptimeNanoseconds }
}
