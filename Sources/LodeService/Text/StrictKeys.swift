/// A key of any name.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// Refuses an object with a key that is not known, since a mistyped setting must not be ignored silently.
    package func refuseKeys<Key: CodingKey & CaseIterable>(besides known: Key.Type) throws {
        let names = known.allCases.map(\.stringValue)
        let container = try container(keyedBy: AnyKey.self)
        for key in container.allKeys where !names.contains(key.stringValue) {
            let hint = NearestName.of(key.stringValue, among: names).map { "; did you mean “\($0)”?" } ?? ""
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container,
                debugDescription: "one of the known keys (\(names.sorted().joined(separator: ", ")))\(hint)")
        }
    }
}
