import Foundation
import LodeExperiments
import Testing

/// The streams were written by zlib 1.3 through Python's `zlib` and `gzip`, one for each kind of block.
@Suite struct GzipFileTests {
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
        #expect(try GzipFile.decompress(bytes(Self.storedBlock)) == Array("stored block".utf8))
        #expect(try GzipFile.decompress(bytes(Self.fixedBlock)) == Array("fixed fixed fixed codes".utf8))
        let rows = (0..<40).map { "a,\($0),x,\($0 * $0 % 97)\n" }.joined()
        #expect(
            try GzipFile.decompress(bytes(Self.dynamicBlock)) == Array("series,time,channel,value\n\(rows)".utf8))
    }

    @Test func `members follow each other`() throws {
        let both = try bytes(Self.storedBlock) + bytes(Self.fixedBlock)
        #expect(try GzipFile.decompress(both) == Array("stored blockfixed fixed fixed codes".utf8))
    }

    @Test func `every inverted byte of the body is noticed`() throws {
        let whole = try bytes(Self.dynamicBlock)
        for index in 10..<whole.count {
            var damaged = whole
            damaged[index] ^= 0xFF
            #expect(throws: GzipFile.Failure.self) { try GzipFile.decompress(damaged) }
        }
    }

    @Test func `every truncation is noticed`() throws {
        let whole = try bytes(Self.dynamicBlock)
        for count in 0..<whole.count {
            #expect(throws: GzipFile.Failure.self) { try GzipFile.decompress(Array(whole[..<count])) }
        }
    }
}
