/// A moment of wall-clock time: microseconds since 1970-01-01T00:00:00Z.
///
/// Times of the system itself (a lease, a job's start) use this type. Times of observations are `Double` in the
/// unit of their dataset's ``TimeAxis``.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Microseconds since the Unix epoch.
    public var microseconds: Int64

    /// A moment that many microseconds after the Unix epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The earlier moment is the smaller one.
    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        lhs.microseconds < rhs.microseconds
    }

    /// The moment `seconds` after this one, to the microsecond; the last or first moment there is where it would lie beyond.
    public func advanced(bySeconds seconds: Double) -> Timestamp {
        let end: Int64 = seconds > 0 ? .max : .min
        guard let step = Int64(exactly: (seconds * 1e6).rounded()) else { return Timestamp(microseconds: end) }
        let (sum, overflows) = microseconds.addingReportingOverflow(step)
        return Timestamp(microseconds: overflows ? end : sum)
    }

    /// Seconds from `earlier` to this moment; negative if `earlier` is later.
    public func seconds(since earlier: Timestamp) -> Double {
        let (difference, overflows) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return (overflows ? Double(microseconds) - Double(earlier.microseconds) : Double(difference)) / 1e6
    }
}

/// Tells the time; passed in wherever the time matters, so that tests decide it.
public typealias Now = @Sendable () -> Timestamp
