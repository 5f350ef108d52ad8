import Foundation
import FoundationNetworking
import LodeService
import Testing

/// Holds replies against the OpenAPI document of the daemon that gave them.
///
/// A reader of the document of its own: what the daemon made the document with has no part in it.
struct OpenAPICheck: Sendable {
    /// An operation of the document.
    struct Operation: Sendable {
        var method: String
        var path: String
        var members: [String: JSONValue]

        func responses() -> [String: JSONValue] { members["responses"]?.members ?? [:] }

        /// The schema of its JSON body.
        var bodySchema: JSONValue? {
            members["requestBody"]?.members?["content"]?.members?["application/json"]?.members?["schema"]
        }

        /// The scope that it needs; nil where anybody may ask.
        var scope: String? {
            members["security"]?.elements?.compactMap { $0.members?["token"]?.elements?.first?.text }.first
        }

        /// Whether a path that was asked for is one of this operation's.
        func matches(_ segments: [Substring]) -> Bool {
            let own = path.split(separator: "/")
            return own.count == segments.count && zip(own, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
    }

    let operations: [Operation]
    let schemas: [String: JSONValue]

    /// The document is the same for every daemon of this build, and takes a while to read: the first one's serves all tests.
    private actor First {
        static let shared = First()
        private var reading: Task<OpenAPICheck, any Error>?

        func document(at port: Int) async throws -> OpenAPICheck {
            if let reading { return try await reading.value }
            let task = Task {
                let url = try #require(URL(string: "http://127.0.0.1:\(port)/openapi.json"))
                let (data, _) = try await URLSession.shared.data(from: url)
                return try OpenAPICheck(JSONValue(parsing: String(decoding: data, as: UTF8.self)))
            }
            reading = task
            return try await task.value
        }
    }

    static func served(at port: Int) async throws -> OpenAPICheck {
        try await First.shared.document(at: port)
    }

    init(_ document: JSONValue) throws {
        let root = try #require(document.members)
        schemas = try #require(root["components"]?.members?["schemas"]?.members)
        operations = try #require(root["paths"]?.members).flatMap { path, methods in
            (methods.members ?? [:]).map { method, operation in
                Operation(method: method.uppercased(), path: path, members: operation.members ?? [:])
            }
        }
    }

    /// The operation that a request is for, the one with the fewest parameters in its path.
    func operation(_ method: String, _ path: String) -> Operation? {
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        let wanted = method == "HEAD" ? "GET" : method
        return operations.filter { $0.method == wanted && $0.matches(segments) }
            .min { $0.path.filter { $0 == "{" }.count < $1.path.filter { $0 == "{" }.count }
    }

    /// Records an issue where the document does not tell of a reply such as this.
    func check(_ method: String, _ path: String, _ response: HTTPURLResponse, _ data: Data) {
        let place = "\(method) \(path): \(response.statusCode)"
        guard let operation = operation(method, path) else {
            // What no route is for is told so.
            #expect([404, 405].contains(response.statusCode), "\(place)")
            return
        }
        // A path parameter may hold what is not of its kind, and then the path is unknown.
        guard let answer = operation.responses()["\(response.statusCode)"] else {
            Issue.record("\(place) is not in the document")
            return
        }
        guard !data.isEmpty else { return }
        let type = "\(response.value(forHTTPHeaderField: "content-type") ?? "")".prefix { $0 != ";" }
        guard let content = answer.members?["content"]?.members?[String(type)]?.members else {
            Issue.record("\(place) of type \(type) is not in the document")
            return
        }
        guard type == "application/json" || type.hasSuffix("+json"), let schema = content["schema"] else { return }
        do {
            let value = try JSONValue(parsing: String(decoding: data, as: UTF8.self))
            let faults = faults(of: value, by: schema, at: "")
            #expect(faults.isEmpty, "\(place)")
        } catch {
            Issue.record("\(place) is not JSON: \(error)")
        }
    }

    /// The schema that a reference means.
    func resolved(_ schema: JSONValue) -> [String: JSONValue] {
        let members = schema.members ?? [:]
        guard let name = members["$ref"]?.text?.split(separator: "/").last else { return members }
        return resolved(schemas[String(name)] ?? .null)
    }

    /// What is wrong with a value.
    func faults(of value: JSONValue, by schema: JSONValue, at place: String) -> [String] {
        let schema = resolved(schema)
        if let choices = schema["anyOf"]?.elements {
            let found = choices.map { faults(of: value, by: $0, at: place) }
            return found.contains { $0.isEmpty } ? [] : found.first ?? []
        }
        let types = schema["type"]?.elements?.compactMap(\.text) ?? schema["type"]?.text.map { [$0] } ?? []
        guard types.isEmpty || !Set(types).isDisjoint(with: value.schemaTypes) else {
            return ["\(place): \(value) is not \(types)"]
        }
        if let words = schema["enum"]?.elements, !words.contains(value) {
            return ["\(place): \(value) is not of \(words)"]
        }
        switch value {
        case .array(let elements):
            guard let item = schema["items"] else { return [] }
            return elements.enumerated().flatMap { faults(of: $1, by: item, at: "\(place)/\($0)") }
        case .object(let members):
            let properties = schema["properties"]?.members ?? [:]
            var faults = (schema["required"]?.elements ?? []).compactMap(\.text).filter { members[$0] == nil }
                .map { "\(place)/\($0): missing" }
            for (name, member) in members {
                if let property = properties[name] {
                    faults += self.faults(of: member, by: property, at: "\(place)/\(name)")
                } else if schema["additionalProperties"] == .bool(false) {
                    faults.append("\(place)/\(name): not in the document")
                } else if let other = schema["additionalProperties"], other.members != nil {
                    faults += self.faults(of: member, by: other, at: "\(place)/\(name)")
                }
            }
            return faults
        default: return []
        }
    }
}

extension JSONValue {
    /// An object's members.
    var members: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The types of JSON Schema that it is of.
    fileprivate var schemaTypes: Set<String> {
        switch self {
        case .null: ["null"]
        case .bool: ["boolean"]
        case .integer, .unsigned: ["integer", "number"]
        case .number: ["number"]
        case .string: ["string"]
        case .array: ["array"]
        case .object: ["object"]
        }
    }
}
