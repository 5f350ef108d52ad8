/// The unit of the timestamps of a text of line protocol.
public enum LineProtocolPrecision: String, Hashable, Sendable, CaseIterable {
    case nanoseconds = "ns"
    case microseconds = "us"
    case milliseconds = "ms"
    case seconds = "s"
    case minutes = "m"
    case hours = "h"

    /// A precision as clients write it; nil for another text.
    public init?(written text: String) {
        switch text {
        case "n", "ns", "1ns": self = .nanoseconds
        case "u", "us", "µ", "µs", "1µs": self = .microseconds
        case "ms", "1ms": self = .milliseconds
        case "s", "1s": self = .seconds
        case "m": self = .minutes
        case "h": self = .hours
        default: return nil
        }
    }

    /// Nanoseconds in a unit.
    package var nanoseconds: Int64 {
        switch self {
        case .nanoseconds: 1
        case .microseconds: 1000
        case .milliseconds: 1_000_000
        case .seconds: 1_000_000_000
        case .minutes: 60_000_000_000
        case .hours: 3_600_000_000_000
        }
    }
}
