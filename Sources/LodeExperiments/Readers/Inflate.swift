/// Decompresses DEFLATE streams.
///
/// P. Deutsch, "DEFLATE Compressed Data Format Specification version 1.3", RFC 1951, 1996. Written here because data
/// folders hold `.csv.gz` files, and a library target of the system would be one more thing to install.
package struct Inflate {
    /// What is wrong with a stream.
    package enum Failure: Error, Hashable {
        case truncated
        case invalidBlock
        case invalidCode
        case invalidDistance
    }

    private let bytes: [UInt8]
    /// The next byte to be taken into `hold`.
    private(set) var position: Int
    private var hold: UInt64 = 0
    private var held = 0
    private var output: [UInt8] = []

    private init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        position = start
    }

    /// The decompressed bytes of the stream that begins at `start`, and where the byte after it lies.
    static func decompress(_ bytes: [UInt8], from start: Int) throws(Failure) -> (output: [UInt8], end: Int) {
        var stream = Inflate(bytes, from: start)
        stream.output.reserveCapacity(8 * (bytes.count - start))
        while try !stream.block() {}
        // Whole bytes that were taken ahead go back.
        return (stream.output, stream.position - stream.held / 8)
    }

    /// Decompresses a block; true after the last.
    private mutating func block() throws(Failure) -> Bool {
        let isLast = try bits(1) == 1
        switch try bits(2) {
        case 0: try storedBlock()
        case 1: try compressedBlock(literals: Self.fixedLiterals, distances: Self.fixedDistances)
        case 2:
            let codes = try dynamicCodes()
            try compressedBlock(literals: codes.literals, distances: codes.distances)
        default: throw .invalidBlock
        }
        return isLast
    }

    private mutating func storedBlock() throws(Failure) {
        _ = try bits(held % 8)
        let count = try bits(16)
        guard try bits(16) == ~count & 0xFFFF else { throw .invalidBlock }
        for _ in 0..<count { output.append(UInt8(try bits(8))) }
    }

    private mutating func compressedBlock(literals: HuffmanCode, distances: HuffmanCode) throws(Failure) {
        while true {
            let symbol = try decode(literals)
            if symbol < 256 {
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < Self.lengthBases.count else { throw .invalidCode }
            let length = Self.lengthBases[symbol - 257] + (try bits(Self.lengthExtraBits[symbol - 257]))
            let code = try decode(distances)
            guard code < Self.distanceBases.count else { throw .invalidCode }
            let distance = Self.distanceBases[code] + (try bits(Self.distanceExtraBits[code]))
            guard distance <= output.count else { throw .invalidDistance }
            // Byte by byte: a match may reach into what it writes.
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private mutating func dynamicCodes() throws(Failure) -> (literals: HuffmanCode, distances: HuffmanCode) {
        let literalCount = try bits(5) + 257
        let distanceCount = try bits(5) + 1
        let lengthCount = try bits(4) + 4
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<lengthCount { lengths[Self.codeLengthOrder[index]] = try bits(3) }
        let code = try HuffmanCode(lengths: lengths)
        var all: [Int] = []
        while all.count < literalCount + distanceCount {
            switch try decode(code) {
            case 16:
                guard let last = all.last else { throw .invalidCode }
                all += Array(repeating: last, count: 3 + (try bits(2)))
            case 17: all += Array(repeating: 0, count: 3 + (try bits(3)))
            case 18: all += Array(repeating: 0, count: 11 + (try bits(7)))
            case let length: all.append(length)
            }
        }
        guard all.count == literalCount + distanceCount else { throw .invalidCode }
        return (
            try HuffmanCode(lengths: Array(all[..<literalCount])),
            try HuffmanCode(lengths: Array(all[literalCount...]))
        )
    }

    /// The next `count` bits, at most 16, the first of them the lowest.
    private mutating func bits(_ count: Int) throws(Failure) -> Int {
        refill()
        guard held >= count else { throw .truncated }
        let value = Int(hold & (1 << UInt64(count) - 1))
        hold >>= UInt64(count)
        held -= count
        return value
    }

    private mutating func decode(_ code: HuffmanCode) throws(Failure) -> Int {
        refill()
        let entry = code.table[Int(hold & code.mask)]
        guard entry.length > 0 else { throw .invalidCode }
        guard held >= Int(entry.length) else { throw .truncated }
        hold >>= UInt64(entry.length)
        held -= Int(entry.length)
        return Int(entry.symbol)
    }

    private mutating func refill() {
        while held <= 48, position < bytes.count {
            hold |= UInt64(bytes[position]) << UInt64(held)
            position += 1
            held += 8
        }
    }

    // MARK: - Tables of RFC 1951, section 3.2.5 to 3.2.7

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthExtraBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577,
    ]
    private static let distanceExtraBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    private static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let fixedLiterals = HuffmanCode(
        complete: Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112)
            + Array(repeating: 7, count: 24) + Array(repeating: 8, count: 8))
    private static let fixedDistances = HuffmanCode(complete: Array(repeating: 5, count: 32))
}

/// A prefix code, as a table of all bit patterns of the longest word.
struct HuffmanCode {
    /// A symbol and the bits of its word; length 0 marks a pattern that no word begins.
    struct Entry {
        var symbol: UInt16
        var length: UInt8
    }

    let table: [Entry]
    let mask: UInt64

    /// The code of word lengths, 0 for symbols that do not occur; RFC 1951, section 3.2.2.
    init(lengths: [Int]) throws(Inflate.Failure) {
        // More words than the lengths have room for would overwrite each other.
        let longest = lengths.max() ?? 0
        let used = lengths.reduce(0) { $0 + ($1 > 0 ? 1 << (longest - $1) : 0) }
        guard longest <= 15, used <= 1 << longest else { throw .invalidCode }
        self.init(complete: lengths)
    }

    fileprivate init(complete lengths: [Int]) {
        let longest = max(lengths.max() ?? 0, 1)
        var table = [Entry](repeating: Entry(symbol: 0, length: 0), count: 1 << longest)
        var word = 0
        for length in 1...longest {
            for (symbol, own) in lengths.enumerated() where own == length {
                // Words are sent from their highest bit, everything else from its lowest.
                var reversed = 0
                for bit in 0..<length where word & (1 << bit) != 0 { reversed |= 1 << (length - 1 - bit) }
                for pattern in stride(from: reversed, to: 1 << longest, by: 1 << length) {
                    table[pattern] = Entry(symbol: UInt16(symbol), length: UInt8(length))
                }
                word += 1
            }
            word <<= 1
        }
        self.table = table
        mask = UInt64(1 << longest) - 1
    }
}
