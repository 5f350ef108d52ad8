import LodeNetworks
import LodeTestSupport
import Testing

/// Files of arrays with anything wrong in them.
@Suite struct SafetensorsFuzzTests {
    private static let file = Safetensors(
        tensors: [
            "a.weights": .init(shape: [2, 3], values: [1, 2, 3, -4, .infinity, 6]),
            "empty": .init(shape: [0], values: []),
            "b": .init(shape: [], values: [0.1]), "c": .init(shape: [5], values: [1, 2, 3, 4, 5]),
        ], metadata: ["format": "test", "note": "ünïcode / \"quoted\""])

    private static let words = [
        "\"dtype\":\"F32\"", "\"shape\":[", "\"data_offsets\":[0,4]", "\"__metadata__\":{", "[4611686018427387904,4]",
        "[0]", "[-1]", "F64",
        ",", "{", "}", "\0\0\0\0\0\0\0\0", "\u{7F}",
    ]

    @Test func `a file is read or refused, takes no more than its bytes, and comes back as it was read`() throws {
        let documents = [try Self.file.encoded(), try Safetensors(tensors: [:]).encoded()]
        let fault = try FuzzCampaign("safetensors", standard: 5000).run(documents, words: Self.words) { bytes, _ in
            guard let file = try? Safetensors(decoding: bytes) else { return nil }
            let count = file.tensors.values.reduce(0) { $0 + $1.values.count }
            guard count * 4 <= bytes.count else { return "\(count) numbers of \(bytes.count) bytes" }
            // By bits: numbers may be none.
            let again = try Safetensors(decoding: try file.encoded())
            return try again.encoded() == file.encoded() ? nil : "written and read it is another"
        }
        #expect(fault == nil)
    }

    @Test func `arrays that share bytes are refused`() throws {
        let header = (0..<1000).map { #""t\#($0)":{"dtype":"F32","shape":[256],"data_offsets":[0,1024]}"# }.joined(
            separator: ",")
        let json = Array("{\(header)}".utf8)
        let bytes =
            withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
            + [UInt8](repeating: 0, count: 1024)
        #expect(throws: SafetensorsError.self) { try Safetensors(decoding: bytes) }
    }
}
