import LodeService

/// A JSON Schema (2020-12), as the OpenAPI document has it: what a body may be.
struct Schema: Hashable, Sendable {
    /// The keywords.
    private(set) var keywords: [String: JSONValue]

    init(_ keywords: [String: JSONValue]) {
        self.keywords = keywords
    }

    /// Any value at all.
    static let any = Schema([:])
    static let string = typed("string")
    static let boolean = typed("boolean")
    static let number = typed("number")
    /// A time on the axis of a dataset: a number, or a date-time in RFC 3339.
    static let time = reference("Time")
    /// A number that may be `NaN` or infinite, which JSON has only as texts.
    static let figure = Schema(["type": .array([.string("number"), .string("string")])])
    /// A moment of the system itself, in RFC 3339.
    static let moment = Schema(["type": .string("string"), "format": .string("date-time")])
    static let integer = Schema(["type": .string("integer"), "format": .string("int64")])

    private static func typed(_ name: String) -> Schema { Schema(["type": .string(name)]) }

    /// A whole number in a range.
    static func integer(_ range: ClosedRange<Int>) -> Schema {
        Schema([
            "type": .string("integer"), "minimum": .integer(Int64(range.lowerBound)),
            "maximum": .integer(Int64(range.upperBound)),
        ])
    }

    /// A string of so many characters.
    static func string(_ lengths: ClosedRange<Int>, pattern: String? = nil) -> Schema {
        var keywords: [String: JSONValue] = [
            "type": .string("string"), "minLength": .integer(Int64(lengths.lowerBound)),
            "maxLength": .integer(Int64(lengths.upperBound)),
        ]
        if let pattern { keywords["pattern"] = .string(pattern) }
        return Schema(keywords)
    }

    /// One of some words.
    static func word(_ words: [String]) -> Schema {
        Schema(["type": .string("string"), "enum": .array(words.map { .string($0) })])
    }

    static func word<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> Schema {
        word(type.allCases.map(\.rawValue))
    }

    static func list(of item: Schema, counts: ClosedRange<Int>? = nil) -> Schema {
        var keywords: [String: JSONValue] = ["type": .string("array"), "items": item.json]
        if let counts {
            keywords["minItems"] = .integer(Int64(counts.lowerBound))
            keywords["maxItems"] = .integer(Int64(counts.upperBound))
        }
        return Schema(keywords)
    }

    /// An object whose keys are names that somebody chose.
    static func map(to value: Schema) -> Schema {
        Schema(["type": .string("object"), "additionalProperties": value.json])
    }

    /// An object with these members and no others.
    static func object(_ required: [String: Schema], optional: [String: Schema] = [:]) -> Schema {
        var members = required.mapValues(\.json)
        members.merge(optional.mapValues(\.json)) { $1 }
        var keywords: [String: JSONValue] = [
            "type": .string("object"), "properties": .object(members), "additionalProperties": .bool(false),
        ]
        if !required.isEmpty { keywords["required"] = .array(required.keys.sorted().map { .string($0) }) }
        return Schema(keywords)
    }

    /// An object of a request: what is optional may be null too.
    static func order(_ required: [String: Schema] = [:], optional: [String: Schema] = [:]) -> Schema {
        object(required, optional: optional.mapValues(\.orNull))
    }

    static func either(_ schemas: [Schema]) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))]) }

    /// The schema of that name in ``Schema/components``.
    static func reference(_ name: String) -> Schema { Schema(["$ref": .string("#/components/schemas/" + name)]) }

    /// This, or null.
    var orNull: Schema {
        guard keywords["enum"] == nil, keywords["$ref"] == nil, keywords["anyOf"] == nil else {
            return .either([self, Schema(["type": .string("null")])])
        }
        switch keywords["type"] {
        case .string(let type): return adding(["type": .array([.string(type), .string("null")])])
        case .array(let types): return adding(["type": .array(types + [.string("null")])])
        default: return self
        }
    }

    func adding(_ more: [String: JSONValue]) -> Schema { Schema(keywords.merging(more) { $1 }) }

    func described(_ text: String) -> Schema { adding(["description": .string(text)]) }

    var json: JSONValue { .object(keywords) }
}
