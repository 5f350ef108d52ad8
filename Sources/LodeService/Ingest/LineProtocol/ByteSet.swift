/// A set of bytes, asked with a look-up.
struct ByteSet: Sendable {
    private let low: (UInt64, UInt64)
    private let high: (UInt64, UInt64)

    /// The bytes for which `contains` is true.
    init(_ contains: (UInt8) -> Bool) {
        var words: [UInt64] = [0, 0, 0, 0]
        for byte in UInt8.min...UInt8.max where contains(byte) { words[Int(byte) / 64] |= 1 << UInt64(byte % 64) }
        low = (words[0], words[1])
        high = (words[2], words[3])
    }

    /// Whether the byte is in the set.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: low.0
            case 1: low.1
            case 2: high.0
            default: high.1
            }
        return word >> UInt64(byte & 63) & 1 == 1
    }
}
