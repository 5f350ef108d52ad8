public import LodeDomain

/// A dataset's way to count time, as it is written on the wire.
public struct TimeAxisDescription: Hashable, Sendable, Codable {
    /// The two kinds.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// Plain numbers.
        case numeric
        /// RFC 3339 date-times.
        case dateTime
    }

    /// Numbers or date-times.
    public var kind: Kind
    /// The unit of the numbers, if it was told.
    public var unit: String?

    /// The description of an axis.
    public init(_ axis: TimeAxis) {
        switch axis {
        case .numeric(let unit): (kind, self.unit) = (.numeric, unit)
        case .dateTime: (kind, unit) = (.dateTime, nil)
        }
    }

    /// The axis described.
    public var axis: TimeAxis {
        switch kind {
        case .numeric: .numeric(unit: unit)
        case .dateTime: .dateTime
        }
    }
}
