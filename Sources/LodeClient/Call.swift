import AsyncHTTPClient
import Foundation
import LodeService
import NIOCore

/// A request to a daemon.
struct Call {
    /// What is done to what the path names.
    enum Method: String {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    var method: Method
    /// The segments of the path, not yet encoded.
    var path: [String]
    /// The query parameters; nil values are left out.
    var query: [(name: String, value: String?)] = []
    var type: String?
    var body: HTTPClientRequest.Body?

    init(_ method: Method, _ path: String..., query: [(name: String, value: String?)] = []) {
        self.method = method
        self.path = path
        self.query = query
    }

    /// The same with a value as its body.
    func sending(_ value: some Encodable) throws(ServiceError) -> Call {
        sending(.bytes(ByteBuffer(bytes: try JSONText.bytes(value))), type: "application/json")
    }

    /// The same with that body.
    func sending(_ body: HTTPClientRequest.Body, type: String) -> Call {
        var call = self
        call.type = type
        call.body = body
        return call
    }

    /// Path and query as they are sent.
    var target: String {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
        return path.map { "/" + Self.encoded($0) }.joined() + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// Everything but the unreserved characters of RFC 3986 in percent-encoding.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            isUnreserved(byte) ? String(UnicodeScalar(byte)) : "%" + String(format: "%02X", byte)
        }.joined()
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
