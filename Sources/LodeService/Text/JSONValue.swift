import Foundation

/// Any JSON value, for what is passed through without being looked into.
public enum JSONValue: Hashable, Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A whole number that fits.
    case integer(Int64)
    /// A whole number above the range of `Int64`.
    case unsigned(UInt64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object([String: JSONValue])

    /// Reads a JSON text, such as a job's arguments.
    public init(parsing text: String) throws(ServiceError) {
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            throw .unreadable(what: "A stored JSON text", detail: "\(error)")
        }
    }
}

extension JSONValue: Codable {
    /// How deep values may be nested.
    static let mostLevels = 64

    /// Reads any value.
    public init(from decoder: any Decoder) throws {
        // Reading a value costs as much as the cube of its depth: at 500 levels a core for seconds.
        guard decoder.codingPath.count <= Self.mostLevels else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: Array(decoder.codingPath.prefix(2)),
                    debugDescription: "a value of at most \(Self.mostLevels) levels, one within the other"))
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
            return
        }
        // Only a mismatch of kinds is tried around: asking for an integer where a fraction stands fails otherwise.
        let readers: [() throws -> JSONValue] = [
            { .bool(try container.decode(Bool.self)) }, { .string(try container.decode(String.self)) },
            { try Self.number(from: container) }, { .array(try container.decode([JSONValue].self)) },
        ]
        for reader in readers {
            do {
                self = try reader()
                return
            } catch DecodingError.typeMismatch {
                continue
            }
        }
        self = .object(try container.decode([String: JSONValue].self))
    }

    /// A whole number keeps all its digits, also beyond 2⁵³.
    private static func number(from container: any SingleValueDecodingContainer) throws -> JSONValue {
        let number = try container.decode(Double.self)
        guard number.rounded() == number else { return .number(number) }
        if number >= -0x1p63, number < 0x1p63 { return .integer(try container.decode(Int64.self)) }
        guard number >= 0, number <= 0x1p64 else { return .number(number) }
        do {
            return .unsigned(try container.decode(UInt64.self))
        } catch {
            // 2⁶⁴ itself, which as a `Double` is not told from the largest integer.
            return .number(number)
        }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
