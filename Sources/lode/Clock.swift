import Dispatch
import Foundation
import LodeDomain

/// The clocks of the machine, read nowhere else.
enum Clock {
    /// The wall clock.
    static let now: Now = { Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1e6).rounded())) }
    /// Nanoseconds of a monotonic clock.
    static let uptime: @Sendable () -> UInt64 = { DispatchTime.now().uptimeNanoseconds }
}
