import Foundation
import LodeDomain

/// The JSON in the columns `progress`, `failures` and `metrics`; docs/formats/database.md gives its fields.
enum JobJSON {
    /// One element of `failures`.
    private struct Failure: Codable {
        var attempt: Int
        /// Microseconds since 1970, as in the columns.
        var at: Int64
        var code: String
        var message: String
    }

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

    static func encodeFailure(_ failure: JobFailure) throws -> String {
        try encode(
            Failure(
                attempt: failure.attempt, at: failure.at.microseconds, code: failure.code,
                message: failure.message))
    }

    static func decodeFailures(_ text: String) throws -> [JobFailure] {
        // Most jobs never fail.
        guard text != "[]" else { return [] }
        return try decode([Failure].self, text).map {
            JobFailure(
                attempt: $0.attempt, at: Timestamp(microseconds: $0.at), code: $0.code, message: $0.message)
        }
    }
}
