import Foundation
import HTTPTypes
import Hummingbird

extension Request {
    /// The query parameters, which the route has declared.
    var query: [String: String] {
        Dictionary(uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { $1 })
    }

    /// The media type without parameters, in lower case.
    var mediaType: String? {
        headers[.contentType].map { type in
            String(type.prefix { $0 != ";" }).trimmingCharacters(in: .whitespaces).lowercased()
        }
    }

    /// What the client calls the request, so that it has its effect once.
    var idempotencyKey: String? { HTTPField.Name("idempotency-key").flatMap { headers[$0] } }
}

extension [String: String] {
    /// A query parameter that is a whole number, or `fallback` where it is not given.
    func wholeNumber(_ name: String, default fallback: Int) throws(RequestFault) -> Int {
        guard let text = self[name] else { return fallback }
        guard let number = Int(text) else { throw .queryInvalid(parameter: name, expected: "a whole number") }
        return number
    }

    /// A query parameter that is true or false; false where it is not given.
    func flag(_ name: String) throws(RequestFault) -> Bool {
        switch self[name] {
        case nil, "false": false
        case "true", "": true
        default: throw .queryInvalid(parameter: name, expected: "true or false")
        }
    }
}
