import Foundation
import LodeGzip
import LodeTestSupport
import Testing

/// Packed texts with anything wrong in them.
@Suite struct GzipFuzzTests {
    /// The streams of ``GzipTextTests``, and two members with padding.
    private static let streams = [
        "H4sIAAAAAAAEAwEMAPP/c3RvcmVkIGJsb2NrlKMkPQwAAAA=", "H4sIAAAAAAACA0vLrEhNUUhDIpPzU1KLAU7U7pgXAAAA",
        "H4sIAAAAAAACA0vLrEhNUUhDIpPzU1KLAU7U7pgXAAAAH4sIAAAAAAAEAwEMAPP/c3RvcmVkIGJsb2NrlKMkPQwAAAAAAAA=",
    ]

    private static func unpacked(_ packed: [UInt8], cuts: [Int], limit: Int) throws(GzipText.Fault) -> [UInt8] {
        var output: [UInt8] = []
        let stream = try GzipStream()
        do {
            for (start, end) in zip([0] + cuts, cuts + [packed.count]) {
                try stream.append(Array(packed[start..<end])) { part in
                    guard output.count + part.count <= limit else { throw GzipText.Fault.tooLarge(limit: limit) }
                    output += part
                }
            }
            try stream.finish()
        } catch {
            throw error as? GzipText.Fault ?? .damaged
        }
        return output
    }

    @Test func `wherever a stream is cut it unpacks to the same, and never to more than the limit`() throws {
        let documents = try Self.streams.map { Array(try #require(Data(base64Encoded: $0))) }
        let words = ["\u{1F}", "\u{8}", "\0\0\0\0", "\u{1}\u{C}\0"]
        let limit = 4096
        let fault = try FuzzCampaign("gzip", standard: 5000).run(documents, words: words) { packed, random in
            let cuts = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                Int.random(in: 0...packed.count, using: &random)
            }.sorted()
            let whole = Result { () throws(GzipText.Fault) in try GzipText.unpacked(packed, limit: limit) }
            let pieces = Result { () throws(GzipText.Fault) in try Self.unpacked(packed, cuts: cuts, limit: limit) }
            guard whole == pieces else { return "whole \(whole), cut at \(cuts) \(pieces)" }
            if case .success(let text) = whole, text.count > limit { return "\(text.count) bytes" }
            return nil
        }
        #expect(fault == nil)
    }
}
