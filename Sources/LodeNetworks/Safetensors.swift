internal import Foundation

/// A file of named arrays in the safetensors format, which Python and Rust read as well.
///
/// Layout: 8 bytes little-endian length of a JSON header, the header, then the arrays' bytes, little-endian, end to
/// end. https://huggingface.co/docs/safetensors, "Format".
public struct Safetensors: Sendable, Hashable {
    /// One array of Float32.
    public struct Tensor: Sendable, Hashable {
        /// The lengths of the axes, slowest first.
        public var shape: [Int]
        /// The elements, the last axis fastest.
        public var values: [Float]

        /// An array; `values` has as many elements as `shape` says.
        public init(shape: [Int], values: [Float]) {
            precondition(shape.reduce(1, *) == values.count, "\(values.count) values for the shape \(shape)")
            self.shape = shape
            self.values = values
        }
    }

    /// The arrays by name.
    public var tensors: [String: Tensor]
    /// Free text by key.
    public var metadata: [String: String]

    /// A file's content.
    public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    private struct Entry: Codable {
        var dtype: String
        var shape: [Int]
        var dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype
            case shape
            case dataOffsets = "data_offsets"
        }
    }

    private static let metadataKey = "__metadata__"

    /// The file's bytes; equal content gives equal bytes.
    public func encoded() throws(SafetensorsError) -> [UInt8] {
        var header: [String: any Encodable] = [:]
        if !metadata.isEmpty { header[Self.metadataKey] = metadata }
        var body: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = body.count
            tensor.values.withUnsafeBytes { body.append(contentsOf: $0) }
            header[name] = Entry(dtype: "F32", shape: tensor.shape, dataOffsets: [start, body.count])
        }
        var json: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            json = Array(try encoder.encode(header.mapValues(AnyEntry.init)))
        } catch {
            throw .unencodable(detail: "\(error)")
        }
        // Spaces keep the arrays aligned to 8 bytes.
        while json.count % 8 != 0 { json.append(0x20) }
        var bytes: [UInt8] = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
        bytes += json
        bytes += body
        return bytes
    }

    /// Reads a file; every offset and length is checked before it is used.
    public init(decoding bytes: [UInt8]) throws(SafetensorsError) {
        guard bytes.count >= 8 else { throw .truncated(needed: 8, found: bytes.count) }
        let headerLength = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard headerLength <= UInt64(bytes.count - 8) else {
            throw .truncated(needed: Int(clamping: headerLength), found: bytes.count - 8)
        }
        let bodyStart = 8 + Int(headerLength)
        let bodyCount = bytes.count - bodyStart
        let entries: [String: HeaderValue]
        do {
            entries = try JSONDecoder().decode([String: HeaderValue].self, from: Data(bytes[8..<bodyStart]))
        } catch {
            throw .malformedHeader(detail: "\(error)")
        }
        tensors = [:]
        metadata = [:]
        // Arrays that share bytes would take more memory than the file has, without limit.
        var unclaimed = bodyCount
        for (name, value) in entries {
            switch value {
            case .metadata(let pairs):
                guard name == Self.metadataKey else { throw .malformedHeader(detail: "\(name) has no offsets") }
                metadata = pairs
            case .entry(let entry):
                guard entry.dtype == "F32" else { throw .unsupportedType(tensor: name, type: entry.dtype) }
                let offsets = entry.dataOffsets
                var count = 1
                for length in entry.shape {
                    let (product, overflow) = count.multipliedReportingOverflow(by: length)
                    guard length >= 0, !overflow else { throw .shapeMismatch(tensor: name) }
                    count = product
                }
                guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= bodyCount,
                    count <= bodyCount / 4, offsets[1] - offsets[0] == count * 4
                else { throw .shapeMismatch(tensor: name) }
                unclaimed -= offsets[1] - offsets[0]
                guard unclaimed >= 0 else { throw .shapeMismatch(tensor: name) }
                let range = bodyStart + offsets[0]..<bodyStart + offsets[1]
                let values = [Float](unsafeUninitializedCapacity: count) { target, initialized in
                    bytes.withUnsafeBytes { source in
                        UnsafeMutableRawBufferPointer(target).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: source[range]))
                    }
                    initialized = count
                }
                tensors[name] = Tensor(shape: entry.shape, values: values)
            }
        }
    }

    /// A header value of either kind.
    private enum HeaderValue: Decodable {
        case entry(Entry)
        case metadata([String: String])

        init(from decoder: any Decoder) throws {
            let keys = try decoder.container(keyedBy: Entry.CodingKeys.self)
            let container = try decoder.singleValueContainer()
            if keys.contains(.dataOffsets) {
                self = .entry(try container.decode(Entry.self))
            } else {
                self = .metadata(try container.decode([String: String].self))
            }
        }
    }

    private struct AnyEntry: Encodable {
        let value: any Encodable

        func encode(to encoder: any Encoder) throws {
            try value.encode(to: encoder)
        }
    }
}

/// Why bytes are not a safetensors file that Lode can use.
public enum SafetensorsError: Error, Hashable, Sendable {
    /// The file ends early.
    case truncated(needed: Int, found: Int)
    /// The header is not the JSON it should be.
    case malformedHeader(detail: String)
    /// Another element type than F32.
    case unsupportedType(tensor: String, type: String)
    /// The shape and the byte range of an array do not fit each other or the file.
    case shapeMismatch(tensor: String)
    /// The content cannot be written.
    case unencodable(detail: String)
}
