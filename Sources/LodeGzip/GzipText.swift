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
        var output: [UInt8] = []
        let stream = try GzipStream()
        do {
            try stream.append(bytes) { part in
                guard output.count + part.count <= limit else { throw Fault.tooLarge(limit: limit) }
                output += part
            }
            try stream.finish()
        } catch {
            throw error as? Fault ?? .damaged
        }
        return output
    }
}
