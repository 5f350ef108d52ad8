internal import Foundation

/// Random numbers that are a function of a key and a counter: no state, any order, any number of threads.
///
/// Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC11, 2011, doi:10.1145/2063384.2063405. Two different (seed, stream, index) never share a counter.
public struct CounterRandom: Sendable, Hashable {
    /// Chooses the whole family of streams.
    public var seed: UInt64
    /// Chooses one stream of the family, such as one posterior sample of one series in one epoch.
    public var stream: UInt64

    /// The stream `stream` of the family `seed`.
    public init(seed: UInt64, stream: UInt64) {
        self.seed = seed
        self.stream = stream
    }

    /// The stream named by a path of numbers, such as (purpose, epoch, series), mixed into 64 bits.
    public init(seed: UInt64, path: UInt64...) {
        self.seed = seed
        // Each word is encrypted together with the mix so far; equal paths give equal streams, and two different
        // paths meet with probability 2⁻⁶⁴.
        stream = path.reduce(UInt64(path.count)) { mix, word in
            let block = Self.philox(key: mix, counter: (word, 0x4C6F_6465_5061_7468))
            return block.0 ^ block.1
        }
    }

    /// 64 random bits: word `index` of the stream.
    public func bits(_ index: UInt64) -> UInt64 {
        let block = Self.philox(key: seed, counter: (index >> 1, stream))
        return index & 1 == 0 ? block.0 : block.1
    }

    /// A uniform number in [0, 1) with 53 bits.
    public func uniform(_ index: UInt64) -> Double {
        Double(bits(index) >> 11) * 0x1p-53
    }

    /// A uniform integer in 0 ..< bound; the bias is below bound · 2⁻⁶⁴.
    public func integer(_ index: UInt64, below bound: Int) -> Int {
        precondition(bound > 0, "no integer below \(bound)")
        return Int(bits(index).multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A standard normal number, by Box and Muller's transform of words 2·index and 2·index + 1.
    public func normal(_ index: UInt64) -> Double {
        let block = Self.philox(key: seed, counter: (index, stream))
        // 1 − u lies in (0, 1], so that the logarithm is finite.
        let radius = (-2 * log(1 - Double(block.0 >> 11) * 0x1p-53)).squareRoot()
        return radius * cos(2 * .pi * (Double(block.1 >> 11) * 0x1p-53))
    }

    /// A permutation of 0 ..< count, by Fisher and Yates' shuffle.
    public func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, integer(UInt64(last), below: last + 1))
        }
        return order
    }

    /// The block cipher: four 32-bit words in, ten rounds, four words out, little-endian in pairs.
    static func philox(key: UInt64, counter: (UInt64, UInt64)) -> (UInt64, UInt64) {
        var key0 = UInt32(truncatingIfNeeded: key)
        var key1 = UInt32(truncatingIfNeeded: key >> 32)
        var word0 = UInt32(truncatingIfNeeded: counter.0)
        var word1 = UInt32(truncatingIfNeeded: counter.0 >> 32)
        var word2 = UInt32(truncatingIfNeeded: counter.1)
        var word3 = UInt32(truncatingIfNeeded: counter.1 >> 32)
        for _ in 0..<10 {
            let product0 = UInt64(word0) * 0xD251_1F53
            let product1 = UInt64(word2) * 0xCD9E_8D57
            word0 = UInt32(truncatingIfNeeded: product1 >> 32) ^ word1 ^ key0
            word1 = UInt32(truncatingIfNeeded: product1)
            word2 = UInt32(truncatingIfNeeded: product0 >> 32) ^ word3 ^ key1
            word3 = UInt32(truncatingIfNeeded: product0)
            key0 &+= 0x9E37_79B9
            key1 &+= 0xBB67_AE85
        }
        return (UInt64(word1) << 32 | UInt64(word0), UInt64(word3) << 32 | UInt64(word2))
    }
}
