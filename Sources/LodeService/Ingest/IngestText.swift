public import Foundation

/// A text to take in: bytes in memory, or a file that is mapped into it.
public struct IngestText: Sendable {
    private enum Storage: Sendable {
        case bytes([UInt8])
        case data(Data)
    }

    private let storage: Storage

    /// A text in memory.
    public init(_ bytes: [UInt8]) {
        storage = .bytes(bytes)
    }

    /// A text in memory or of a mapped file, which must not change while it is read.
    public init(_ data: Data) {
        storage = .data(data)
    }

    /// How many bytes it has.
    public var count: Int {
        switch storage {
        case .bytes(let bytes): bytes.count
        case .data(let data): data.count
        }
    }

    /// A part of the bytes.
    package func bytes(_ range: Range<Int>) -> [UInt8] {
        switch storage {
        case .bytes(let bytes): Array(bytes[range])
        case .data(let data): Array(data[(data.startIndex + range.lowerBound)..<(data.startIndex + range.upperBound)])
        }
    }

    /// Hands the bytes to `body`.
    func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .bytes(let bytes): try body(bytes.span)
        case .data(let data): try body(data.span)
        }
    }

    /// Tells texts apart, as the fingerprint of a request does: 128 bits of a multiplicative hash.
    ///
    /// Not against an adversary, who could only harm their own request.
    var fingerprint: String {
        withSpan { bytes in
            var first: UInt64 = 0x9E37_79B9_7F4A_7C15
            var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F ^ UInt64(bytes.count)
            var index = 0
            while index < bytes.count {
                var word: UInt64 = 0
                for offset in 0..<min(8, bytes.count - index) { word = word << 8 | UInt64(bytes[index + offset]) }
                first = (first ^ word) &* 0xFF51_AFD7_ED55_8CCD
                first ^= first >> 32
                second = (second &+ word) &* 0x9FB2_1C65_1E98_DF25
                second ^= second >> 29
                index += 8
            }
            return String(first, radix: 16) + "-" + String(second, radix: 16)
        }
    }
}
