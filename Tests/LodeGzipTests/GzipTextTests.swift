import Foundation
import LodeGzip
import Testing

/// The streams were written by zlib 1.3 through Python's `zlib` and `gzip`, one for each kind of block.
@Suite struct GzipTextTests {
    private static let dynamicBlock = """
        H4sIAAAAAAACAx2QSw7CMAxE9z1LFsRufsepUCQqlS4oII6P36xmZDvzHF/ztc8rvffnTPfHdp7zSN/t+MxlS7f0S7fQHJpDLXQN9dARulKvYUoY\
        K2FqGKfSGGWmh6k8GmE6KZlYx5Br9LKSG47sZjjSZUh3vSS+qkb+gJgBuOIgNPY1CJk5A1HoGojBagZiBWsghn4GY9UcjKEujKI8GB0DooJ1EMbG\
        DqLTdRBFBwJhLOAgOodwEBWY60pKAZFVE4L1XIy6/AGOpkOPmQEAAA==
        """
    private static let storedBlock = "H4sIAAAAAAAEAwEMAPP/c3RvcmVkIGJsb2NrlKMkPQwAAAA="
    private static let fixedBlock = "H4sIAAAAAAACA0vLrEhNUUhDIpPzU1KLAU7U7pgXAAAA"

    private func bytes(_ base64: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: base64)))
    }

    @Test func `stored, fixed and dynamic blocks decompress`() throws {
        #expect(try GzipText.unpacked(bytes(Self.storedBlock), limit: 12) == Array("stored block".utf8))
        #expect(try GzipText.unpacked(bytes(Self.fixedBlock), limit: 100) == Array("fixed fixed fixed codes".utf8))
        let rows = (0..<40).map { "a,\($0),x,\($0 * $0 % 97)\n" }.joined()
        #expect(
            try GzipText.unpacked(bytes(Self.dynamicBlock), limit: 10_000)
                == Array("series,time,channel,value\n\(rows)".utf8))
    }

    @Test func `members follow each other`() throws {
        let both = try bytes(Self.storedBlock) + bytes(Self.fixedBlock)
        #expect(try GzipText.unpacked(both, limit: 100) == Array("stored blockfixed fixed fixed codes".utf8))
    }

    @Test func `every inverted byte of the body is noticed`() throws {
        let whole = try bytes(Self.dynamicBlock)
        for index in 10..<whole.count {
            var damaged = whole
            damaged[index] ^= 0xFF
            #expect(throws: GzipText.Fault.damaged) { try GzipText.unpacked(damaged, limit: 10_000) }
        }
    }

    @Test func `every truncation is noticed`() throws {
        let whole = try bytes(Self.dynamicBlock)
        for count in 0..<whole.count {
            #expect(throws: GzipText.Fault.damaged) { try GzipText.unpacked(Array(whole[..<count]), limit: 10_000) }
        }
    }

    @Test func `more than the limit is refused, over all members together`() throws {
        let one = try bytes(Self.storedBlock)
        #expect(throws: GzipText.Fault.tooLarge(limit: 11)) { try GzipText.unpacked(one, limit: 11) }
        #expect(throws: GzipText.Fault.tooLarge(limit: 23)) { try GzipText.unpacked(one + one, limit: 23) }
        #expect(try GzipText.unpacked(one + one, limit: 24).count == 24)
    }

    @Test func `zeros behind the last member are padding, anything else is damage`() throws {
        let one = try bytes(Self.storedBlock)
        #expect(try GzipText.unpacked(one + [0, 0, 0], limit: 100) == Array("stored block".utf8))
        #expect(throws: GzipText.Fault.damaged) { try GzipText.unpacked(one + [7], limit: 100) }
    }
}
