import Foundation
import HTTPTypes
import Hummingbird

/// Names the contents of an answer, so that a client that has them need not be sent them again (RFC 9110, section 8.8.3).
enum EntityTag {
    /// FNV-1a of 64 bits: no secret depends on it, and two states of one resource meet once in 2⁶⁴.
    static func text(of bytes: some Sequence<UInt8>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return "\"" + String(hash, radix: 16) + "\""
    }

    /// The answer, or 304 without a body where the client says that it has it; only what is read has a tag.
    static func answer(_ response: Response, to request: Request) -> Response {
        var response = response
        guard request.method == .get || request.method == .head else {
            response.headers[.eTag] = nil
            return response
        }
        guard let tag = response.headers[.eTag] else { return response }
        response.headers[.cacheControl] = "no-cache"
        guard let wanted = request.headers[.ifNoneMatch] else { return response }
        let tags = wanted.split(separator: ",").map { element in
            let text = element.trimmingCharacters(in: .whitespaces)
            return text.hasPrefix("W/") ? String(text.dropFirst(2)) : text
        }
        guard tags.contains(tag) || tags.contains("*") else { return response }
        // With the other headers: a client puts them in the place of those it kept, the policy of a page too.
        var headers = response.headers
        headers[.contentType] = nil
        return Response(status: .notModified, headers: headers)
    }
}
