public import Foundation

/// JSON as Lode writes it everywhere: keys sorted, slashes plain, so that equal values give equal bytes.
public enum JSONText {
    /// The bytes of a value.
    public static func bytes(_ value: some Encodable, pretty: Bool = false) throws(ServiceError) -> Data {
        let encoder = JSONEncoder()
        // A diverged training run has losses that are no numbers; they must be seen, not break the answer.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch {
            throw .unreadable(what: "An answer", detail: "\(error)")
        }
    }

    /// The text of a value.
    public static func string(_ value: some Encodable, pretty: Bool = false) throws(ServiceError) -> String {
        String(decoding: try bytes(value, pretty: pretty), as: UTF8.self)
    }

    /// Reads a value from a request; what is wrong with it is an ``ServiceError/invalidRequest(pointer:value:expected:)``.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: Data
    ) throws(ServiceError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch let error as ServiceError {
            throw error
        } catch let error as DecodingError {
            throw ServiceError(error)
        } catch {
            throw .unreadable(what: "A request", detail: "\(error)")
        }
    }
}

extension ServiceError {
    /// A decoding error as a fault of the request, with a JSON pointer to the place.
    public init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self = .invalidRequest(
                pointer: Self.pointer(context.codingPath + [key]), value: nil, expected: "a value, but it is missing")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            self = .invalidRequest(
                pointer: Self.pointer(context.codingPath), value: nil, expected: Self.phrase(for: type))
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            let reason = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
            self = .malformedJSON(detail: reason ?? "it cannot be read. Check its quotes, commas and braces.")
        case .dataCorrupted(let context):
            self = .invalidRequest(
                pointer: Self.pointer(context.codingPath), value: nil, expected: context.debugDescription)
        @unknown default:
            self = .invalidRequest(pointer: "/", value: nil, expected: "another JSON object")
        }
    }

    /// RFC 6901.
    private static func pointer(_ path: [any CodingKey]) -> String {
        if path.isEmpty { return "/" }
        return path.map { key in
            let name = key.intValue.map { "\($0)" } ?? key.stringValue
            return "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
        }.joined()
    }

    private static func phrase(for type: any Any.Type) -> String {
        switch type {
        case is Int.Type, is Int64.Type: "a whole number"
        case is UInt64.Type: "a whole number, not negative"
        case is Double.Type, is Float.Type: "a number"
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any (Decodable & Sequence).Type: "an array or object"
        default: "an object"
        }
    }
}
