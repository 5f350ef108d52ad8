import Foundation
import HTTPTypes
import Hummingbird
import LodeService
import NIOCore

extension Request {
    /// The body's bytes; throws ``RequestFault`` where it is of another type or longer than `limit`.
    func bytes(ofType type: String, limit: Int) async throws -> [UInt8] {
        let given = headers[.contentType].map { String($0.prefix { $0 != ";" }) }
        guard given?.trimmingCharacters(in: .whitespaces).lowercased() == type else {
            throw RequestFault.mediaTypeUnsupported(expected: type)
        }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw RequestFault.bodyTooLarge(limit: limit)
        }
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else { throw RequestFault.bodyTooLarge(limit: limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// The body as a JSON object of the given type.
    func json<Value: Decodable>(_ type: Value.Type, limit: Int) async throws -> Value {
        try JSONText.decode(type, from: Data(try await bytes(ofType: "application/json", limit: limit)))
    }

    /// The query parameters; throws ``RequestFault`` for one that is not among `known`.
    func query(known: Set<String>) throws(RequestFault) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in uri.queryParameters {
            guard known.contains(String(name)) else {
                let names = known.sorted().joined(separator: ", ")
                throw .queryInvalid(
                    parameter: String(name), expected: known.isEmpty ? "no parameters here" : "one of \(names)")
            }
            values[String(name)] = String(value)
        }
        return values
    }
}

extension [String: String] {
    /// A query parameter that is a whole number, or `fallback` where it is not given.
    func wholeNumber(_ name: String, default fallback: Int) throws(RequestFault) -> Int {
        guard let text = self[name] else { return fallback }
        guard let number = Int(text) else { throw .queryInvalid(parameter: name, expected: "a whole number") }
        return number
    }
}
