internal import CZlib

/// Unpacks gzip a piece at a time, of any length, in constant memory.
///
/// Used by one thread at a time.
public final class GzipStream {
    private enum Place {
        /// Before a member, where zeros are padding.
        case between
        case inside
    }

    private var stream = z_stream()
    private var place = Place.between
    private var hasMember = false
    private var output = [UInt8](repeating: 0, count: 1 << 18)

    /// Starts before the first byte.
    public init() throws(GzipText.Fault) {
        // 15 bits of window, and 16 for the header of gzip; zlib.h documents both.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .damaged
        }
    }

    deinit {
        inflateEnd(&stream)
    }

    /// Unpacks the next piece and hands what comes out to `write`, in parts; throws ``GzipText/Fault/damaged``, and what `write`
    /// throws.
    public func append(_ input: [UInt8], _ write: ([UInt8]) throws -> Void) throws {
        var consumed = 0
        while consumed < input.count {
            if place == .between {
                // Zeros after a member are padding.
                while hasMember, consumed < input.count, input[consumed] == 0 { consumed += 1 }
                guard consumed < input.count else { return }
                guard inflateReset(&stream) == Z_OK else { throw GzipText.Fault.damaged }
                (place, hasMember) = (.inside, true)
            }
            let (status, taken, made) = inflatePart(input, from: consumed)
            consumed += taken
            if made > 0 { try write(Array(output[..<made])) }
            switch status {
            case Z_STREAM_END: place = .between
            case Z_OK where taken > 0 || made > 0: continue
            // It wants more input, which the next piece brings.
            case Z_BUF_ERROR where consumed == input.count: return
            default: throw GzipText.Fault.damaged
            }
        }
    }

    /// To be called after the last piece; throws ``GzipText/Fault/damaged`` where it ended early.
    public func finish() throws(GzipText.Fault) {
        guard hasMember, place == .between else { throw .damaged }
    }

    private func inflatePart(_ input: [UInt8], from start: Int) -> (status: Int32, taken: Int, made: Int) {
        let inputCount = min(input.count - start, 1 << 20)
        let outputCount = output.count
        return input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                // zlib reads the input only; its pointer is not const for old compilers' sake.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: start))
                stream.avail_in = UInt32(inputCount)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(outputCount)
                let status = inflate(&stream, Z_NO_FLUSH)
                return (status, inputCount - Int(stream.avail_in), outputCount - Int(stream.avail_out))
            }
        }
    }
}
