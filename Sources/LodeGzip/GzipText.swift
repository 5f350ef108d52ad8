internal import CZlib

/// Unpacks gzip, up to a limit of what comes out.
public struct GzipText: Sendable {
    /// Why a text cannot be unpacked.
    public enum Fault: Error, Hashable, Sendable {
        /// It is no gzip, is damaged, or ends early.
        case damaged
        /// It unpacks to more bytes than the limit.
        case tooLarge(limit: Int)
    }

    /// Whether `bytes` begin as gzip does.
    public static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// The bytes that were packed, of all members of the file one after the other.
    ///
    /// Stops as soon as `limit` is passed, so that a small text cannot take much memory.
    public static func unpacked(_ bytes: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
        guard !bytes.isEmpty else { throw .damaged }
        var stream = z_stream()
        // 15 bits of window, and 16 for the header of gzip; zlib.h documents both.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .damaged
        }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 18)
        var consumed = 0
        while consumed < bytes.count {
            var status = Z_OK
            while status == Z_OK {
                let (result, taken, made) = inflatePart(&stream, bytes, from: consumed, into: &part)
                status = result
                consumed += taken
                guard output.count + made <= limit else { throw .tooLarge(limit: limit) }
                output.append(contentsOf: part[..<made])
                if taken == 0, made == 0, status == Z_OK { throw .damaged }
            }
            guard status == Z_STREAM_END else { throw .damaged }
            // Zeros after the last member are padding.
            while consumed < bytes.count, bytes[consumed] == 0 { consumed += 1 }
            guard inflateReset(&stream) == Z_OK else { throw .damaged }
        }
        return output
    }

    private static func inflatePart(
        _ stream: inout z_stream, _ bytes: [UInt8], from start: Int, into part: inout [UInt8]
    ) -> (status: Int32, taken: Int, made: Int) {
        let inputCount = min(bytes.count - start, 1 << 20)
        let partCount = part.count
        return bytes.withUnsafeBufferPointer { input in
            part.withUnsafeMutableBufferPointer { output in
                // zlib reads the input only; its pointer is not const for old compilers' sake.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: start))
                stream.avail_in = UInt32(inputCount)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(partCount)
                let status = inflate(&stream, Z_NO_FLUSH)
                return (status, inputCount - Int(stream.avail_in), partCount - Int(stream.avail_out))
            }
        }
    }
}
