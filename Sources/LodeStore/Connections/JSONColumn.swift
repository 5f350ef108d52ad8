import Foundation
import LodeDomain

/// JSON in TEXT columns; docs/formats/database.md gives the fields.
enum JSONColumn {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A diverged loss is a figure too.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw StoreError.corrupt(detail: "a JSON column does not hold a \(type)")
        }
    }

    /// Tags; most rows have none.
    static func decode(_ type: [String].Type, _ text: String) throws -> [String] {
        text == "[]" ? [] : try decode([String]?.self, text) ?? []
    }
}
