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
    /// Reads any value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
            return
        }
        let readers: [() throws -> JSONValue] = [
            { .bool(try container.decode(Bool.self)) }, { .integer(try container.decode(Int64.self)) },
            { .unsigned(try container.decode(UInt64.self)) }, { .number(try container.decode(Double.self)) },
            { .string(try container.decode(String.self)) }, { .array(try container.decode([JSONValue].self)) },
        ]
        for reader in readers {
            do {
                self = try reader()
                return
            } catch DecodingError.typeMismatch, DecodingError.dataCorrupted {
                continue
            }
        }
        self = .object(try container.decode([String: JSONValue].self))
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
