internal import Foundation

/// Reads files, compressed or not.
package enum GzipFile {
    /// The bytes of a file; those of a gzip file are decompressed and checked.
    static func bytes(at path: String) throws(ExperimentError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .fileUnreadable(path: path, detail: error.localizedDescription)
        }
        guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
        do {
            return try decompress(bytes)
        } catch {
            throw .corruptGzip(path: path, detail: "\(error)")
        }
    }

    /// Why bytes are not a gzip file.
    package enum Failure: Error, Hashable {
        case header
        case stream(Inflate.Failure)
        case checksum
        case length
    }

    /// The contents of all members.
    ///
    /// P. Deutsch, "GZIP file format specification version 4.3", RFC 1952, 1996.
    package static func decompress(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        repeat {
            position = try endOfHeader(bytes, from: position)
            let member: (output: [UInt8], end: Int)
            do {
                member = try Inflate.decompress(bytes, from: position)
            } catch {
                throw .stream(error)
            }
            guard member.end + 8 <= bytes.count else { throw .header }
            guard word(bytes, at: member.end) == checksum(member.output) else { throw .checksum }
            guard word(bytes, at: member.end + 4) == UInt32(truncatingIfNeeded: member.output.count) else {
                throw .length
            }
            output = output.isEmpty ? member.output : output + member.output
            position = member.end + 8
        } while position < bytes.count
        return output
    }

    private static func endOfHeader(_ bytes: [UInt8], from start: Int) throws(Failure) -> Int {
        guard bytes.count >= start + 18, bytes[start] == 0x1F, bytes[start + 1] == 0x8B, bytes[start + 2] == 8 else {
            throw .header
        }
        let flags = bytes[start + 3]
        var position = start + 10
        if flags & 0x04 != 0 {
            guard position + 2 <= bytes.count else { throw .header }
            position += 2 + Int(bytes[position]) + Int(bytes[position + 1]) << 8
        }
        // Name and comment end with a zero byte.
        for flag: UInt8 in [0x08, 0x10] where flags & flag != 0 {
            guard position <= bytes.count, let end = bytes[position...].firstIndex(of: 0) else { throw .header }
            position = end + 1
        }
        if flags & 0x02 != 0 { position += 2 }
        guard position < bytes.count else { throw .header }
        return position
    }

    private static func word(_ bytes: [UInt8], at position: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << UInt32(8 * $1) }
    }

    /// CRC-32 as RFC 1952, section 8, gives it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crcTable[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
    }

    private static let crcTable: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 != 0 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
}
