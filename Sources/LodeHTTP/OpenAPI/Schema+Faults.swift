import LodeService

/// A place in a body that is not as its schema has it.
struct SchemaFault: Hashable, Sendable {
    /// A JSON pointer (RFC 6901); empty for the whole body.
    var pointer: String
    /// What is expected there.
    var expected: String
}

extension Schema {
    /// Everything in `value` that is not as this schema has it, in the order of the places; at most `limit`.
    func faults(in value: JSONValue, limit: Int = 20) -> [SchemaFault] {
        var faults: [SchemaFault] = []
        check(value, at: "", &faults, limit)
        return faults
    }

    private func check(_ value: JSONValue, at pointer: String, _ faults: inout [SchemaFault], _ limit: Int) {
        guard faults.count < limit else { return }
        if let schema = target { return schema.check(value, at: pointer, &faults, limit) }
        if case .array(let choices)? = keywords["anyOf"] {
            return Self.check(choices.compactMap(Schema.init(json:)), value, at: pointer, &faults, limit)
        }
        guard types.isEmpty || types.contains(where: { Self.has(value, type: $0) }) else {
            let words = types.map { Self.words[$0] ?? $0 }.joined(separator: " or ")
            return faults.append(SchemaFault(pointer: pointer, expected: words))
        }
        if case .array(let words)? = keywords["enum"], !words.contains(value) {
            let names = words.compactMap { if case .string(let word) = $0 { word } else { nil } }
            return faults.append(
                SchemaFault(pointer: pointer, expected: "one of \(names.joined(separator: ", "))"))
        }
        switch value {
        case .object(let members): checkMembers(members, at: pointer, &faults, limit)
        case .array(let elements):
            checkSize(elements.count, "Items", "entries", at: pointer, &faults)
            guard let item = keywords["items"].flatMap(Schema.init(json:)) else { return }
            for (index, element) in elements.enumerated() {
                item.check(element, at: "\(pointer)/\(index)", &faults, limit)
            }
        case .string(let text): checkSize(text.unicodeScalars.count, "Length", "characters", at: pointer, &faults)
        case .integer(let number): checkRange(Double(number), at: pointer, &faults)
        case .unsigned(let number): checkRange(Double(number), at: pointer, &faults)
        case .number(let number): checkRange(number, at: pointer, &faults)
        case .null, .bool: break
        }
    }

    private func checkMembers(
        _ members: [String: JSONValue], at pointer: String, _ faults: inout [SchemaFault], _ limit: Int
    ) {
        var properties: [String: JSONValue] = [:]
        if case .object(let known)? = keywords["properties"] { properties = known }
        if case .array(let required)? = keywords["required"] {
            for case .string(let name) in required where members[name] == nil {
                faults.append(
                    SchemaFault(pointer: "\(pointer)/\(Self.escaped(name))", expected: "a value, but it is missing"))
            }
        }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            let place = "\(pointer)/\(Self.escaped(name))"
            if let schema = properties[name].flatMap(Schema.init(json:)) {
                schema.check(member, at: place, &faults, limit)
            } else if keywords["additionalProperties"] == .bool(false), faults.count < limit {
                let known = properties.keys.sorted()
                let hint = NearestName.of(name, among: known).map { "; did you mean “\($0)”?" } ?? ""
                faults.append(
                    SchemaFault(
                        pointer: place,
                        expected: "one of the known keys (\(known.joined(separator: ", ")))\(hint)"))
            } else if let schema = keywords["additionalProperties"].flatMap(Schema.init(json:)) {
                schema.check(member, at: place, &faults, limit)
            }
        }
    }

    /// Of several schemas one must hold; the faults told are those of the one that comes closest.
    private static func check(
        _ choices: [Schema], _ value: JSONValue, at pointer: String, _ faults: inout [SchemaFault], _ limit: Int
    ) {
        var best: [SchemaFault]?
        for choice in choices {
            var found: [SchemaFault] = []
            choice.check(value, at: pointer, &found, limit)
            if found.isEmpty { return }
            // What is of the right type is meant, even where much is wrong within.
            let isMeant = found.contains { $0.pointer != pointer }
            if best == nil || isMeant { best = found }
        }
        faults += best ?? []
    }

    private func checkSize(
        _ count: Int, _ what: String, _ unit: String, at pointer: String, _ faults: inout [SchemaFault]
    ) {
        let (least, most) = (bound("min" + what), bound("max" + what))
        guard Double(count) < least ?? 0 || Double(count) > most ?? .infinity else { return }
        let range = most.map { "\(Int(least ?? 0)) to \(Int($0))" } ?? "at least \(Int(least ?? 0))"
        faults.append(SchemaFault(pointer: pointer, expected: "\(range) \(unit), not \(count)"))
    }

    private func checkRange(_ number: Double, at pointer: String, _ faults: inout [SchemaFault]) {
        func text(_ bound: Double) -> String { Int(exactly: bound).map { "\($0)" } ?? "\(bound)" }
        if let least = bound("minimum"), number < least {
            faults.append(SchemaFault(pointer: pointer, expected: "a number from \(text(least))"))
        } else if let most = bound("maximum"), number > most {
            faults.append(SchemaFault(pointer: pointer, expected: "a number up to \(text(most))"))
        } else if let least = bound("exclusiveMinimum"), number <= least {
            faults.append(SchemaFault(pointer: pointer, expected: "a number above \(text(least))"))
        } else if let most = bound("exclusiveMaximum"), number >= most {
            faults.append(SchemaFault(pointer: pointer, expected: "a number below \(text(most))"))
        }
    }

    private func bound(_ keyword: String) -> Double? {
        switch keywords[keyword] {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    private init?(json: JSONValue) {
        guard case .object(let keywords) = json else { return nil }
        self.init(keywords)
    }

    private var target: Schema? {
        guard case .string(let reference)? = keywords["$ref"] else { return nil }
        return Schema.components[String(reference.split(separator: "/").last ?? "")]
    }

    private var types: [String] {
        switch keywords["type"] {
        case .string(let type): [type]
        case .array(let types): types.compactMap { if case .string(let type) = $0 { type } else { nil } }
        default: []
        }
    }

    private static func has(_ value: JSONValue, type: String) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .integer, .unsigned: type == "integer" || type == "number"
        case .number(let number): type == "number" || type == "integer" && number.rounded() == number
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }

    private static let words = [
        "null": "null", "boolean": "true or false", "integer": "a whole number", "number": "a number",
        "string": "a string", "array": "an array", "object": "an object",
    ]

    private static func escaped(_ name: String) -> String {
        name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
