/// The database key of an `Entity`; identifiers of different entities do not mix.
public struct Identifier<Entity>: Hashable, Sendable, RawRepresentable, Comparable {
    /// The key as stored, positive.
    public let rawValue: Int64

    /// Wraps a stored key.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Orders by key, which is the order of creation.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.rawValue < rhs.rawValue
    }
}

extension Identifier: Codable {
    /// Reads the bare number.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Writes the bare number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension Identifier: CustomStringConvertible {
    /// The bare number.
    public var description: String { String(rawValue) }
}
