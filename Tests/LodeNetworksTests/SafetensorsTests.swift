import LodeNetworks
import Testing

@Suite struct SafetensorsTests {
    private let file = Safetensors(
        tensors: [
            "a.weights": .init(shape: [2, 3], values: [1, 2, 3, -4, .infinity, 6]),
            "empty": .init(shape: [0], values: []),
            "b": .init(shape: [], values: [0.1]),
        ], metadata: ["format": "test", "note": "ünïcode / \"quoted\""])

    @Test func `decoding what was encoded gives the same content and the same bytes`() throws {
        let bytes = try file.encoded()
        let decoded = try Safetensors(decoding: bytes)
        #expect(decoded == file)
        #expect(try decoded.encoded() == bytes)
    }

    @Test func `the bytes are those of the published format`() throws {
        let bytes = try Safetensors(tensors: ["x": .init(shape: [1], values: [1])]).encoded()
        let header = #"{"x":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(bytes == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 0x80, 0x3F])
    }

    @Test func `every truncation is refused`() throws {
        let bytes = try file.encoded()
        for length in 0..<bytes.count {
            #expect(throws: SafetensorsError.self) { try Safetensors(decoding: Array(bytes[0..<length])) }
        }
    }

    @Test(arguments: [
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        #"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"x":3}"#,
        "[",
    ])
    func `a header that lies is refused`(header: String) {
        let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0]
        #expect(throws: SafetensorsError.self) { try Safetensors(decoding: bytes) }
    }
}
