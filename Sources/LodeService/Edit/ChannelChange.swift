public import LodeDomain

/// What a channel measures, as a request says it.
public struct ChannelChange: Hashable, Sendable, Codable {
    /// The unit of its values.
    public var unit: String?
    /// What its values are to a model; `measured` without it.
    public var kind: ChannelKind

    /// A change.
    public init(unit: String?, kind: ChannelKind) {
        self.unit = unit
        self.kind = kind
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case unit, kind
    }

    /// Reads a change; an unknown key is refused.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        unit = try container.decodeIfPresent(String.self, forKey: .unit)
        let word = try container.decodeIfPresent(String.self, forKey: .kind) ?? ChannelKind.measured.rawValue
        guard let kind = ChannelKind(rawValue: word) else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "measured or input")
        }
        self.kind = kind
    }
}
