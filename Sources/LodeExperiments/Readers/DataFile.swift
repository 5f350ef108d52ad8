internal import Foundation
internal import LodeGzip

/// Reads files, compressed or not.
enum DataFile {
    /// The most that a compressed file may unpack to: a hundred times the largest of the published sets.
    private static let limit = 1 << 32

    /// The bytes of a file; those of a gzip file are unpacked and checked.
    static func bytes(at path: String) throws(ExperimentError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .fileUnreadable(path: path, detail: error.localizedDescription)
        }
        guard GzipText.isGzip(bytes) else { return bytes }
        do {
            return try GzipText.unpacked(bytes, limit: limit)
        } catch {
            throw .corruptGzip(path: path, detail: "\(error)")
        }
    }
}
